"""Decoder of ELEGANT (Xiao et al., ECCV 2018): two latent codes to the residual that turns one face into the other."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from methods.elegant.normalisation import ChannelNorm
from methods.elegant.options import WIDTHS


class Decoder(nn.Module):
    """Doublings by transposed convolutions, the mirror of an encoder of the same `widths`."""

    def __init__(self, widths: tuple[int, ...] = WIDTHS) -> None:
        super().__init__()
        outward = widths[::-1]
        blocks = [
            nn.Sequential(_up(before, after), ChannelNorm(), nn.ReLU())
            for before, after in pairwise((2 * outward[0], *outward[1:]))
        ]
        self.main = nn.ModuleList([*blocks, nn.Sequential(_up(widths[0], 3), nn.Tanh())])

    def forward(self, code: Tensor, own_code: Tensor, skips: Sequence[Tensor] | None = None) -> Tensor:
        """Residual (N, 3, H, W) in [-2, 2].

        Args:
            code: (N, 512, H/32, W/32) code of the face to make.
            own_code: code of the face it is made from, in the same shape.
            skips: that face's skipped features, finest first; without them, what is decoded keeps no detail.
        """
        features = torch.cat([code, own_code], dim=1)
        for index, layer in enumerate(self.main):
            features = layer(features)
            if skips is not None and index < len(skips):
                features = features + skips[-1 - index]
        return 2 * features


def _up(in_channels: int, out_channels: int) -> nn.ConvTranspose2d:
    return nn.ConvTranspose2d(in_channels, out_channels, 3, stride=2, padding=1, output_padding=1)
