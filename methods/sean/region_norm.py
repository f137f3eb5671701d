"""Semantic region-adaptive normalisation (SEAN): modulation by the label map and by a style for each region."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from methods.labels import NUM_LABELS
from methods.layers.regions import fill_regions, resize_regions
from methods.layers.spade import SpatiallyAdaptiveNorm


@dataclass(frozen=True)
class RegionStyles:
    """What the norms of SEAN read.

    Attributes:
        label: (N, 19, H, W) one-hot.
        codes: (N, 19, S), a style code for each label.
        noise: draws the noise of a norm; called like `torch.randn`.
    """

    label: Tensor
    codes: Tensor
    noise: Callable[..., Tensor] = torch.randn


class RegionAdaptiveNorm(nn.Module):
    """Noise, then batch norm, then a modulation blended from the label map's and the styles'.

    Follows Zhu et al., "SEAN: Image Synthesis with Semantic Region-Adaptive Normalization" (CVPR 2020). Noise is added
    in eval mode too, as published.

    Args:
        channels: of the features.
        style_length: of a style code; 0 leaves the styles out, as in the published generator's last block.
        hidden: width between the label map and its modulation.
    """

    def __init__(self, channels: int, style_length: int, hidden: int = 128) -> None:
        super().__init__()
        self.noise_var = nn.Parameter(torch.zeros(channels))
        self.param_free_norm = nn.BatchNorm2d(channels, affine=False)
        self.Spade = SpatiallyAdaptiveNorm(channels, hidden=hidden)
        # The published checkpoints hold the blending factors in norms without styles too; no gradient reaches them.
        self.blending_gamma = nn.Parameter(torch.zeros(1), requires_grad=style_length > 0)
        self.blending_beta = nn.Parameter(torch.zeros(1), requires_grad=style_length > 0)
        self.style_length = style_length
        if style_length:
            for label in range(NUM_LABELS):
                self.add_module(f"fc_mu{label}", nn.Linear(style_length, style_length))
            self.conv_gamma = nn.Conv2d(style_length, channels, 3, padding=1)
            self.conv_beta = nn.Conv2d(style_length, channels, 3, padding=1)

    def style_map(self, codes: Tensor, label: Tensor) -> Tensor:
        """Each label's code (N, 19, S) through its own layer, at the pixels (N, 19, h, w) it covers: (N, S, h, w)."""
        layers = [self.get_submodule(f"fc_mu{index}") for index in range(NUM_LABELS)]
        mapped = [functional.relu(layer(code)) for layer, code in zip(layers, codes.unbind(1), strict=True)]
        return fill_regions(torch.stack(mapped, dim=1), label)

    def forward(self, features: Tensor, styles: RegionStyles) -> Tensor:
        """(N, C, h, w) to the same shape."""
        n, channels, height, width = features.shape
        noise = styles.noise(n, 1, height, width, device=features.device, dtype=features.dtype)
        normalised = self.param_free_norm(features + noise * self.noise_var.view(1, channels, 1, 1))
        label = resize_regions(styles.label, (height, width))
        gamma, beta = self.Spade.modulation(label)
        if self.style_length:
            style_map = self.style_map(styles.codes, label)
            gamma = _blend(self.conv_gamma(style_map), gamma, self.blending_gamma)
            beta = _blend(self.conv_beta(style_map), beta, self.blending_beta)
        return normalised * (1 + gamma) + beta


def _blend(first: Tensor, second: Tensor, logit: Tensor) -> Tensor:
    share = torch.sigmoid(logit)
    return share * first + (1 - share) * second
