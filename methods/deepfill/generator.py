"""Generator of DeepFill (Yu et al., ICCV 2019): a coarse filling, refined with attention to what is known."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from methods.layers.contextual_attention import ContextualAttention
from methods.layers.gated_conv import GatedConv2d, reflected_conv

DILATIONS: Final = (2, 4, 8, 16)
"""Of the layers between encoder and decoder."""
STRIDES: Final = (1, 2, 1, 2, 1, 1)
"""Of an encoder's layers."""
COARSE, CONVOLVED, ATTENDING = (1, 2, 2, 4, 4, 4), (1, 1, 2, 2, 4, 4), (1, 1, 2, 4, 4, 4)
"""Widths of the three encoders' layers, over the width at full resolution."""
INPUTS: Final = 5
"""Channels that a stage sees: the image, ones, and the hole."""

_RENAMED: Final = (
    ("stage1.", "coarse."),
    ("stage2.", "refine."),
    ("encoder_attention.", "attending_encoder."),
    ("encoder_conv.", "encoder."),
    ("contextual_attention_neck.contextual_attention.", "attention."),
    ("contextual_attention_neck.", "after_attention."),
    ("dilation_neck.dilation_convs.", "dilated."),
    (".conv.conv.", ".conv."),
)
"""Parts of published keys, and ours."""


class PlainConv2d(nn.Module):
    """A convolution with reflected borders, then an ELU: what the first DeepFill (CVPR 2018) has for a gated one.

    Args:
        in_channels: as of `GatedConv2d`, like the rest.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int = 3,
        stride: int = 1,
        dilation: int = 1,
        *,
        activation: bool = True,
    ) -> None:
        super().__init__()
        self.conv = reflected_conv(in_channels, out_channels, kernel_size, stride, dilation)
        self.activation = nn.ELU() if activation else nn.Identity()

    def forward(self, features: Tensor) -> Tensor:
        """(N, in, H, W) to (N, out, H', W')."""
        return self.activation(self.conv(features))


Conv = type[GatedConv2d] | type[PlainConv2d]


def _encoder(conv: Conv, widths: Sequence[int]) -> nn.Sequential:
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    channels = INPUTS
    for index, (width, stride) in enumerate(zip(widths, STRIDES, strict=True), 1):
        layers[f"enc{index}"] = conv(channels, width, 5 if index == 1 else 3, stride)
        channels = width
    return nn.Sequential(layers)


def _dilated(conv: Conv, width: int, dilations: Sequence[int]) -> nn.Sequential:
    return nn.Sequential(*(conv(width, width, dilation=dilation) for dilation in dilations))


def _decoder(conv: Conv, in_channels: int, width: int) -> nn.Sequential:
    """Six layers that double the size twice, and one that gives colours."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    channels = in_channels
    for index, factor in enumerate((4, 4, 2, 2, 1, 0.5), 1):
        layers[f"dec{index}"] = conv(channels, int(factor * width))
        channels = int(factor * width)
        if index in (2, 4):
            layers[f"up{index}"] = nn.Upsample(scale_factor=2, mode="nearest")
    layers["dec7"] = conv(channels, 3, activation=False)
    return nn.Sequential(layers)


class CoarseStage(nn.Module):
    """A filling at once: encoder, dilated layers, decoder."""

    def __init__(self, conv: Conv, width: int, dilations: Sequence[int]) -> None:
        super().__init__()
        self.encoder = _encoder(conv, [width * factor for factor in COARSE])
        self.dilated = _dilated(conv, 4 * width, dilations)
        self.decoder = _decoder(conv, 4 * width, width)

    def forward(self, inputs: Tensor) -> Tensor:
        """(N, 5, H, W) to images (N, 3, H, W) in [-1, 1], in float32."""
        return self.decoder(self.dilated(self.encoder(inputs))).float().tanh()


class RefinementStage(nn.Module):
    """A better filling: a branch of dilated layers and one of attention, decoded together."""

    def __init__(
        self, conv: Conv, width: int, decoder_width: int, dilations: Sequence[int], *, attention: bool
    ) -> None:
        super().__init__()
        self.attending_encoder = _encoder(conv, [width * factor for factor in ATTENDING])
        self.encoder = _encoder(conv, [width * factor for factor in CONVOLVED])
        self.attention = ContextualAttention() if attention else None
        self.after_attention = nn.Sequential(
            OrderedDict((f"conv{index}", conv(4 * width, 4 * width)) for index in (1, 2))
        )
        self.dilated = _dilated(conv, 4 * width, dilations)
        self.decoder = _decoder(conv, 8 * width, decoder_width)

    def forward(self, inputs: Tensor, hole: Tensor) -> Tensor:
        """(N, 5, H, W) and the hole (N, 1, H, W) to images (N, 3, H, W) in [-1, 1], in float32."""
        convolved = self.dilated(self.encoder(inputs))
        attending = self.attending_encoder(inputs)
        if self.attention is not None:
            small = functional.interpolate(hole, attending.shape[2:], mode="nearest")
            attending = self.attention(attending, attending, small).features.to(attending.dtype)
        attended = self.after_attention(attending)
        return self.decoder(torch.cat([convolved, attended], dim=1)).float().tanh()


class Filled(NamedTuple):
    """Images (N, 3, H, W) in [-1, 1] of both stages, in float32; they are their own outside the hole too."""

    coarse: Tensor
    refined: Tensor


class Generator(nn.Module):
    """Both stages; defaults are the published options, as OpenMMLab's MMagic has them.

    Args:
        width: channels at full resolution.
        decoder_width: the same of the refinement's decoder.
        dilations: of the layers between encoder and decoder, each less than a quarter of the image's side.
        gated: whether convolutions are gated; else they are plain, as in the first DeepFill (CVPR 2018).
        attention: whether the refinement attends to what is known.
    """

    def __init__(
        self,
        width: int = 24,
        decoder_width: int = 32,
        dilations: Sequence[int] = DILATIONS,
        *,
        gated: bool = True,
        attention: bool = True,
    ) -> None:
        super().__init__()
        conv: Conv = GatedConv2d if gated else PlainConv2d
        self.coarse = CoarseStage(conv, width, dilations)
        self.refine = RefinementStage(conv, width, decoder_width, dilations, attention=attention)

    def forward(self, image: Tensor, hole: Tensor) -> Filled:
        """Fill holes.

        Args:
            image: (N, 3, H, W) in [-1, 1]; what it has in the hole is not seen. Sides divisible by 8.
            hole: (N, 1, H, W), 1 in the hole, else 0.
        """
        known = image * (1 - hole)
        ones = torch.ones_like(hole)
        coarse = self.coarse(torch.cat([known, ones, hole], dim=1))
        pasted = coarse.to(image.dtype) * hole + known
        refined = self.refine(torch.cat([pasted, ones, hole], dim=1), hole)
        return Filled(coarse, refined)


def published_generator_key(key: str) -> str:
    """Our key of a tensor that a published checkpoint calls `key`."""
    for published, ours in _RENAMED:
        key = key.replace(published, ours)
    return key
