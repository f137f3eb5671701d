"""Initial weights of networks that are trained from scratch."""

import torch
from torch import nn

CONVOLUTIONS = (nn.Conv2d, nn.ConvTranspose2d)


def init_normal(module: nn.Module, std: float = 0.02) -> None:
    """Convolutions from N(0, std), biases 0: the habit of pix2pix and its heirs, where norms set the scale."""
    for layer in module.modules():
        if isinstance(layer, CONVOLUTIONS):
            nn.init.normal_(layer.weight, 0.0, std)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


def init_xavier(module: nn.Module, gain: float = 0.02) -> None:
    """Convolutions and linear layers by Glorot and Bengio (AISTATS 2010) times `gain`, biases 0: SPADE's habit.

    Under spectral norm the drawn tensor is the parameter that it divides by its norm, `weight_orig`.
    """
    for layer in module.modules():
        if isinstance(layer, (*CONVOLUTIONS, nn.Linear)):
            nn.init.xavier_normal_(dict(layer.named_parameters()).get("weight_orig", layer.weight), gain)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


def init_he(module: nn.Module, negative_slope: float = 0.0) -> None:
    """Convolutions by He et al. (ICCV 2015), biases 0: for networks without norms, which must keep their signal."""
    for layer in module.modules():
        if isinstance(layer, CONVOLUTIONS):
            nn.init.kaiming_normal_(layer.weight, negative_slope)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


def init_pointwise(module: nn.Module, std: float = 0.02) -> None:
    """Convolutions that begin as He's 1x1 convolutions plus N(0, std), and lose no pixel where they change the size.

    Random kernels begin as blurs: short trainings then spend themselves on finding the edges that the mask already
    holds. With stride 2, the channels take turns in reading one pixel each of every 2x2, and transposed convolutions
    put them back there. Biases are 0. Kernels must be odd; transposed ones 3x3 with stride 2.
    """
    for layer in module.modules():
        if not isinstance(layer, CONVOLUTIONS):
            continue
        nn.init.normal_(layer.weight, 0.0, std)
        pointwise = torch.randn(layer.weight.shape[:2]) * (2 / layer.in_channels) ** 0.5
        centre = layer.kernel_size[0] // 2
        with torch.no_grad():
            if layer.stride[0] == 1:
                layer.weight[:, :, centre, centre] += pointwise
            else:
                # a pixel of the larger image hears a quarter of the channels only
                gain = 2.0 if isinstance(layer, nn.ConvTranspose2d) else 1.0
                for corner in range(4):
                    row, column = divmod(corner, 2)
                    layer.weight[corner::4, :, centre + row, centre + column] += gain * pointwise[corner::4]
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
