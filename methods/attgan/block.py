"""Layers in a list of their own, as the published keys of AttGAN's networks count them."""

from torch import Tensor, nn


class Block(nn.Module):
    """Layers, run one after the other."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, features: Tensor) -> Tensor:
        """What the last layer gives."""
        return self.layers(features)
