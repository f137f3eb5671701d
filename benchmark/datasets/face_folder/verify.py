"""Examines a folder of faces for what is missing, corrupt, duplicated or mislabelled."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pandas as pd

from benchmark.datasets.face_folder.annotations import read_annotations
from benchmark.datasets.face_folder.files import FolderFace, FoundFaces, find_faces
from benchmark.datasets.face_folder.options import FaceFolderOptions
from benchmark.datasets.face_folder.reader import FaceReader
from benchmark.datasets.findings import Finding, as_frame, digest_of, mask_findings
from benchmark.datasets.packed import Progress, SkippedFace, in_parallel
from benchmark.images.label_sets import find_label_set


def verify_face_folder(
    root: Path | str | None, options: FaceFolderOptions, progress: Progress | None = None
) -> pd.DataFrame:
    """Read every image and mask of a folder of faces, and list what is wrong.

    Runs leave out every face with something missing or corrupt, and no other.

    Args:
        root: the folder.
        options: of the dataset.
        progress: called with the faces examined and the faces in all.

    Returns:
        One row a finding with columns face, problem, kind, detail, by face; no rows where all is well.

    Raises:
        DataError: if there is no such folder, or it contradicts itself.
    """
    found = find_faces(root, find_label_set(options.label_set, None if root is None else Path(root)))
    annotations = read_annotations(found.root, found.faces, options.attribute_names)
    findings = [
        Finding(None, "unknown", f"{place}: {count.reason}", f"{place}: {count}")
        for place, counts in {**found.left_out, **annotations.left_out}.items()
        for count in counts
    ]
    digests: dict[str, str] = {}
    reader = FaceReader(annotations, options, has_masks=found.has_masks, size=1)
    faces = list(found.faces.values())
    examined = in_parallel(partial(_examined, reader, found), faces)
    for done, (face, (digest, wrong)) in enumerate(zip(faces, examined, strict=True), start=1):
        findings += wrong
        first = digests.setdefault(digest, face.id)
        if first != face.id:
            findings.append(Finding(face.id, "duplicated", "images", f"{face.id} is byte for byte {first}"))
        if progress is not None:
            progress(done, len(faces))
    return as_frame(findings)


def _examined(reader: FaceReader, found: FoundFaces, face: FolderFace) -> tuple[str, list[Finding]]:
    """The hash of a face's image file, and what is wrong with the face."""
    return digest_of(face.image), list(_findings(reader, found, face))


def _findings(reader: FaceReader, found: FoundFaces, face: FolderFace) -> Iterator[Finding]:
    if (fault := reader.fault(face)) is not None:
        missing = fault.kind.startswith("without")
        yield Finding(face.id, "missing" if missing else "corrupt", f"faces {fault.kind}", fault.reason)
        return
    outcome = reader(face)
    if isinstance(outcome, SkippedFace):
        yield Finding(face.id, "corrupt", f"faces {outcome.kind}", outcome.reason)
    elif found.has_masks:
        yield from mask_findings(face.id, face.image, face.mask)
