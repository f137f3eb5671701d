"""Light augmentation of training faces, so that a judge also reads the slightly off images that generators make."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn import functional

from methods.base import FaceBatch

MAX_SHIFT = 1 / 16
"""Largest shift, as a fraction of the side."""
BLUR_WIDTH = 1 / 21
"""Width of the box blur that is mixed in, as a fraction of the side (3 pixels at 64)."""
MAX_BLUR = 0.5
"""Largest weight of the blurred image; half of the faces stay sharp."""
BRIGHTNESS = 0.1
"""Largest change of brightness, in units of [-1, 1]."""
CONTRAST = 0.15
"""Largest relative change of contrast."""


class LightAugmentation(nn.Module):
    """Shift a batch by a few pixels; change each face's brightness and contrast; blur some faces a little.

    Args:
        size: side of the square images in pixels.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.shift = round(MAX_SHIFT * size)
        self.blur = 2 * round(BLUR_WIDTH * size / 2 - 0.5) + 1

    def forward(self, faces: FaceBatch) -> FaceBatch:
        """Augmented faces; images stay (N, 3, H, W) in [-1, 1], masks move with them."""
        down, right = torch.randint(-self.shift, self.shift + 1, (2,)).tolist()
        image = self._blurred(self._recoloured(_shifted(faces.image, down, right)))
        mask = _shifted(faces.mask.unsqueeze(1).float(), down, right).squeeze(1).to(torch.uint8)
        return replace(faces, image=image, mask=mask)

    def _recoloured(self, image: Tensor) -> Tensor:
        amount = torch.rand(2, len(image), 1, 1, 1, device=image.device) * 2 - 1
        mean = image.mean(dim=(1, 2, 3), keepdim=True)
        return ((image - mean) * (1 + CONTRAST * amount[0]) + mean + BRIGHTNESS * amount[1]).clamp(-1, 1)

    def _blurred(self, image: Tensor) -> Tensor:
        strength = MAX_BLUR * (torch.rand(len(image), 1, 1, 1, device=image.device) * 2 - 1).clamp(min=0)
        smooth = functional.avg_pool2d(image, self.blur, 1, self.blur // 2, count_include_pad=False)
        return torch.lerp(image, smooth, strength)


def _shifted(planes: Tensor, down: int, right: int) -> Tensor:
    """(N, C, H, W) moved by some pixels; what enters repeats the border."""
    height, width = planes.shape[-2:]
    margin = max(abs(down), abs(right))
    padded = functional.pad(planes, (margin,) * 4, mode="replicate")
    top, left = margin - down, margin - right
    return padded[..., top : top + height, left : left + width]
