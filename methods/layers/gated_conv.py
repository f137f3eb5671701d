"""Gated convolution (Yu et al., "Free-Form Image Inpainting with Gated Convolution", ICCV 2019)."""

from torch import Tensor, nn
from torch.nn import functional


def reflected_conv(
    in_channels: int, out_channels: int, kernel_size: int = 3, stride: int = 1, dilation: int = 1
) -> nn.Conv2d:
    """A convolution with reflected borders, so that the result keeps the size that the stride leaves."""
    padding = dilation * (kernel_size // 2)
    return nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding, dilation, padding_mode="reflect")


class GatedConv2d(nn.Module):
    """One convolution that gives features and, for each of them, a gate that says how much of it passes.

    Args:
        in_channels: of the input.
        out_channels: of the result, half of what the convolution computes.
        kernel_size: side of the kernels, odd.
        stride: of the convolution.
        dilation: of the convolution, whose borders are those of `reflected_conv`.
        activation: whether the features pass an ELU before they are gated.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int = 3,
        stride: int = 1,
        dilation: int = 1,
        *,
        activation: bool = True,
    ) -> None:
        super().__init__()
        self.conv = reflected_conv(in_channels, 2 * out_channels, kernel_size, stride, dilation)
        self.activation = activation

    def forward(self, features: Tensor) -> Tensor:
        """(N, in, H, W) to (N, out, H', W'); sides of more than `dilation` pixels."""
        passed, gate = self.conv(features).chunk(2, dim=1)
        return (functional.elu(passed) if self.activation else passed) * gate.sigmoid()


def init_gated(module: nn.Module, std: float = 0.02) -> None:
    """Start gated convolutions with gates that are half open, and features that keep their scale behind them.

    Features are drawn as by He et al. (ICCV 2015), twice as large, since the gates halve them; gates from N(0, std).
    """
    for layer in module.modules():
        if isinstance(layer, GatedConv2d):
            passed, gate = layer.conv.weight.detach().chunk(2)
            nn.init.kaiming_normal_(passed)
            passed.mul_(2)
            nn.init.normal_(gate, 0.0, std)
            if layer.conv.bias is not None:
                nn.init.zeros_(layer.conv.bias)
