"""Initial weights of networks that are trained from scratch."""

from torch import nn

CONVOLUTIONS = (nn.Conv2d, nn.ConvTranspose2d)


def init_normal(module: nn.Module, std: float = 0.02) -> None:
    """Convolutions from N(0, std), biases 0: the habit of pix2pix and its heirs, where norms set the scale."""
    for layer in module.modules():
        if isinstance(layer, CONVOLUTIONS):
            nn.init.normal_(layer.weight, 0.0, std)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


def init_he(module: nn.Module, negative_slope: float = 0.0) -> None:
    """Convolutions by He et al. (ICCV 2015), biases 0: for networks without norms, which must keep their signal."""
    for layer in module.modules():
        if isinstance(layer, CONVOLUTIONS):
            nn.init.kaiming_normal_(layer.weight, negative_slope)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
