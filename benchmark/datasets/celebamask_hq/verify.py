"""Examines a CelebAMask-HQ folder face by face for what is missing, corrupt, duplicated or mislabelled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Literal

import pandas as pd

from benchmark.datasets.celebamask_hq.files import (
    ATTRIBUTE_ROWS,
    IMAGES,
    PARTS,
    Annotations,
    FaceFiles,
    FoundFiles,
    find_files,
    read_annotations,
)
from benchmark.datasets.errors import UnusableFaceError
from benchmark.datasets.findings import Finding, as_frame, digest_of, mask_findings
from benchmark.datasets.packed import Progress, in_parallel
from benchmark.datasets.transforms import read_face


def verify_celebamask_hq(root: Path | str | None, progress: Progress | None = None) -> pd.DataFrame:
    """Read every file of a CelebAMask-HQ folder, whole or in part, and list what is wrong.

    - missing: an image that the attribute file lists, a face's annotation row, or its whole mask.
    - corrupt: a file that cannot be decoded or has the wrong shape, or a row that cannot be read.
    - duplicated: images equal byte for byte.
    - mislabelled: a part that others cover wholly or that is empty, left and right exchanged, lips that are absent.
    - unknown: a file whose name or folder is that of no face's image or mask.

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
    examine = partial(_examined, annotations, files.masks)
    faces = zip(files.faces, in_parallel(examine, files.faces), strict=True)
    for done, (face, (digest, found)) in enumerate(faces, start=1):
        findings += found
        first = numbers.setdefault(digest, face.number)
        if first != face.number:
            detail = f"{face.image.name} is byte for byte {first}.jpg"
            findings.append(Finding(face.number, "duplicated", "images", detail))
        if progress is not None:
            progress(done, len(files.faces))
    return as_frame(findings).astype({"face": "Int64"})


def _absent(faces: Sequence[FaceFiles], annotations: Annotations) -> Iterator[Finding]:
    kind = f"images that {ATTRIBUTE_ROWS} lists"
    for number in annotations.attributes.keys() - {face.number for face in faces}:
        yield Finding(number, "missing", kind, f"{IMAGES}/{number}.jpg, which {ATTRIBUTE_ROWS} lists")


def _unknown(files: FoundFiles) -> Iterator[Finding]:
    for name in files.unknown_images:
        yield Finding(None, "unknown", "files among images", f"{name} is named as no face's image, such as 12.jpg")
    what, likely = ("part", "0/00012_nose.png") if files.masks == PARTS else ("label map", "12.png")
    for name in files.unknown_masks:
        detail = f"{name} is named, or lies, as no face's {what}, such as {likely}"
        yield Finding(None, "unknown", f"files among {what}s", detail)


def _examined(annotations: Annotations, masks: str, face: FaceFiles) -> tuple[str, list[Finding]]:
    """The hash of a face's image file, and what is wrong with its rows, its image and its mask."""
    finding = partial(Finding, face.number)
    findings = []
    if (fault := annotations.fault(face.number)) is not None:
        problem: Literal["missing", "corrupt"] = "corrupt" if face.number in annotations.faults else "missing"
        findings.append(finding(problem, "annotation rows", fault))
    digest = digest_of(face.image)
    try:
        read_face(face.image)
    except UnusableFaceError as error:
        findings.append(finding("corrupt", "images", str(error)))
    if not face.mask:
        kind, absent = "part files", "every part file"
        if masks != PARTS:
            kind, absent = "label maps", f"its label map in {masks}/"
        return digest, [*findings, finding("missing", kind, absent)]
    return digest, [*findings, *mask_findings(face.number, face.image, face.mask)]
