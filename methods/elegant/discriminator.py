"""Discriminator of ELEGANT (Xiao et al., ECCV 2018): does a face look real with the attributes it claims."""

from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional

from methods.elegant.normalisation import ChannelNorm
from methods.layers.attribute_planes import append_attributes


class Discriminator(nn.Module):
    """Four halvings and a linear layer; ELEGANT has one at the images' size and one at half of it.

    Args:
        num_attributes: attributes an image claims.
        image_size: side at which images are judged, a multiple of 16; larger ones are averaged down to it.
        width: channels after the first halving; doubled at each.
    """

    def __init__(self, num_attributes: int = 2, image_size: int = 256, width: int = 64) -> None:
        super().__init__()
        self.image_size = image_size
        channels = [3 + num_attributes, *(width * 2**index for index in range(4))]
        layers: list[nn.Module] = []
        for before, after in pairwise(channels):
            layers += [nn.Conv2d(before, after, 3, stride=2, padding=1), ChannelNorm(), nn.LeakyReLU(0.2)]
        self.conv = nn.Sequential(*layers)
        self.linear = nn.Sequential(nn.Linear(channels[-1] * (image_size // 16) ** 2, 1), nn.Sigmoid())

    def logits(self, image: Tensor, attributes: Tensor) -> Tensor:
        """(N, 3, H, W) images in [-1, 1] and (N, K) attributes to (N, 1) log-odds of being real."""
        image = functional.adaptive_avg_pool2d(image, self.image_size)
        return self.linear[0](self.conv(append_attributes(image, attributes)).flatten(1))

    def forward(self, image: Tensor, attributes: Tensor) -> Tensor:
        """(N, 3, H, W) images in [-1, 1] and (N, K) attributes to (N, 1) probabilities of being real."""
        return self.linear[1](self.logits(image, attributes))
