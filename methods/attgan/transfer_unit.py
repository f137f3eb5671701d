"""Selective transfer unit of STGAN (Liu et al., CVPR 2019): a gated recurrent unit from one level to the next."""

import torch
from torch import Tensor, nn

from methods.layers.attribute_planes import append_attributes


class SelectiveTransferUnit(nn.Module):
    """Decides by the difference of attributes which of a level's features reach the decoder.

    Args:
        state_channels: of the state from the level below.
        channels: of this level's features.
        num_attributes: values of a difference vector.
    """

    def __init__(self, state_channels: int, channels: int, num_attributes: int) -> None:
        super().__init__()
        self.up = nn.ConvTranspose2d(state_channels + num_attributes, channels, 4, stride=2, padding=1)
        self.reset_gate = nn.Conv2d(2 * channels, channels, 3, padding=1)
        self.update_gate = nn.Conv2d(2 * channels, channels, 3, padding=1)
        self.candidate = nn.Conv2d(2 * channels, channels, 3, padding=1)

    def forward(self, features: Tensor, state: Tensor, difference: Tensor) -> tuple[Tensor, Tensor]:
        """What the decoder gets, and the state for the level above.

        Args:
            features: (N, channels, H, W) of the encoder.
            state: (N, state_channels, H/2, W/2).
            difference: (N, K), requested attributes less the face's own.
        """
        state = self.up(append_attributes(state, difference))
        joined = torch.cat([features, state], dim=1)
        reset = torch.sigmoid(self.reset_gate(joined))
        update = torch.sigmoid(self.update_gate(joined))
        passed_up = reset * state
        candidate = torch.tanh(self.candidate(torch.cat([features, passed_up], dim=1)))
        return (1 - update) * state + update * candidate, passed_up
