"""A mask painted in the target's colours, region by region: what colour alone can do, without learning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import torch
from torch import Tensor

from methods.base import EditBatch, one_hot
from methods.labels import LABELS, NUM_LABELS
from methods.reference.base import ReferenceEditor

STAND_INS: Final[Mapping[str, tuple[str, ...]]] = {
    "skin": ("neck", "nose"),
    "nose": ("skin",),
    "eye_g": ("l_brow", "r_brow", "hair"),
    "l_eye": ("r_eye",),
    "r_eye": ("l_eye",),
    "l_brow": ("r_brow", "hair"),
    "r_brow": ("l_brow", "hair"),
    "l_ear": ("r_ear", "skin"),
    "r_ear": ("l_ear", "skin"),
    "mouth": ("l_lip", "u_lip"),
    "u_lip": ("l_lip", "mouth"),
    "l_lip": ("u_lip", "mouth"),
    "hair": ("l_brow", "r_brow"),
    "hat": ("cloth", "hair"),
    "ear_r": ("neck_l", "l_ear", "r_ear", "skin"),
    "neck_l": ("ear_r", "neck", "skin"),
    "neck": ("skin",),
}
"""Regions whose colours one takes that the target lacks, the first that it has; failing all, the whole image's."""

_RIDGE: Final = 1e-3
"""Keeps the fit of a region that is a point or a line solvable; the variance of positions is 1."""

_WHOLE_IMAGE: Final = NUM_LABELS


class RegionColor(ReferenceEditor):
    """Paints each region of the requested mask in the mean colour and the colour gradient of the target's same region.

    A gradient is the linear least-squares fit of colour on position, where position is measured from the region's
    centre in units of the region's spread along each axis; so it carries the region's spread of colour, its shading,
    onto a region of any other place and extent.

    Args:
        size: side of the images in pixels; any will do.
    """

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.register_buffer("order", _stand_in_order(), persistent=False)

    def edit(self, tasks: EditBatch) -> Tensor:
        """(N, 3, H, W) in [-1, 1]: the masks painted, in float32 whatever the precision of learned methods."""
        with torch.autocast(tasks.target.image.device.type, enabled=False):
            return self._paint(tasks)

    def _paint(self, tasks: EditBatch) -> Tensor:
        image, given, requested = tasks.target.image, one_hot(tasks.target.mask), one_hot(tasks.mask)
        whole = torch.ones_like(given[:, :1])
        fits = torch.cat([_fit(image, given), _fit(image, whole)], dim=1)
        present = torch.cat([given, whole], dim=1).flatten(2).any(dim=2)
        coefficients = torch.einsum("nrkc,nrhw->nkchw", self._for_every_region(fits, present), requested)
        return (coefficients * _design(requested).unsqueeze(2)).sum(dim=1).clamp(-1, 1)

    def _for_every_region(self, fits: Tensor, present: Tensor) -> Tensor:
        """Fits (N, 20, 3, C) to (N, 19, 3, C), where a region not `present` (N, 20) has its stand-in's."""
        order = self.get_buffer("order")
        first = present[:, order].int().argmax(dim=2)
        chosen = order.expand(len(fits), -1, -1).gather(2, first.unsqueeze(2)).squeeze(2)
        return fits[torch.arange(len(fits), device=fits.device).unsqueeze(1), chosen]


def _design(regions: Tensor) -> Tensor:
    """What colour is fitted on, (N, 3, H, W): 1, and each pixel's vertical and horizontal position in its own region.

    Positions are measured from the region's centre in units of its standard deviation, and bounded to ±2, where most
    of a region lies.

    Args:
        regions: (N, R, H, W) in {0, 1}; every pixel is in one.
    """
    side = regions.shape[-1]
    axis = torch.linspace(-1, 1, side, device=regions.device)
    position = torch.stack(torch.meshgrid(axis, axis, indexing="ij"))
    count = regions.sum(dim=(2, 3)).clamp(min=1).unsqueeze(2)
    centre = torch.einsum("nrhw,khw->nrk", regions, position) / count
    square = torch.einsum("nrhw,khw->nrk", regions, position.square()) / count
    spread = (square - centre.square()).clamp(min=side**-2).sqrt()
    centred = position - torch.einsum("nrk,nrhw->nkhw", centre, regions)
    placed = (centred / torch.einsum("nrk,nrhw->nkhw", spread, regions)).clamp(-2, 2)
    return torch.cat([torch.ones_like(placed[:, :1]), placed], dim=1)


def _fit(image: Tensor, regions: Tensor) -> Tensor:
    """Coefficients (N, R, 3, C) of the colours of (N, C, H, W) images on `_design` in each of (N, R, H, W) regions."""
    design, flat = _design(regions).flatten(2), regions.flatten(2)
    gram = torch.einsum("nrp,nklp->nrkl", flat, design.unsqueeze(2) * design.unsqueeze(1))
    moment = torch.einsum("nrp,nkcp->nrkc", flat, design.unsqueeze(2) * image.flatten(2).unsqueeze(1))
    ridge = _RIDGE * flat.sum(dim=2).clamp(min=1)[..., None, None] * torch.eye(3, device=image.device)
    return torch.linalg.solve(gram + ridge, moment)


def _stand_in_order() -> Tensor:
    """(19, K) region numbers to try in turn for each label: itself, its stand-ins, the whole image."""
    orders = [[LABELS.index(each) for each in (label, *STAND_INS.get(label, ()))] for label in LABELS]
    longest = max(len(each) for each in orders) + 1
    return torch.tensor([each + [_WHOLE_IMAGE] * (longest - len(each)) for each in orders])
