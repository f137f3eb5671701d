"""Networks of IcGAN (Perarnau et al., 2016): a conditional generator and discriminator, and the encoders of faces."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from methods.icgan.options import START_SIDE
from methods.layers.attribute_planes import append_attributes


class Generator(nn.Sequential):
    """A latent vector and attributes to a face; defaults are the published options at 64 pixels.

    Args:
        num_values: latent and attribute values together.
        width: channels before the last doubling; doubled towards the start.
        num_doublings: from 4 pixels a side.
    """

    def __init__(self, num_values: int = 118, width: int = 64, num_doublings: int = 4) -> None:
        widths = [width * 2**level for level in reversed(range(num_doublings))]
        layers: list[nn.Module] = [nn.ConvTranspose2d(num_values, widths[0], START_SIDE)]
        for before, after in pairwise(widths):
            up = nn.ConvTranspose2d(before, after, 4, stride=2, padding=1)
            layers += [nn.BatchNorm2d(before), nn.ReLU(), up]
        last = nn.ConvTranspose2d(width, 3, 4, stride=2, padding=1)
        super().__init__(*layers, nn.BatchNorm2d(width), nn.ReLU(), last, nn.Tanh())

    def generate(self, latent: Tensor, attributes: Tensor) -> Tensor:
        """Faces (N, 3, S, S) in [-1, 1] of (N, Z) latent vectors and (N, K) attributes in [-1, 1]."""
        return self(torch.cat([latent, attributes.to(latent.dtype)], dim=1)[:, :, None, None])


class Discriminator(nn.Module):
    """Log-odds of a face being real with the attributes it claims, which join after the first halving.

    Args:
        num_attributes: that a face claims.
        width: channels after the first halving; doubled at each.
        num_halvings: to 4 pixels a side.
    """

    def __init__(self, num_attributes: int = 18, width: int = 64, num_halvings: int = 4) -> None:
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(3, width, 4, stride=2, padding=1), nn.LeakyReLU(0.2))
        widths = [width * 2**level for level in range(num_halvings)]
        layers: list[nn.Module] = []
        for number, (before, after) in enumerate(pairwise(widths)):
            told = 0 if number else num_attributes
            layers += [
                nn.Conv2d(before + told, after, 4, stride=2, padding=1),
                nn.BatchNorm2d(after),
                nn.LeakyReLU(0.2),
            ]
        self.rest = nn.Sequential(*layers, nn.Conv2d(widths[-1], 1, START_SIDE))

    def forward(self, image: Tensor, attributes: Tensor) -> Tensor:
        """(N, 3, S, S) images and (N, K) attributes in [-1, 1] to (N, 1) log-odds."""
        return self.rest(append_attributes(self.first(image), attributes)).flatten(1)


class Encoder(nn.Sequential):
    """Values read off a face: its latent vector, or its attributes.

    Args:
        num_values: to be read.
        hidden: width between the two linear layers; 4096 for latent vectors, 512 for attributes.
        width: channels after the first halving; doubled at each.
        num_halvings: to 4 pixels a side.
    """

    def __init__(self, num_values: int = 100, hidden: int = 4096, width: int = 32, num_halvings: int = 4) -> None:
        widths = [width * 2**level for level in range(num_halvings)]
        layers: list[nn.Module] = []
        for before, after in pairwise((3, *widths)):
            layers += [nn.Conv2d(before, after, 5, stride=2, padding=2), nn.BatchNorm2d(after), nn.ReLU()]
        values = widths[-1] * START_SIDE**2
        linear = [nn.Linear(values, hidden), nn.BatchNorm1d(hidden), nn.ReLU(), nn.Linear(hidden, num_values)]
        super().__init__(*layers, nn.Flatten(), *linear)
