"""Discriminator of StarGAN (Choi et al., CVPR 2018): is a face real, and which attributes does it have."""

from itertools import pairwise

from torch import Tensor, nn

LEAK = 0.01
"""Slope of its rectifiers below zero."""


class Discriminator(nn.Module):
    """Halvings without norms, then one layer of patch verdicts and one that sees the whole image.

    Args:
        image_size: side of the images it judges, at least 2 ** `num_halvings`.
        num_attributes: attributes it tells.
        width: channels after the first halving; doubled at each.
        num_halvings: stride-2 layers.
    """

    def __init__(self, image_size: int = 128, num_attributes: int = 5, width: int = 64, num_halvings: int = 6) -> None:
        super().__init__()
        channels = [3, *(width * 2**index for index in range(num_halvings))]
        layers: list[nn.Module] = []
        for before, after in pairwise(channels):
            layers += [nn.Conv2d(before, after, 4, stride=2, padding=1), nn.LeakyReLU(LEAK)]
        self.main = nn.Sequential(*layers)
        self.conv1 = nn.Conv2d(channels[-1], 1, 3, padding=1, bias=False)
        self.conv2 = nn.Conv2d(channels[-1], num_attributes, image_size // 2**num_halvings, bias=False)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """(N, 3, S, S) images in [-1, 1] to (N, 1, h, w) verdicts and (N, K) logits of attributes."""
        features = self.main(image)
        return self.conv1(features), self.conv2(features).flatten(1)
