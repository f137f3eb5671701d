"""The encoder and the decoder of AdaIN style transfer (Huang and Belongie, ICCV 2017): VGG-19 to relu4_1, mirrored."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn

from methods.checkpoint import CheckpointError, load_strictly, read_state_dict, spelled_as
from methods.layers.perceptual import MEAN, STD, VGGFeatures

REPEATS: Final = (2, 2, 4, 1)
"""Convolutions of VGG-19 at each resolution up to relu4_1."""


def _conv(in_channels: int, out_channels: int) -> list[nn.Module]:
    return [nn.ReflectionPad2d(1), nn.Conv2d(in_channels, out_channels, 3)]


class Encoder(nn.Sequential):
    """VGG-19 up to relu4_1 with reflected borders, after a 1x1 convolution that normalises colours.

    The published weights are rescaled so that every channel's mean activation is one ("normalised").

    Args:
        width: channels at full resolution; doubled at each of three poolings.
    """

    def __init__(self, width: int = 64) -> None:
        layers: list[nn.Module] = [nn.Conv2d(3, 3, 1)]
        ends, channels = [], 3
        for level, repeats in enumerate(REPEATS):
            if level:
                layers.append(nn.MaxPool2d(2, ceil_mode=True))
            for repeat in range(repeats):
                layers += [*_conv(channels, width * 2**level), nn.ReLU()]
                channels = width * 2**level
                if not repeat:
                    ends.append(len(layers))
        super().__init__(*layers)
        self.ends = tuple(ends)

    def features(self, image: Tensor) -> list[Tensor]:
        """Features of (N, 3, H, W) images in [0, 1] after relu1_1, relu2_1, relu3_1 and relu4_1."""
        features, results = image, []
        for position, layer in enumerate(self, 1):
            features = layer(features)
            if position in self.ends:
                results.append(features)
        return results


class Decoder(nn.Sequential):
    """The mirror of the encoder, nearest upsampling for its poolings; it has no norms, which would take styles away.

    Args:
        width: channels at full resolution.
    """

    def __init__(self, width: int = 64) -> None:
        widths = [width * 2**level for level, repeats in enumerate(REPEATS) for _ in range(repeats)]
        layers: list[nn.Module] = []
        for before, after in pairwise([*reversed(widths), 3]):
            layers += _conv(before, after)
            if after != 3:
                layers.append(nn.ReLU())
            if after < before and after != 3:
                layers.append(nn.Upsample(scale_factor=2.0, mode="nearest"))
        super().__init__(*layers)


VGG_SLICES: Final = (
    (64,),
    (64, "pool", 128),
    (128, "pool", 256),
    (256, 256, 256, "pool", 512),
)
"""VGG-19 up to relu4_1."""


def load_vgg(encoder: Encoder, weights: str | Path) -> None:
    """Give an encoder of width 64 torchvision's VGG-19 weights, and ImageNet's statistics to its first layer.

    Raises:
        CheckpointError: if the file cannot be read or is not VGG-19's.
    """
    network = VGGFeatures(weights, slices=VGG_SLICES)
    kernels = [tensor for name, tensor in network.named_buffers() if name.startswith("weight_")]
    biases = [tensor for name, tensor in network.named_buffers() if name.startswith("bias_")]
    first, *others = (layer for layer in encoder if isinstance(layer, nn.Conv2d))
    deviation = torch.tensor(STD)
    with torch.no_grad():
        first.weight.copy_(torch.diag(1 / deviation)[:, :, None, None])
        first.bias.copy_(-torch.tensor(MEAN) / deviation)
        for layer, kernel, bias in zip(others, kernels, biases, strict=True):
            layer.weight.copy_(kernel)
            layer.bias.copy_(bias)


def load_normalised_vgg(encoder: Encoder, weights: str | Path) -> None:
    """Give an encoder of width 64 the published weights, whose file has VGG-19's layers after relu4_1 too.

    Keys are the layers' positions in one sequence, as they are in `Encoder`.

    Raises:
        CheckpointError: if the file cannot be read or is not that network's.
    """
    layers = spelled_as(read_state_dict(weights), encoder.state_dict())
    used = {key: tensor for key, tensor in layers.items() if not _lies_after(key, len(encoder))}
    try:
        load_strictly(encoder, used)
    except CheckpointError as error:
        raise CheckpointError(f"{weights}: not the normalised VGG-19 of AdaIN: {error}") from error


def _lies_after(key: str, count: int) -> bool:
    position, _, _ = key.partition(".")
    return position.isdecimal() and int(position) >= count
