"""Examines a CelebAMask-HQ folder face by face for what is missing, corrupt, duplicated or mislabelled."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmark.datasets.celebamask_hq.files import (
    ATTRIBUTE_ROWS,
    IMAGES,
    MAPPING,
    Annotations,
    FaceFiles,
    find_faces,
    read_annotations,
)
from benchmark.datasets.errors import UnusableFaceError
from benchmark.datasets.packed import Progress, in_parallel
from benchmark.datasets.transforms import paint, read_image, read_parts
from methods.labels import FLIP_PAIRS, LABELS

_LIPS = ("u_lip", "l_lip")


class Finding(NamedTuple):
    """One thing wrong with one face.

    Attributes:
        face: its number in CelebA-HQ.
        problem: what kind of thing.
        detail: what exactly, naming files or parts.
    """

    face: int
    problem: Literal["missing", "corrupt", "duplicated", "mislabelled"]
    detail: str


def verify_celebamask_hq(root: Path | str | None, progress: Progress | None = None) -> pd.DataFrame:
    """Read every file of a CelebAMask-HQ folder, whole or in part, and list what is wrong.

    - missing: an image that the attribute file lists, a face's annotation row, or all of its part files.
    - corrupt: a file that cannot be decoded or has the wrong size; runs leave the face out.
    - duplicated: images equal byte for byte.
    - mislabelled: a part that others cover wholly or that is empty, left and right exchanged, lips that are absent.

    Returns:
        One row a finding with columns face, problem, detail, by face; no rows where all is well.

    Raises:
        DataError: if `root` is not a CelebAMask-HQ folder.
    """
    faces = find_faces(root)
    annotations = read_annotations(Path(str(root)))
    findings = list(_missing(faces, annotations))
    numbers: dict[str, int] = {}
    for done, (face, (digest, found)) in enumerate(zip(faces, in_parallel(_examined, faces), strict=True), start=1):
        findings += found
        first = numbers.setdefault(digest, face.number)
        if first != face.number:
            findings.append(Finding(face.number, "duplicated", f"{face.image.name} is byte for byte {first}.jpg"))
        if progress is not None:
            progress(done, len(faces))
    return pd.DataFrame(sorted(findings), columns=list(Finding._fields))


def _missing(faces: Sequence[FaceFiles], annotations: Annotations) -> Iterator[Finding]:
    present = {face.number for face in faces}
    missing = partial(Finding, problem="missing")
    for number in annotations.attributes.keys() - present:
        yield missing(number, detail=f"{IMAGES}/{number}.jpg, which {ATTRIBUTE_ROWS} lists")
    for number in present - annotations.attributes.keys():
        yield missing(number, detail=f"a whole row in {ATTRIBUTE_ROWS}")
    for number in present - annotations.splits.keys():
        yield missing(number, detail=f"a row in {MAPPING}")


def _examined(face: FaceFiles) -> tuple[str, list[Finding]]:
    """The hash of a face's image file, and what is wrong with the image and the parts."""
    findings = []
    try:
        digest = hashlib.sha256(face.image.read_bytes()).hexdigest()
    except OSError:
        digest = face.image.name
    try:
        read_image(face.image)
    except UnusableFaceError as error:
        findings.append(Finding(face.number, "corrupt", str(error)))
    if not face.parts:
        return digest, [*findings, Finding(face.number, "missing", "every part file")]
    try:
        parts = {LABELS[label]: part for label, part in read_parts(face.parts).items()}
    except UnusableFaceError as error:
        return digest, [*findings, Finding(face.number, "corrupt", str(error))]
    return digest, findings + [Finding(face.number, "mislabelled", detail) for detail in label_faults(parts)]


def label_faults(parts: Mapping[str, NDArray[np.bool_]]) -> list[str]:
    """What is wrong with the parts (H, W) bool of one face, by name; `l_` parts lie on the image's right."""
    visible = np.bincount(
        paint({LABELS.index(name): part for name, part in parts.items()}).ravel(), minlength=len(LABELS)
    )
    faults = []
    for name, part in parts.items():
        if not part.any():
            faults.append(f"{name} is empty")
        elif not visible[LABELS.index(name)]:
            faults.append(f"{name} lies wholly under other parts")
    for left, right in ((LABELS[left], LABELS[right]) for left, right in FLIP_PAIRS):
        if left in parts and right in parts and _centre(parts[left]) < _centre(parts[right]):
            faults.append(f"{left} and {right} are exchanged")
    absent = [lip for lip in _LIPS if lip not in parts]
    return faults + ([f"{' and '.join(absent)} missing"] if absent else [])


def _centre(part: NDArray[np.bool_]) -> float:
    """Mean column of a part; not a number where it is empty."""
    columns = np.nonzero(part)[1]
    return float(columns.mean()) if columns.size else float("nan")
