"""Networks of Fader (Lample et al., NeurIPS 2017): encoder, decoder, and the adversary that reads codes."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn

from methods.fader.options import LATENT_SIDE
from methods.layers.attribute_planes import append_attributes


def _widths(width: int, num_halvings: int) -> list[int]:
    return [width * min(2**level, 16) for level in range(num_halvings)]


class Encoder(nn.Sequential):
    """Halvings to a code; defaults are the published options at 256 pixels.

    Args:
        width: channels after the first halving; doubled at each, to sixteen times that at most.
        num_halvings: stride-2 layers.
    """

    def __init__(self, width: int = 32, num_halvings: int = 6) -> None:
        layers: list[nn.Module] = []
        for before, after in pairwise((3, *_widths(width, num_halvings))):
            layers.append(nn.Conv2d(before, after, 4, stride=2, padding=1))
            if before > 3:
                layers.append(nn.BatchNorm2d(after))
            layers.append(nn.LeakyReLU(0.2))
        super().__init__(*layers)


class Decoder(nn.Module):
    """The mirror of an `Encoder` of the same arguments, whose every layer is told the attribute; it has no skips."""

    def __init__(self, width: int = 32, num_halvings: int = 6) -> None:
        super().__init__()
        widths = _widths(width, num_halvings)[::-1]
        self.layers = nn.ModuleList()
        for before, after in pairwise((*widths, 3)):
            up = nn.ConvTranspose2d(before + 2, after, 4, stride=2, padding=1, bias=False)
            last = [nn.Tanh()] if after == 3 else [nn.BatchNorm2d(after), nn.ReLU()]
            self.layers.append(nn.Sequential(up, *last))

    def forward(self, code: Tensor, attribute: Tensor) -> Tensor:
        """Image (N, 3, H, W) in [-1, 1] of (N, C, h, w) codes and an attribute (N, 2): how absent and how present."""
        features = code
        for layer in self.layers:
            features = layer(append_attributes(features, attribute))
        return features


class LatentDiscriminator(nn.Module):
    """Reads the attribute off a code.

    Args:
        channels: of a code, and of every layer.
        dropout: share of values that are dropped in train mode.
    """

    def __init__(self, channels: int = 512, dropout: float = 0.3) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for _ in range(LATENT_SIDE.bit_length() - 1):
            layers += [
                nn.Conv2d(channels, channels, 4, stride=2, padding=1),
                nn.BatchNorm2d(channels),
                nn.LeakyReLU(0.2),
                nn.Dropout(dropout),
            ]
        self.conv = nn.Sequential(*layers)
        self.linear = nn.Sequential(nn.Linear(channels, channels), nn.LeakyReLU(0.2), nn.Linear(channels, 2))

    def forward(self, code: Tensor) -> Tensor:
        """(N, C, 4, 4) codes to (N, 2) logits of the attribute's absence and presence."""
        return self.linear(self.conv(code).flatten(1))
