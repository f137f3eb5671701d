"""One picture of a photograph's edits: the aligned face and the photograph by every method, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmark.images.convert import Pixels

CELL: Final = 256
MARGIN: Final = 8
CAPTION: Final = 22
_INK: Final = (40, 40, 40)
_GROUND: Final = (255, 255, 255)


@dataclass(frozen=True)
class Column:
    """A column of the sheet.

    Attributes:
        caption: what stands above it.
        cells: from above, pictures (H, W, 3) uint8 RGB, or what is said in place of one.
    """

    caption: str
    cells: Sequence[Pixels | str]


def draw_sheet(columns: Sequence[Column]) -> Pixels:
    """The columns as one picture (H, W, 3) uint8 RGB."""
    rows = max(len(column.cells) for column in columns)
    step = CELL + MARGIN
    sheet = Image.new("RGB", (MARGIN + len(columns) * step, CAPTION + rows * step), _GROUND)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(13)
    for number, column in enumerate(columns):
        left = MARGIN + number * step
        draw.text((left, 4), _fitting(column.caption, font), fill=_INK, font=font)
        for row, cell in enumerate(column.cells):
            top = CAPTION + row * step
            if isinstance(cell, str):
                draw.multiline_text((left + 4, top + 4), _wrapped(cell, font), fill=_INK, font=font)
            else:
                shown = _within_cell(cell)
                sheet.paste(shown, (left + (CELL - shown.width) // 2, top + (CELL - shown.height) // 2))
    return np.array(sheet)


def _within_cell(picture: Pixels) -> Image.Image:
    scale = CELL / max(picture.shape[:2])
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    way = Image.Resampling.NEAREST if scale > 1 else Image.Resampling.BOX
    return Image.fromarray(picture).resize(size, way)


def _wrapped(text: str, font: ImageFont.ImageFont | ImageFont.FreeTypeFont) -> str:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= CELL - 8 or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return "\n".join(lines)


def _fitting(text: str, font: ImageFont.ImageFont | ImageFont.FreeTypeFont) -> str:
    while len(text) > 1 and font.getlength(text) > CELL:
        text = f"{text[:-2]}…"
    return text
