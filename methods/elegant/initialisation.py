"""Initial weights of ELEGANT trained from scratch."""

from torch import nn

from methods.elegant.normalisation import ChannelNorm
from methods.elegant.swap import AttributeSwap
from methods.layers.initialisation import CONVOLUTIONS, init_he

SLOPE = 0.2
"""Of the leaky rectifiers."""


def init_signal_keeping(network: nn.Module) -> None:
    """Convolutions by He, and norms that give each channel unit variance.

    Features of unit length would shrink with their number of channels: a fresh discriminator then hardly answers to its
    image, and is slow to begin.
    """
    init_he(network, SLOPE)
    for block in network.modules():
        if isinstance(block, nn.Sequential):
            for layer, norm in zip(block, list(block)[1:], strict=False):
                if isinstance(layer, CONVOLUTIONS) and isinstance(norm, ChannelNorm):
                    nn.init.constant_(norm.alpha, layer.out_channels**0.5)


def init_exchange(network: AttributeSwap, residual: bool) -> None:
    """Start encoder and decoder; with a `residual` near 0, so that a fresh network returns the faces it is given."""
    init_signal_keeping(network)
    if residual:
        nn.init.normal_(network.decoder.main[-1][0].weight, 0.0, 0.001)
