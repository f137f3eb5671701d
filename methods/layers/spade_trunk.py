"""The trunk of SPADE's generator and its heirs: residual blocks and upsampling, conditioned at every norm."""

from collections.abc import Callable
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from methods.layers.regions import resize_regions
from methods.layers.spade import NEGATIVE_SLOPE, ConditionedResidualBlock

TRUNK_STRIDE: Final = 32
"""Sides of the result over those of the features that the trunk starts from."""

TRUNK_BLOCKS: Final = (
    ("head_0", 16, 16, False),
    ("G_middle_0", 16, 16, True),
    ("G_middle_1", 16, 16, False),
    ("up_0", 16, 8, True),
    ("up_1", 8, 4, True),
    ("up_2", 4, 2, True),
    ("up_3", 2, 1, True),
)
"""Blocks in order: name, width in and out as multiples of `ngf`, whether the features are doubled in size before."""


def require_trunk_size(title: str, size: int) -> None:
    """Refuse a side of square images that no trunk can generate.

    Raises:
        ValueError: naming the method's `title` and the size.
    """
    if size < TRUNK_STRIDE or size % TRUNK_STRIDE:
        raise ValueError(f"{title} needs a size that is a multiple of {TRUNK_STRIDE}, not {size}")


class SpadeTrunk(nn.Module):
    """Features at 1/32 of the size to an image (Park et al., CVPR 2019, "normal" number of upsampling layers).

    Args:
        ngf: width at full resolution; 16 times that at the start.
        norm: makes the norm for a number of channels; it is called with the features and the condition.
        last_norm: the same for the block at full resolution, where that differs.
    """

    def __init__(
        self, ngf: int, norm: Callable[[int], nn.Module], last_norm: Callable[[int], nn.Module] | None = None
    ) -> None:
        super().__init__()
        self.start_channels = TRUNK_BLOCKS[0][1] * ngf
        for name, wide_in, wide_out, _ in TRUNK_BLOCKS:
            chosen = last_norm if last_norm is not None and name == TRUNK_BLOCKS[-1][0] else norm
            self.add_module(name, ConditionedResidualBlock(wide_in * ngf, wide_out * ngf, chosen))
        self.conv_img = nn.Conv2d(ngf, 3, 3, padding=1)

    def start_label(self, label: Tensor) -> Tensor:
        """One-hot labels (N, L, H, W) at the size (H/32, W/32) that the trunk starts from.

        Raises:
            ValueError: if a side is not a multiple of 32.
        """
        height, width = label.shape[2:]
        if height % TRUNK_STRIDE or width % TRUNK_STRIDE:
            raise ValueError(f"the sides of a label map must be multiples of {TRUNK_STRIDE}; got {height}x{width}")
        return resize_regions(label, (height // TRUNK_STRIDE, width // TRUNK_STRIDE))

    def generate(self, features: Tensor, condition: Any) -> Tensor:
        """Features (N, 16 ngf, H/32, W/32) to an image (N, 3, H, W) in [-1, 1]."""
        for name, _, _, doubled in TRUNK_BLOCKS:
            if doubled:
                features = functional.interpolate(features, scale_factor=2.0, mode="nearest")
            features = self.get_submodule(name)(features, condition)
        return torch.tanh(self.conv_img(functional.leaky_relu(features, NEGATIVE_SLOPE)))
