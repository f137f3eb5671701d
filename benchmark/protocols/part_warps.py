"""Edits of a part in the mask of a photograph, whose true result nobody knows: its pieces are scaled and moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from benchmark.protocols.mask_parts import (
    PARTS,
    Mask,
    MaskPart,
    area_of,
    face_width,
    nearest_labels,
    pixel_grid,
    with_pieces,
)
from benchmark.protocols.masks_between import signed_distance


@dataclass(frozen=True)
class PartWarp:
    """How an edit changes each piece of a part, about the piece's own centre.

    Attributes:
        part: its name in `PARTS`.
        across: scale of the width.
        down: scale of the height.
        raised: by how much of the face's width it moves up.
        from_top: whether it is scaled from its upper edge, which then stays, and not from its centre.
    """

    part: str
    across: float = 1.0
    down: float = 1.0
    raised: float = 0.0
    from_top: bool = False

    @property
    def of(self) -> MaskPart:
        """The part."""
        return PARTS[self.part]


WARPS: Final[Mapping[str, PartWarp]] = {
    "wider mouth": PartWarp("mouth", across=1.3),
    "larger eyes": PartWarp("eyes", across=1.2, down=1.6),
    "raised brows": PartWarp("brows", raised=0.05),
    "thicker brows": PartWarp("brows", down=1.7),
    "longer nose": PartWarp("nose", down=1.2, from_top=True),
    "longer hair": PartWarp("hair", down=1.25, from_top=True),
    "wider face": PartWarp("face outline", across=1.12),
    "narrower face": PartWarp("face outline", across=0.88),
    "glasses": PartWarp("glasses", across=1.1, down=1.25),
}
"""By the name of an edit; the steps are about those of the true edits of rendered faces."""


def warped_mask(mask: Mask, warp: PartWarp) -> Mask:
    """A mask (H, W) with a part warped.

    The boundary moves smoothly, by the piece's signed distance; the rest of the mask stays, and what the part leaves
    uncovered has the nearest label that may lie behind it.
    """
    rows, columns = pixel_grid(mask.shape)
    lift, drawn = np.float32(warp.raised * face_width(mask)), []
    for piece in warp.of.pieces:
        area = area_of(mask, warp.of, piece)
        if not area.any():
            continue
        down = float(rows[area].min() if warp.from_top else rows[area].mean())
        across = float(columns[area].mean())
        places = (
            np.float32(across) + (columns - np.float32(across)) / np.float32(warp.across),
            np.float32(down) + (rows - np.float32(down) + lift) / np.float32(warp.down),
        )
        distance = cv2.remap(
            signed_distance(area).astype(np.float32), *places, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        labels = cv2.remap(nearest_labels(mask, piece), *places, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
        drawn.append((distance > 0, labels.astype(np.uint8)))
    return with_pieces(mask, warp.of, drawn)
