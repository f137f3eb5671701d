"""What encoders share whose networks take square images of one size, normalised by mean and deviation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from benchmark.features.encoder import Encoder
from benchmark.images.convert import Pixels
from benchmark.weights.resources import Resources

INTERPOLATIONS: Final = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}
"""Pillow's, which antialias where an image shrinks, all but the first."""


class NormalizedEncoder(Encoder):
    """An encoder that resizes images as torchvision resizes Pillow's, and normalises them as its networks expect.

    Args:
        resources: where the network runs.
        weights_sha256: of its weights.
        size: side of the square images that the network takes, in pixels.
        mean: of each channel, of images in [0, 1].
        std: deviation of each channel.
        interpolation: one of `INTERPOLATIONS`.

    Raises:
        ValueError: if one of these is none.
    """

    libraries: ClassVar[tuple[str, ...]] = ("torch", "pillow")

    def __init__(
        self,
        resources: Resources,
        weights_sha256: str,
        *,
        size: int,
        mean: Sequence[float],
        std: Sequence[float],
        interpolation: str,
    ) -> None:
        super().__init__(resources.compute, weights_sha256)
        if interpolation not in INTERPOLATIONS:
            raise ValueError(f"interpolation is one of {', '.join(INTERPOLATIONS)}, not {interpolation!r}")
        if isinstance(size, bool) or not isinstance(size, int) or size < 1:
            raise ValueError(f"size is the side of the images in pixels, not {size!r}")
        for name, values in (("mean", mean), ("std", std)):
            if not isinstance(values, Sequence) or len(values) != 3:
                raise ValueError(f"{name} has a number for each of the channels red, green and blue, not {values!r}")
        if min(std) <= 0:
            raise ValueError(f"std has deviations above 0, not {std!r}")
        self.size, self._resampling = size, INTERPOLATIONS[interpolation]
        self.resize_policy = f"{interpolation} to {size} x {size} at 8 bits, mean {list(mean)}, deviation {list(std)}"
        self._mean, self._std = (
            torch.tensor(values, dtype=torch.float32, device=self.compute.device).view(1, 3, 1, 1)
            for values in (mean, std)
        )

    def resize(self, images: Pixels) -> Tensor:
        """Images (N, 3, size, size), normalised."""
        side = (self.size, self.size)
        resized = np.stack([np.asarray(Image.fromarray(image).resize(side, self._resampling)) for image in images])
        inputs = torch.from_numpy(resized).to(self.compute.device).permute(0, 3, 1, 2).float().div_(255)
        return inputs.sub_(self._mean).div_(self._std).contiguous()
