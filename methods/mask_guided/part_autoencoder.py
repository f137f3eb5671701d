"""The variational autoencoder of a part of a face, whose decoder gives the features that a face is painted by."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn

LEAST_SIDE = 8
"""Maps are halved while both sides are even and none is shorter than this."""


def halvings(height: int, width: int) -> int:
    """How often a map of these sides is halved."""
    count = 0
    while height % 2 == 0 and width % 2 == 0 and min(height, width) >= LEAST_SIDE:
        height, width, count = height // 2, width // 2, count + 1
    return count


class PartAutoencoder(nn.Module):
    """A part's image to a Gaussian latent, and a latent to features at a stride and to an image.

    Args:
        sides: height and width of the part's images, divisible by the stride.
        latent: length of a latent vector; 512 as published.
        stride: of the features, a power of two.
        features: channels of the features; 256 as published.
        width: channels after the encoder's first halving; doubled at each, to eight times that at most.
    """

    def __init__(
        self, sides: tuple[int, int], latent: int = 512, stride: int = 4, features: int = 256, width: int = 64
    ) -> None:
        super().__init__()
        height, breadth = sides
        down = halvings(height, breadth)
        widths = [width * min(2**step, 8) for step in range(down)]
        layers: list[nn.Module] = []
        for before, after in pairwise((3, *widths)):
            layers += [nn.Conv2d(before, after, 4, stride=2, padding=1), nn.BatchNorm2d(after), nn.LeakyReLU(0.2)]
        flat = (widths[-1] if widths else 3) * (height >> down) * (breadth >> down)
        self.encoder = nn.Sequential(*layers, nn.Flatten(), nn.Linear(flat, 2 * latent))

        start = height // stride, breadth // stride
        up = halvings(*start)
        start = start[0] >> up, start[1] >> up
        layers = [nn.Linear(latent, features * start[0] * start[1]), nn.Unflatten(1, (features, *start)), nn.ReLU()]
        for _ in range(up):
            layers += doubling(features, features)
        self.decoder = nn.Sequential(*layers)

        layers = []
        channels = features
        for _ in range(stride.bit_length() - 1):
            layers += doubling(channels, channels // 2)
            channels //= 2
        self.to_image = nn.Sequential(*layers, nn.Conv2d(channels, 3, 3, padding=1), nn.Tanh())

    def encode(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance, (N, latent) each and in float32, of (N, 3, h, w) images in [-1, 1]."""
        mean, log_variance = self.encoder(image).float().chunk(2, dim=1)
        return mean, log_variance

    def decode(self, latent: Tensor) -> Tensor:
        """Features (N, C, h / stride, w / stride) of (N, latent) vectors."""
        return self.decoder(latent)

    def paint(self, features: Tensor) -> Tensor:
        """Images (N, 3, h, w) in [-1, 1] of such features."""
        return self.to_image(features)


def doubling(before: int, after: int) -> list[nn.Module]:
    """Layers that double the sides of a map."""
    return [nn.ConvTranspose2d(before, after, 4, 2, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
