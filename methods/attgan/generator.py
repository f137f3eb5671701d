"""Generator of AttGAN (He et al., TIP 2019) and STGAN (Liu et al., CVPR 2019): encode a face, decode it otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from methods.attgan.block import Block
from methods.attgan.transfer_unit import SelectiveTransferUnit
from methods.layers.attribute_planes import append_attributes


class Generator(nn.Module):
    """Halvings, then doublings that take skipped features and attributes; defaults are AttGAN's published options.

    STGAN passes skipped features and attributes at every level, and each skip through a `SelectiveTransferUnit`.

    Args:
        num_attributes: attributes that it is given.
        width: channels after the first halving; doubled at each.
        num_halvings: stride-2 layers, and as many doublings.
        num_skips: doublings, from the deepest, whose result is joined by the encoder's features of the same size.
        num_injections: doublings, from the deepest, whose result is joined by the attributes once more.
        leak: slope of the encoder's rectifiers below zero; 0.2 in the paper's code, 0.01 in its port to PyTorch.
        selective: whether skips pass through transfer units.
    """

    def __init__(
        self,
        num_attributes: int = 13,
        width: int = 64,
        num_halvings: int = 5,
        num_skips: int = 1,
        num_injections: int = 1,
        leak: float = 0.2,
        *,
        selective: bool = False,
    ) -> None:
        super().__init__()
        self.num_skips = num_skips
        self.num_injections = num_injections
        widths = [width * 2**level for level in range(num_halvings)]
        self.enc_layers = nn.ModuleList(
            Block(
                nn.Conv2d(before, after, 4, stride=2, padding=1, bias=False), nn.BatchNorm2d(after), nn.LeakyReLU(leak)
            )
            for before, after in pairwise((3, *widths))
        )
        decoded = [*reversed(widths)]
        self.dec_layers = nn.ModuleList()
        channels = widths[-1] + num_attributes
        for step, after in enumerate(decoded[:-1]):
            up = nn.ConvTranspose2d(channels, after, 4, stride=2, padding=1, bias=False)
            self.dec_layers.append(Block(up, nn.BatchNorm2d(after), nn.ReLU()))
            channels = after + (decoded[step + 1] if step < num_skips else 0)
            channels += num_attributes if step < num_injections else 0
        self.dec_layers.append(Block(nn.ConvTranspose2d(channels, 3, 4, stride=2, padding=1), nn.Tanh()))
        self.transfer_units = nn.ModuleList()
        if selective:
            for before, after in pairwise(decoded[: num_skips + 1]):
                self.transfer_units.append(SelectiveTransferUnit(before, after, num_attributes))

    def encode(self, image: Tensor) -> list[Tensor]:
        """The features of (N, 3, H, W) images after each halving; sides divisible by 2 ** num_halvings."""
        features = [image]
        for layer in self.enc_layers:
            features.append(layer(features[-1]))
        return features[1:]

    def decode(self, features: Sequence[Tensor], attributes: Tensor) -> Tensor:
        """Image (N, 3, H, W) in [-1, 1] of encoded features and (N, K) attributes, or differences of them."""
        *skipped, code = features
        skips = self._selected(skipped, code, attributes) if self.transfer_units else skipped[::-1]
        decoded = append_attributes(code, attributes)
        for step, layer in enumerate(self.dec_layers):
            decoded = layer(decoded)
            last = step == len(self.dec_layers) - 1
            if step < self.num_skips and not last:
                decoded = torch.cat([decoded, skips[step]], dim=1)
            if step < self.num_injections and not last:
                decoded = append_attributes(decoded, attributes)
        return decoded

    def _selected(self, skipped: Sequence[Tensor], code: Tensor, attributes: Tensor) -> list[Tensor]:
        """What of the skipped features the difference of attributes lets through, deepest first."""
        state, selected = code, []
        for unit, features in zip(self.transfer_units, reversed(skipped), strict=False):
            chosen, state = unit(features, state, attributes)
            selected.append(chosen)
        return selected

    def forward(self, image: Tensor, attributes: Tensor) -> Tensor:
        """Faces decoded with attributes: (N, 3, H, W) in [-1, 1].

        Args:
            image: (N, 3, H, W) in [-1, 1].
            attributes: (N, K); what training scales them to.
        """
        return self.decode(self.encode(image), attributes)
