"""Light augmentation of training faces, so that a judge also reads the slightly off images that generators make."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn import functional

from methods.base import FaceBatch

BLUR_WIDTH = 1 / 21
"""Width of the box blur that is mixed in, as a fraction of the side (3 pixels at 64)."""
MAX_BLUR = 0.5
"""Largest weight of the blurred image; half of the faces stay sharp."""
BRIGHTNESS = 0.1
"""Largest change of brightness, in units of [-1, 1]."""
CONTRAST = 0.15
"""Largest relative change of contrast."""


class LightAugmentation(nn.Module):
    """Change each face's brightness and contrast, and blur some faces a little; mirroring is the data layer's.

    Faces are not moved: the datasets align them, and small shifts cost a short training its accuracy on a smile.

    Args:
        size: side of the square images in pixels.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.width = 2 * round((BLUR_WIDTH * size - 1) / 2) + 1

    def forward(self, faces: FaceBatch) -> FaceBatch:
        """The faces with other images, (N, 3, H, W) in [-1, 1] as before."""
        return replace(faces, image=self._blurred(self._recoloured(faces.image)))

    def _recoloured(self, image: Tensor) -> Tensor:
        amount = torch.rand(2, len(image), 1, 1, 1, device=image.device) * 2 - 1
        mean = image.mean(dim=(1, 2, 3), keepdim=True)
        return ((image - mean) * (1 + CONTRAST * amount[0]) + mean + BRIGHTNESS * amount[1]).clamp(-1, 1)

    def _blurred(self, image: Tensor) -> Tensor:
        strength = MAX_BLUR * (torch.rand(len(image), 1, 1, 1, device=image.device) * 2 - 1).clamp(min=0)
        smooth = functional.avg_pool2d(image, self.width, 1, self.width // 2, count_include_pad=False)
        return torch.lerp(image, smooth, strength)
