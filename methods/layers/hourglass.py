"""The trunk of image translation since Johnson et al. (ECCV 2016): 7x7, strided down, residual blocks, up, 7x7."""

from collections.abc import Iterable

from torch import nn

from methods.layers.instance_norm import InstanceNorm


def hourglass_layers(
    in_channels: int,
    out_channels: int,
    ngf: int,
    n_downsampling: int,
    blocks: Iterable[nn.Module],
    output: nn.Module,
    outer_kernel: int = 7,
    *,
    nearest: bool = False,
) -> list[nn.Module]:
    """Layers of the trunk in order, to be run one after the other.

    Args:
        in_channels: of the input.
        out_channels: of the result.
        ngf: width after the first convolution; each of the `n_downsampling` stride-2 steps doubles it.
        n_downsampling: steps down, and as many up.
        blocks: layers at the narrowest point, each keeping its `ngf * 2**n_downsampling` channels.
        output: the last activation.
        outer_kernel: side of the first and the last convolution; odd.
        nearest: whether steps up repeat every pixel before a 3x3 convolution (else transposed convolutions).
    """
    layers: list[nn.Module] = [
        nn.ReflectionPad2d(outer_kernel // 2),
        nn.Conv2d(in_channels, ngf, outer_kernel),
        InstanceNorm(),
        nn.ReLU(),
    ]
    for step in range(n_downsampling):
        width = ngf * 2**step
        layers += [nn.Conv2d(width, 2 * width, 3, stride=2, padding=1), InstanceNorm(), nn.ReLU()]
    layers += blocks
    for step in reversed(range(n_downsampling)):
        width = ngf * 2**step
        up: list[nn.Module] = [nn.ConvTranspose2d(2 * width, width, 3, stride=2, padding=1, output_padding=1)]
        if nearest:
            up = [nn.Upsample(scale_factor=2.0), nn.Conv2d(2 * width, width, 3, padding=1, padding_mode="reflect")]
        layers += [*up, InstanceNorm(), nn.ReLU()]
    return [*layers, nn.ReflectionPad2d(outer_kernel // 2), nn.Conv2d(ngf, out_channels, outer_kernel), output]
