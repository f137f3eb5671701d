"""Where the parts of faces lie: the centres of regions of their masks."""

import torch
from torch import Tensor


def region_centres(regions: Tensor) -> tuple[Tensor, Tensor]:
    """Centres of gravity of regions, and which of them there are.

    Args:
        regions: (N, R, H, W) in {0, 1}.

    Returns:
        (N, R, 2) float32 rows and columns in pixels from the image's upper left corner, a pixel's centre being half a
        pixel from its own; the image's centre for a region without pixels. And (N, R) bool, whether it has any.
    """
    height, width = regions.shape[2:]
    weights = regions.float()
    area = weights.sum(dim=(2, 3))
    rows = torch.arange(height, device=regions.device) + 0.5
    columns = torch.arange(width, device=regions.device) + 0.5
    row = (weights.sum(dim=3) * rows).sum(dim=2) / area.clamp(min=1)
    column = (weights.sum(dim=2) * columns).sum(dim=2) / area.clamp(min=1)
    present = area > 0
    centres = torch.stack([row.where(present, height / 2), column.where(present, width / 2)], dim=2)
    return centres, present
