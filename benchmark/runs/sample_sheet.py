"""The sample sheet of a run: target, source, requested mask, output and oracle of the first tasks, labelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from benchmark.images.convert import image_array
from benchmark.images.label_colors import Image, color_mask
from benchmark.images.write import write_png
from methods.base import EditBatch

CELL = 128
MARGIN = 6
HEADER = 26
COLUMNS = ("target", "source", "requested mask", "output", "oracle")
_INK = (40, 40, 40)


@dataclass(frozen=True)
class SampleRows:
    """The first tasks of one protocol: their batch, and the outputs (N, H, W, 3) uint8 RGB."""

    protocol: str
    batch: EditBatch
    outputs: Image


def write_samples(path: Path, title: str, protocols: Sequence[SampleRows]) -> None:
    """Draw the sheet as a PNG file: a block a protocol, a row a task, in the order of the task table.

    Where a protocol's tasks transfer several attributes, each row is headed by its own.
    """
    blocks = [_text(title, 5 * (CELL + MARGIN) + MARGIN, scale=0.55)]
    for rows in protocols:
        blocks.append(_text(rows.protocol, blocks[0].shape[1], scale=0.5))
        blocks.append(_labels(blocks[0].shape[1]))
        several = len(set(rows.batch.transferred)) > 1
        for number in range(len(rows.batch)):
            if several:
                blocks.append(_text(rows.batch.transferred[number], blocks[0].shape[1], scale=0.4))
            blocks.append(_row(rows, number))
    write_png(path, np.concatenate(blocks))


def _row(rows: SampleRows, number: int) -> Image:
    batch = rows.batch
    cells: list[Image | None] = [
        image_array(batch.target.image[number : number + 1])[0],
        image_array(batch.source.image[number : number + 1])[0],
        color_mask(batch.mask[number].numpy()),
        rows.outputs[number],
        None if batch.oracle is None else image_array(batch.oracle[number : number + 1])[0],
    ]
    height = CELL + MARGIN
    sheet = np.full((height, len(cells) * height + MARGIN, 3), 255, dtype=np.uint8)
    for column, cell in enumerate(cells):
        left = MARGIN + column * height
        if cell is None:
            _put(sheet, "-", (left + CELL // 2, CELL // 2), 0.5)
        else:
            smaller = cell.shape[0] < CELL
            way = cv2.INTER_NEAREST if smaller or column == COLUMNS.index("requested mask") else cv2.INTER_AREA
            sheet[:CELL, left : left + CELL] = cv2.resize(cell, (CELL, CELL), interpolation=way)
    return sheet


def _labels(width: int) -> Image:
    line = np.full((HEADER - 6, width, 3), 255, dtype=np.uint8)
    for column, name in enumerate(COLUMNS):
        _put(line, name, (MARGIN + column * (CELL + MARGIN), HEADER - 12), 0.4)
    return line


def _text(text: str, width: int, scale: float) -> Image:
    line = np.full((HEADER, width, 3), 255, dtype=np.uint8)
    _put(line, text, (MARGIN, HEADER - 8), scale)
    return line


def _put(image: Image, text: str, origin: tuple[int, int], scale: float) -> None:
    # OpenCV's font has ASCII only
    plain = text.encode("ascii", "replace").decode()
    cv2.putText(image, plain, origin, cv2.FONT_HERSHEY_SIMPLEX, scale, _INK, 1, cv2.LINE_AA)
