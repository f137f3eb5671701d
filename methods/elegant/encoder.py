"""Encoder of ELEGANT (Xiao et al., ECCV 2018): a face to its latent code and its skipped features."""

from itertools import pairwise

from torch import Tensor, nn

from methods.elegant.normalisation import ChannelNorm
from methods.elegant.options import WIDTHS


class Encoder(nn.Module):
    """Halvings by 3x3 convolutions, to `widths` channels one after another."""

    def __init__(self, widths: tuple[int, ...] = WIDTHS) -> None:
        super().__init__()
        self.main = nn.ModuleList(
            nn.Sequential(nn.Conv2d(before, after, 3, stride=2, padding=1), ChannelNorm(), nn.LeakyReLU(0.2))
            for before, after in pairwise((3, *widths))
        )

    def forward(self, image: Tensor) -> tuple[Tensor, list[Tensor]]:
        """(N, 3, H, W) images, sides divisible by 32, to the (N, 512, H/32, W/32) code and what came before it.

        The skipped features are those of all layers but the last, finest first.
        """
        features = [image]
        for layer in self.main:
            features.append(layer(features[-1]))
        return features[-1], features[1:-1]
