"""A hole filled from its border inwards (Telea, 2004): how far smooth continuation alone goes."""

from typing import Final

import cv2
import numpy as np
import torch
from torch import Tensor

from methods.base import EditBatch
from methods.reference.base import ReferenceEditor
from methods.shared.known_pixels import require_known_pixels

RADIUS: Final = 3
"""Pixels around each one that it is filled from."""
WIDENING: Final = 1
"""Pixels by which the hole is widened before, so that none is filled from what lies half within it."""


class Telea(ReferenceEditor):
    """Fills the region by OpenCV's implementation of fast marching (Telea, "An Image Inpainting Technique", 2004)."""

    def edit(self, tasks: EditBatch) -> Tensor:
        """(N, 3, H, W) in [-1, 1]; what lies outside the region is the target's own.

        Raises:
            CannotEdit: if the region of a task is the whole image.
        """
        require_known_pixels(tasks)
        image = tasks.target.image
        levels = ((image.float() + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy()
        hidden = tasks.region.cpu().numpy().astype(np.uint8)
        kernel = np.ones((2 * WIDENING + 1,) * 2, np.uint8)
        filled = [
            cv2.inpaint(np.ascontiguousarray(pixels), cv2.dilate(hole, kernel), RADIUS, cv2.INPAINT_TELEA)
            for pixels, hole in zip(levels, hidden, strict=True)
        ]
        made = torch.from_numpy(np.stack(filled)).to(image.device).permute(0, 3, 1, 2) / 127.5 - 1
        return made.where(tasks.region.unsqueeze(1), image.float())
