"""The denoiser of mask diffusion: diffusers' U-Net over a noisy face, what is known of it, and a code of its style."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from diffusers.models.unets.unet_2d import UNet2DModel
from torch import Tensor, nn
from torch.nn import functional

from methods.labels import NUM_LABELS
from methods.layers.initialisation import init_he
from methods.layers.style_encoder import StyleEncoder
from methods.mask_diffusion.options import STYLE_KERNEL

ATTENTION_SIDE = 16
"""Side of the features over which positions attend to each other."""


@dataclass(frozen=True)
class Conditions:
    """What N faces are made from.

    Attributes:
        label: (N, 19, H, W) one-hot masks; zeros for faces that follow none.
        region: (N, 1, H, W) bool, the pixels to make.
        known: (N, 3, H, W) in [-1, 1], the pixels to keep; 0 in the region.
        colours: (N, 3, H, W) in [-1, 1], colours of the mask's parts in the region; 0 outside of it, and for faces that
            follow no mask or are of any style.
        style: (N, S); zeros for faces of any style.
    """

    label: Tensor
    region: Tensor
    known: Tensor
    colours: Tensor
    style: Tensor


class Denoiser(nn.Module):
    """Velocities of noisy faces under conditions, and the style encoder.

    Args:
        size: side of the images in pixels; the level whose features have 16 positions a side has attention.
        patch_size: pixels a side that the U-Net sees as one position, and makes at once.
        width: channels of the U-Net's first level.
        width_factors: channels by level, as multiples of `width`.
        num_blocks: residual blocks of each level.
        style_length: values of a style.
        style_widths: channels of the style encoder at strides 1, 2, 4.
    """

    def __init__(
        self,
        size: int,
        patch_size: int,
        width: int,
        width_factors: tuple[int, ...],
        num_blocks: int,
        style_length: int,
        style_widths: tuple[int, ...],
    ) -> None:
        super().__init__()
        self.patch_size = patch_size
        attends = [size // patch_size // 2**level == ATTENTION_SIDE for level in range(len(width_factors))]
        self.unet = UNet2DModel(
            in_channels=(3 + NUM_LABELS + 1 + 3) * patch_size**2,
            out_channels=3 * patch_size**2,
            block_out_channels=tuple(width * factor for factor in width_factors),
            layers_per_block=num_blocks,
            down_block_types=tuple("AttnDownBlock2D" if attention else "DownBlock2D" for attention in attends),
            up_block_types=tuple("AttnUpBlock2D" if attention else "UpBlock2D" for attention in reversed(attends)),
            add_attention=False,
            attention_head_dim=None,
            norm_num_groups=math.gcd(32, width // 2),  # of two channels at least: one alone would lose its mean
            resnet_time_scale_shift="scale_shift",
            class_embed_type="identity",
        )
        self.encoder = StyleEncoder(style_length, style_widths, STYLE_KERNEL, conditioned=False)
        init_he(self.encoder)
        self.style_to_time = nn.Linear(style_length, 4 * width, bias=False)

    def encode_style(self, image: Tensor) -> Tensor:
        """Styles (N, S) of faces (N, 3, H, W) in [-1, 1]."""
        return self.encoder(image).flatten(1)

    def forward(self, noisy: Tensor, step: Tensor, conditions: Conditions) -> Tensor:
        """Velocities (N, 3, H, W), in float32.

        Args:
            noisy: (N, 3, H, W) faces with noise.
            step: (N,) or (), how noisy they are, in 0..999.
            conditions: what they are made from.
        """
        shown = (conditions.known + conditions.colours).to(noisy.dtype)
        planes = [noisy, conditions.label, conditions.region.to(noisy.dtype), shown]
        patches = functional.pixel_unshuffle(torch.cat(planes, dim=1), self.patch_size)
        velocity = self.unet(patches, step, class_labels=self.style_to_time(conditions.style)).sample
        return functional.pixel_shuffle(velocity, self.patch_size).float()
