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
    Annotations,
    FaceFiles,
    FoundFiles,
    find_files,
    read_annotations,
)
from benchmark.datasets.errors import UnusableFaceError
from benchmark.datasets.packed import Progress, in_parallel
from benchmark.datasets.transforms import paint, read_face, read_parts
from methods.labels import FLIP_PAIRS, LABELS

_LIPS = ("u_lip", "l_lip")


class Finding(NamedTuple):
    """One thing wrong with one face, or with one file that is no face's.

    Attributes:
        face: its number in CelebA-HQ; None for a file that is no face's.
        problem: what kind of thing.
        kind: what exactly, in words that all findings of this kind share.
        detail: the same of this face, naming files or parts.
    """

    face: int | None
    problem: Literal["missing", "corrupt", "duplicated", "mislabelled", "unknown"]
    kind: str
    detail: str


def verify_celebamask_hq(root: Path | str | None, progress: Progress | None = None) -> pd.DataFrame:
    """Read every file of a CelebAMask-HQ folder, whole or in part, and list what is wrong.

    - missing: an image that the attribute file lists, a face's annotation row, or all of its part files.
    - corrupt: a file that cannot be decoded or has the wrong shape, or a row that cannot be read.
    - duplicated: images equal byte for byte.
    - mislabelled: a part that others cover wholly or that is empty, left and right exchanged, lips that are absent.
    - unknown: a file whose name or folder is that of no face's image or part.

    Runs leave out every face that is there and has something missing or corrupt, and of the rest those whose image has
    another name, which is among the unknown files.

    Returns:
        One row a finding with columns face, problem, kind, detail, by face; no rows where all is well.

    Raises:
        DataError: if `root` is not a CelebAMask-HQ folder.
    """
    files = find_files(root)
    annotations = read_annotations(Path(str(root)))
    findings = [*_absent(files.faces, annotations), *_unknown(files)]
    numbers: dict[str, int] = {}
    examine = partial(_examined, annotations)
    faces = zip(files.faces, in_parallel(examine, files.faces), strict=True)
    for done, (face, (digest, found)) in enumerate(faces, start=1):
        findings += found
        first = numbers.setdefault(digest, face.number)
        if first != face.number:
            detail = f"{face.image.name} is byte for byte {first}.jpg"
            findings.append(Finding(face.number, "duplicated", "images", detail))
        if progress is not None:
            progress(done, len(files.faces))
    findings.sort(key=lambda finding: (finding.face is None, finding.face or 0, *finding[1:]))
    # objects, since pandas has no text with the bytes of a file name that is not UTF-8
    return pd.DataFrame(findings, columns=list(Finding._fields), dtype=object).astype({"face": "Int64"})


def _absent(faces: Sequence[FaceFiles], annotations: Annotations) -> Iterator[Finding]:
    kind = f"images that {ATTRIBUTE_ROWS} lists"
    for number in annotations.attributes.keys() - {face.number for face in faces}:
        yield Finding(number, "missing", kind, f"{IMAGES}/{number}.jpg, which {ATTRIBUTE_ROWS} lists")


def _unknown(files: FoundFiles) -> Iterator[Finding]:
    for name in files.unknown_images:
        yield Finding(None, "unknown", "files among images", f"{name} is named as no face's image, such as 12.jpg")
    for name in files.unknown_parts:
        likely = "such as 0/00012_nose.png"
        yield Finding(None, "unknown", "files among parts", f"{name} is named, or lies, as no face's part, {likely}")


def _examined(annotations: Annotations, face: FaceFiles) -> tuple[str, list[Finding]]:
    """The hash of a face's image file, and what is wrong with its rows, its image and its parts."""
    finding = partial(Finding, face.number)
    findings = []
    if (fault := annotations.fault(face.number)) is not None:
        problem: Literal["missing", "corrupt"] = "corrupt" if face.number in annotations.faults else "missing"
        findings.append(finding(problem, "annotation rows", fault))
    try:
        digest = hashlib.sha256(face.image.read_bytes()).hexdigest()
    except OSError:
        digest = face.image.name
    try:
        read_face(face.image)
    except UnusableFaceError as error:
        findings.append(finding("corrupt", "images", str(error)))
    if not face.parts:
        return digest, [*findings, finding("missing", "part files", "every part file")]
    try:
        parts = {LABELS[label]: part for label, part in read_parts(face.parts).items()}
    except UnusableFaceError as error:
        return digest, [*findings, finding("corrupt", "part files", str(error))]
    if not any(part.any() for part in parts.values()):
        findings.append(finding("corrupt", "part files", f"every mask part of {face.image.name} is empty"))
    return digest, findings + [finding("mislabelled", kind, detail) for kind, detail in label_faults(parts)]


def label_faults(parts: Mapping[str, NDArray[np.bool_]]) -> list[tuple[str, str]]:
    """What is wrong with the parts (H, W) bool of one face, by name: in general, and exactly.

    `l_` parts lie on the image's right.
    """
    visible = np.bincount(
        paint({LABELS.index(name): part for name, part in parts.items()}).ravel(), minlength=len(LABELS)
    )
    faults = []
    for name, part in parts.items():
        if not part.any():
            faults.append(("empty parts", f"{name} is empty"))
        elif not visible[LABELS.index(name)]:
            faults.append(("covered parts", f"{name} lies wholly under other parts"))
    for left, right in ((LABELS[left], LABELS[right]) for left, right in FLIP_PAIRS):
        if left in parts and right in parts and _centre(parts[left]) < _centre(parts[right]):
            faults.append(("left and right", f"{left} and {right} are exchanged"))
    absent = [lip for lip in _LIPS if lip not in parts]
    return faults + ([("lips", f"{' and '.join(absent)} missing")] if absent else [])


def _centre(part: NDArray[np.bool_]) -> float:
    """Mean column of a part; not a number where it is empty."""
    columns = np.nonzero(part)[1]
    return float(columns.mean()) if columns.size else float("nan")
