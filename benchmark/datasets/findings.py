"""What an examination of a dataset's files finds wrong: in words that findings of one kind share, and exactly."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmark.datasets.errors import UnusableFaceError
from benchmark.datasets.masks import MaskFiles, paint, regions, without_regions
from benchmark.runtime.regular_files import check_regular
from methods.labels import FLIP_PAIRS, LABELS

_LIPS: Final = ("u_lip", "l_lip")


class Finding(NamedTuple):
    """One thing wrong with one face, or with one file that is no face's.

    Attributes:
        face: its number or id; None for a file that is no face's.
        problem: what kind of thing.
        kind: what exactly, in words that all findings of this kind share.
        detail: the same of this face, naming files or parts.
    """

    face: int | str | None
    problem: Literal["missing", "corrupt", "duplicated", "mislabelled", "unknown"]
    kind: str
    detail: str


def as_frame(findings: Iterable[Finding]) -> pd.DataFrame:
    """One row a finding with columns face, problem, kind, detail, by face; those of no face come last."""
    rows = sorted(findings, key=lambda finding: (finding.face is None, finding.face or 0, *finding[1:]))
    # objects, since pandas has no text with the bytes of a file name that is not UTF-8
    return pd.DataFrame(rows, columns=list(Finding._fields), dtype=object)


def mask_findings(face: int | str, image: Path, files: MaskFiles) -> Iterator[Finding]:
    """What is wrong with the mask of the face of an image file, which has mask files."""
    kind = "part files" if files.label_map is None else "label maps"
    try:
        parts = regions(files)
    except UnusableFaceError as error:
        yield Finding(face, "corrupt", kind, str(error))
        return
    if not any(part.any() for part in parts.values()):
        yield Finding(face, "corrupt", kind, without_regions(image, files))
    if parts:
        yield from (Finding(face, "mislabelled", kind, detail) for kind, detail in label_faults(parts))


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, or its name where it cannot be read."""
    try:
        check_regular(path)
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return path.name


def label_faults(parts: Mapping[str, NDArray[np.bool_]]) -> list[tuple[str, str]]:
    """What is wrong with the parts (H, W) bool of one face, one or more by name: in general, and exactly.

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
