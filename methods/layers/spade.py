"""Spatially-adaptive normalisation (SPADE) and the residual block that it, or a norm like it, conditions."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import spectral_norm

from methods.labels import NUM_LABELS
from methods.layers.batch_norm import WholeBatchNorm2d
from methods.layers.regions import resize_regions

NEGATIVE_SLOPE = 0.2


def joined(first: nn.Conv2d, second: nn.Conv2d) -> tuple[Tensor, Tensor]:
    """Weight and bias of the one convolution that gives the channels of two of one shape, which read the same."""
    return torch.cat([first.weight, second.weight]), torch.cat([first.bias, second.bias])


class SpatiallyAdaptiveNorm(nn.Module):
    """Batch norm whose scale and shift are computed, position by position, from the label map.

    Follows Park et al., "Semantic Image Synthesis with Spatially-Adaptive Normalization" (CVPR 2019).

    Args:
        channels: of the features.
        label_channels: of the label map.
        hidden: width between the label map and the modulation.
    """

    def __init__(self, channels: int, label_channels: int = NUM_LABELS, hidden: int = 128) -> None:
        super().__init__()
        self.param_free_norm = WholeBatchNorm2d(channels, affine=False)
        self.mlp_shared = nn.Sequential(nn.Conv2d(label_channels, hidden, 3, padding=1), nn.ReLU())
        self.mlp_gamma = nn.Conv2d(hidden, channels, 3, padding=1)
        self.mlp_beta = nn.Conv2d(hidden, channels, 3, padding=1)

    def modulation(self, label: Tensor) -> tuple[Tensor, Tensor]:
        """Gamma and beta, (N, C, h, w) each, of a one-hot label map (N, L, h, w) at the size of the features."""
        weight, bias = joined(self.mlp_gamma, self.mlp_beta)
        gamma, beta = functional.conv2d(self.mlp_shared(label), weight, bias, padding=1).chunk(2, dim=1)
        return gamma, beta

    def forward(self, features: Tensor, label: Tensor) -> Tensor:
        """Norm(features) * (1 + gamma) + beta for (N, C, h, w) features and one-hot labels (N, L, H, W) of any size."""
        gamma, beta = self.modulation(resize_regions(label, features.shape[2:]))
        return self.param_free_norm(features) * (1 + gamma) + beta


class ConditionedResidualBlock(nn.Module):
    """Features plus two spectrally normalised 3x3 convolutions of them, each after a conditioned norm.

    Where the width changes, the shortcut is a conditioned norm and a 1x1 convolution.

    Args:
        in_channels: of the features.
        out_channels: of the result.
        norm: makes a norm for a number of channels, which is called with the features and the condition.
    """

    def __init__(self, in_channels: int, out_channels: int, norm: Callable[[int], nn.Module]) -> None:
        super().__init__()
        middle = min(in_channels, out_channels)
        self.conv_0 = spectral_norm(nn.Conv2d(in_channels, middle, 3, padding=1))
        self.conv_1 = spectral_norm(nn.Conv2d(middle, out_channels, 3, padding=1))
        self.norm_0 = norm(in_channels)
        self.norm_1 = norm(middle)
        self.learned_shortcut = in_channels != out_channels
        if self.learned_shortcut:
            self.conv_s = spectral_norm(nn.Conv2d(in_channels, out_channels, 1, bias=False))
            self.norm_s = norm(in_channels)

    def forward(self, features: Tensor, condition: Any) -> Tensor:
        """(N, in, H, W) to (N, out, H, W)."""
        shortcut = self.conv_s(self.norm_s(features, condition)) if self.learned_shortcut else features
        residual = self.conv_0(functional.leaky_relu(self.norm_0(features, condition), NEGATIVE_SLOPE))
        return shortcut + self.conv_1(functional.leaky_relu(self.norm_1(residual, condition), NEGATIVE_SLOPE))
