"""Semantic region-adaptive normalisation (SEAN): modulation by the label map and by a style for each region."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional

from methods.labels import NUM_LABELS
from methods.layers import whole_batch
from methods.layers.batch_norm import WholeBatchNorm2d
from methods.layers.regions import resize_regions
from methods.layers.spade import SpatiallyAdaptiveNorm, joined

KERNEL = 3
"""Side of the convolutions that make a modulation of a style map."""


@dataclass(frozen=True)
class RegionStyles:
    """What the norms of SEAN read.

    Attributes:
        label: (N, 19, H, W) one-hot.
        codes: (N, 19, S), a style code for each label.
        noise: draws the noise of a norm for each face; called like `whole_batch.randn`.
    """

    label: Tensor
    codes: Tensor
    noise: Callable[..., Tensor] = whole_batch.randn
    _neighbours: dict[tuple[int, ...], Tensor] = field(default_factory=dict)

    def neighbours(self, size: Sequence[int]) -> Tensor:
        """The labels around each pixel at another size (h, w): (N, 19 * 9, h * w), made once for all norms there."""
        size = tuple(size)
        if size not in self._neighbours:
            label = resize_regions(self.label, size)
            self._neighbours[size] = functional.unfold(label, KERNEL, padding=KERNEL // 2)
        return self._neighbours[size]


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
        self.param_free_norm = WholeBatchNorm2d(channels, affine=False)
        self.Spade = SpatiallyAdaptiveNorm(channels, hidden=hidden)
        # The published checkpoints hold the blending factors in norms without styles too; no gradient reaches them.
        self.blending_gamma = nn.Parameter(torch.zeros(1), requires_grad=style_length > 0)
        self.blending_beta = nn.Parameter(torch.zeros(1), requires_grad=style_length > 0)
        self.style_length = style_length
        if style_length:
            for label in range(NUM_LABELS):
                self.add_module(f"fc_mu{label}", nn.Linear(style_length, style_length))
            self.conv_gamma = nn.Conv2d(style_length, channels, KERNEL, padding=KERNEL // 2)
            self.conv_beta = nn.Conv2d(style_length, channels, KERNEL, padding=KERNEL // 2)

    def mapped_codes(self, codes: Tensor) -> Tensor:
        """Each label's code (N, 19, S) through its own layer: the values of the style map, (N, 19, S)."""
        layers = [self.get_submodule(f"fc_mu{index}") for index in range(NUM_LABELS)]
        weight = torch.stack([layer.weight for layer in layers])
        bias = torch.stack([layer.bias for layer in layers])
        return functional.relu(torch.einsum("nrs,rts->nrt", codes, weight) + bias)

    def modulation(self, styles: RegionStyles, size: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Gamma and beta, (N, C, h, w) each, blended from the label map's and the styles' at the size (h, w).

        The style map has one vector per region, so its convolution is that of the one-hot map with the kernels'
        products with these vectors: 19 channels where the map has S.
        """
        label = resize_regions(styles.label, size)
        if not self.style_length:
            return self.Spade.modulation(label)
        logits = torch.cat([self.blending_gamma, self.blending_beta]).repeat_interleave(self.conv_gamma.out_channels)
        share = torch.sigmoid(logits)
        weight, bias = joined(self.conv_gamma, self.conv_beta)
        kernels = torch.einsum("nrs,oskl->norkl", self.mapped_codes(styles.codes), weight * share.view(-1, 1, 1, 1))
        of_styles = torch.bmm(kernels.flatten(2), styles.neighbours(size).to(kernels.dtype))
        label_weight, label_bias = joined(self.Spade.mlp_gamma, self.Spade.mlp_beta)
        of_label = functional.conv2d(
            self.Spade.mlp_shared(label),
            label_weight * (1 - share).view(-1, 1, 1, 1),
            label_bias * (1 - share) + bias * share,
            padding=KERNEL // 2,
        )
        gamma, beta = (of_label + of_styles.unflatten(2, tuple(size))).chunk(2, dim=1)
        return gamma, beta

    def forward(self, features: Tensor, styles: RegionStyles) -> Tensor:
        """(N, C, h, w) to the same shape."""
        n, channels, height, width = features.shape
        noise = styles.noise(n, 1, height, width, device=features.device, dtype=features.dtype)
        normalised = self.param_free_norm(features + noise * self.noise_var.view(1, channels, 1, 1))
        gamma, beta = self.modulation(styles, (height, width))
        return normalised * (1 + gamma) + beta
