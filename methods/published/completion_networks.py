"""Published networks and layers that fill holes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import torch
from torch import Tensor, nn

from methods.deepfill.generator import Generator, published_generator_key
from methods.deepfill.partial_unet import PartialUNet
from methods.layers.contextual_attention import ContextualAttention
from methods.layers.gated_conv import GatedConv2d
from methods.layers.partial_conv import PartialConv2d
from methods.published.recipe import Published


def _hole(mask: Tensor) -> Tensor:
    """The hole (N, 1, H, W) of a golden's mask: the first of its planes."""
    return mask[:, :1]


class _PartialLayers(nn.Module):
    """Partial convolutions of every kind: of one mask, of a mask a channel, of none."""

    def __init__(self) -> None:
        super().__init__()
        self.single1 = PartialConv2d(3, 16, 7, 2, 3)
        self.single2 = PartialConv2d(16, 24, 3, 1, 1, bias=False)
        self.multi1 = PartialConv2d(3, 16, 5, 2, 2, multi_channel=True)
        self.multi2 = PartialConv2d(16, 24, 3, 1, 1, bias=False, multi_channel=True)
        self.unmasked1 = PartialConv2d(3, 8, 3, 1, 1)

    def forward(self, image: Tensor, mask: Tensor) -> tuple[Tensor, ...]:
        valid = 1 - _hole(mask)
        single = self.single2(*self.single1(image, valid))
        multi = self.multi2(*self.multi1(image, torch.cat([valid, valid, mask[:, 2:3]], dim=1)))
        return *single, *multi, self.unmasked1(image)[0]


class _GatedLayers(nn.Module):
    """Gated convolutions of every kind: strided, dilated, and the last of a network."""

    def __init__(self) -> None:
        super().__init__()
        self.layer1 = GatedConv2d(4, 16, 5)
        self.layer2 = GatedConv2d(16, 24, 3, 2)
        self.layer3 = GatedConv2d(24, 24, 3, dilation=2)
        self.layer4 = GatedConv2d(24, 3, 3, activation=False)

    def forward(self, image: Tensor, mask: Tensor) -> Tensor:
        hole = _hole(mask)
        features = torch.cat([image * (1 - hole), hole], dim=1)
        return self.layer4(self.layer3(self.layer2(self.layer1(features))))


def _call_attention(network: nn.Module, foreground: Tensor, background: Tensor, mask: Tensor) -> Tensor:
    return network(foreground, background, _hole(mask)).features


def _call_filling_network(network: nn.Module, image: Tensor, mask: Tensor) -> Tensor | tuple[Tensor, ...]:
    return network(image, _hole(mask))


def _call_layers(network: nn.Module, image: Tensor, mask: Tensor) -> Tensor | tuple[Tensor, ...]:
    return network(image, mask)


def _rename_convolutions(key: str) -> str:
    return key.replace(".conv.conv.", ".conv.")


COMPLETION_NETWORKS: Final[Mapping[str, Published]] = {
    "partial_conv": Published(
        _PartialLayers, _call_layers, ("single", "single_mask", "multi", "multi_mask", "unmasked")
    ),
    "gated_conv": Published(_GatedLayers, _call_layers, rename=_rename_convolutions),
    "contextual_attention": Published(ContextualAttention, _call_attention),
    "deepfill_generator": Published(
        Generator, _call_filling_network, ("stage1", "stage2"), rename=published_generator_key
    ),
    "pconv_unet": Published(PartialUNet, _call_filling_network),
}
