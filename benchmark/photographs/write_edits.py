"""Writes the edits of a photograph: the aligned face, its mask, each edit, each photograph, a sheet and a record."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from benchmark.images.convert import Pixels
from benchmark.images.label_colors import color_mask
from benchmark.images.write import write_label_png, write_png
from benchmark.photographs.aligned_face import PhotographedFace, resized_labels
from benchmark.photographs.edit_photo import PhotoEdits
from benchmark.photographs.edit_sheet import Column, draw_sheet
from benchmark.runtime.atomic_files import write_text_atomically

RECORD: Final = "photo.json"
_FRAME: Final = (0, 200, 120)


def write_edits(folder: Path, edits: PhotoEdits, record: dict[str, Any]) -> list[Path]:
    """Write everything into a folder, each file atomically, the record last.

    Args:
        folder: created where absent; files of the same names are replaced.
        edits: of one photograph.
        record: what else the record is to say.

    Returns:
        The files, in the order in which they were written.
    """
    pictures: dict[str, Pixels] = {"aligned.png": edits.aligned}
    for label, edit in edits.edits.items():
        if edit.edited is not None and edit.photograph is not None:
            pictures |= {f"{label}.png": edit.edited, f"{label}-photograph.png": edit.photograph}
    if edits.other is not None:
        pictures["style.png"] = edits.other.image(edits.size)
    pictures["sheet.png"] = draw_sheet(_columns(edits))
    written = []
    if edits.mask is not None:
        written.append(folder / "mask.png")
        write_label_png(written[-1], edits.mask)
    for name, picture in pictures.items():
        written.append(folder / name)
        write_png(written[-1], picture)
    written.append(folder / RECORD)
    write_text_atomically(written[-1], json.dumps(described(edits) | record, indent=2, ensure_ascii=False) + "\n")
    return written


def described(edits: PhotoEdits) -> dict[str, Any]:
    """What the record says of the face and its edits; lengths are in pixels of the photograph, upright."""
    height, width = edits.face.photograph.shape[:2]
    return {
        "photograph_size": [width, height],
        "box": list(edits.found.box),
        "points": edits.found.points.tolist(),
        "placed_by": edits.found.placed_by,
        "corners": edits.face.square.corners.tolist(),
        "aligned_size": edits.size,
        "request": edits.request.described() | {"style": edits.other is not None},
        "methods": {
            label: {"reason": edit.reason}
            if edit.reason is not None
            else {"edit": f"{label}.png", "photograph": f"{label}-photograph.png"}
            for label, edit in edits.edits.items()
        },
    }


def _columns(edits: PhotoEdits) -> list[Column]:
    columns = [Column("photograph", (edits.aligned, _framed(edits.face)))]
    if edits.mask is not None:
        requested = edits.request.mask
        asked = () if requested is None else (color_mask(resized_labels(requested, edits.size)),)
        columns.append(Column("mask" if requested is None else "mask, and requested", (color_mask(edits.mask), *asked)))
    if edits.other is not None:
        columns.append(Column("other face", (edits.other.image(edits.size),)))
    for label, edit in edits.edits.items():
        shown = [picture for picture in (edit.edited, edit.photograph) if picture is not None]
        columns.append(Column(label, shown or (edit.reason or "",)))
    return columns


def _framed(face: PhotographedFace) -> Pixels:
    """The photograph with the square drawn into it."""
    framed = face.photograph.copy()
    corners = [np.rint(face.square.corners).astype(np.int32)]
    cv2.polylines(framed, corners, True, _FRAME, max(1, max(framed.shape[:2]) // 256), cv2.LINE_AA)
    return framed
