"""Discriminator of GeoGAN (Yin et al., AAAI 2019): patches at several scales, and the attribute that a face has."""

from __future__ import annotations

from typing import Final

from torch import Tensor, nn

from methods.layers.initialisation import init_he
from methods.layers.patch_discriminator import MultiscaleDiscriminator

LEAST_SIDE: Final = 8
"""Features by which the attribute is read are halved while no side is shorter than this."""
WIDEST: Final = 512
"""Most channels of these features."""


class Discriminator(nn.Module):
    """Verdicts of each scale, and log-odds of the attribute.

    The published one is a discriminator of three scales that reads the attribute too; its layers are not known. Here
    the attribute is read by layers of its own, without norms and at every position of the last features: means over
    positions of normalised features hardly differ between faces.

    Args:
        size: side of the images in pixels.
        ndf: width of the first layers; doubled at each, to 512 at most.
        n_layers: stride-2 layers of each scale.
        num_d: scales.
    """

    def __init__(self, size: int, ndf: int = 64, n_layers: int = 3, num_d: int = 3) -> None:
        super().__init__()
        self.patches = MultiscaleDiscriminator(3, ndf, n_layers, num_d)
        self.reader = _reader(size, ndf)

    def forward(self, image: Tensor) -> tuple[list[list[Tensor]], Tensor]:
        """Features of each scale of (N, 3, H, W) images, the verdict last; and (N,) log-odds of the attribute."""
        return self.patches(image), self.reader(image).float()[:, 0]


def _reader(size: int, width: int) -> nn.Sequential:
    """4x4 convolutions of stride 2, then a linear layer over every position."""
    layers: list[nn.Module] = []
    before, after = 3, min(width, WIDEST)
    while size >= LEAST_SIDE:
        layers += [nn.Conv2d(before, after, 4, stride=2, padding=1), nn.LeakyReLU(0.2)]
        before, after, size = after, min(2 * after, WIDEST), size // 2
    reader = nn.Sequential(*layers, nn.Flatten(), nn.Linear(before * size**2, 1))
    init_he(reader, 0.2)
    return reader
