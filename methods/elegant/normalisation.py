"""Normalisation of ELEGANT (Xiao et al., ECCV 2018): unit length over channels, with one scale and one shift."""

import torch
from torch import Tensor, nn
from torch.nn import functional


class ChannelNorm(nn.Module):
    """Each position's features divided by their L2 norm, times a learnt scalar, plus a learnt scalar."""

    def __init__(self) -> None:
        super().__init__()
        self.alpha = nn.Parameter(torch.ones(1))
        self.beta = nn.Parameter(torch.zeros(1))

    def forward(self, features: Tensor) -> Tensor:
        """(N, C, H, W) to the same shape."""
        return functional.normalize(features, dim=1) * self.alpha + self.beta
