"""The parts of a face that have an autoencoder each: which labels they are, and how they are cut out and placed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import torch
from torch import Tensor

from methods.labels import LABELS
from methods.mask_guided.options import SIXTEENTHS


class Part(NamedTuple):
    """A part of a face.

    Attributes:
        labels: that it consists of.
        height: of the box that is cut out around its centre, in sixteenths of the image's side.
        width: of that box.
        masked: whether only the part's own pixels are seen (else the whole box).
    """

    labels: Sequence[str]
    height: int = SIXTEENTHS
    width: int = SIXTEENTHS
    masked: bool = True

    def sides(self, size: int) -> tuple[int, int]:
        """Height and width of the box in an image of side `size`."""
        return self.height * size // SIXTEENTHS, self.width * size // SIXTEENTHS


PARTS: Final[Mapping[str, Part]] = {
    "left_eye": Part(("l_eye",), 2, 3, masked=False),
    "right_eye": Part(("r_eye",), 2, 3, masked=False),
    "mouth": Part(("mouth", "u_lip", "l_lip"), 5, 9, masked=False),
    "skin": Part(("skin", "nose", "eye_g", "l_brow", "r_brow", "l_ear", "r_ear", "neck")),
    "hair": Part(("hair", "hat")),
}
"""The five of the paper: 32x48, 32x48 and 80x144 pixels at its 256, and whole images; labels that it does not have go
with those that they lie on."""

BACKGROUND: Final = ("background", "ear_r", "neck_l", "cloth")
"""Labels of what is no part of a face: seen as they are, where nothing covers them."""


def part_regions(label: Tensor) -> Tensor:
    """(N, 5, H, W) in {0, 1}, the pixels of each of `PARTS`, of (N, 19, H, W) one-hot masks."""
    return torch.stack([_covered(label, part.labels) for part in PARTS.values()], dim=1)


def background(label: Tensor) -> Tensor:
    """(N, 1, H, W) in {0, 1}, the pixels of `BACKGROUND`, of (N, 19, H, W) one-hot masks."""
    return _covered(label, BACKGROUND)[:, None]


def _covered(label: Tensor, names: Sequence[str]) -> Tensor:
    return torch.stack([label[:, LABELS.index(name)] for name in names]).sum(dim=0)


def cut_out(images: Tensor, centres: Tensor, sides: tuple[int, int]) -> Tensor:
    """Boxes (N, C, h, w) of (N, C, H, W) images, each around its centre, or as near to it as the borders let it.

    Args:
        images: to cut from.
        centres: (N, 2) rows and columns in pixels (`methods.layers.part_centres`).
        sides: h and w, at most H and W.
    """
    return images.permute(0, 2, 3, 1)[_box(centres, sides, images.shape[2:])].permute(0, 3, 1, 2)


def placed(boxes: Tensor, centres: Tensor, side: int) -> Tensor:
    """Maps (N, C, side, side) of zeros around boxes (N, C, h, w), which lie where `cut_out` finds them."""
    canvas = boxes.new_zeros(len(boxes), side, side, boxes.shape[1])
    canvas[_box(centres, (boxes.shape[2], boxes.shape[3]), (side, side))] = boxes.permute(0, 2, 3, 1)
    return canvas.permute(0, 3, 1, 2)


def _box(centres: Tensor, sides: tuple[int, int], within: Sequence[int]) -> tuple[Tensor, Tensor, Tensor]:
    """Indices of faces, rows and columns of a box a face."""
    axes = []
    for axis, (length, limit) in enumerate(zip(sides, within, strict=True)):
        start = (centres[:, axis] - length / 2).round().clamp(0, limit - length).long()
        axes.append(start[:, None] + torch.arange(length, device=centres.device))
    rows, columns = axes
    faces = torch.arange(len(centres), device=centres.device)
    return faces[:, None, None], rows[:, :, None], columns[:, None, :]
