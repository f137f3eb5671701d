"""Patch discriminators: pix2pix's (Isola et al., CVPR 2017), pix2pixHD's of several scales, and SN-PatchGAN's."""

from itertools import pairwise
from typing import Literal

from torch import Tensor, nn
from torch.nn.utils import spectral_norm

from methods.layers.instance_norm import InstanceNorm


class PatchDiscriminator(nn.Module):
    """Tells real patches from generated ones (Isola et al., CVPR 2017): of 70 x 70 pixels with 3 strided layers.

    Layers are 4x4 convolutions with padding 1, strides 2 … 2, 1, 1; LeakyReLU 0.2 after all but the last, a norm on all
    but the first and the last.

    Args:
        in_channels: of the input.
        ndf: width of the first layer; doubled each layer, to eight times that at most.
        n_layers: stride-2 layers.
        norm: batch norm, before which convolutions have no bias (pix2pix), or instance norm without parameters
            (CycleGAN).
    """

    def __init__(
        self, in_channels: int = 3, ndf: int = 64, n_layers: int = 3, norm: Literal["batch", "instance"] = "instance"
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Conv2d(in_channels, ndf, 4, stride=2, padding=1), nn.LeakyReLU(0.2)]
        widths = [ndf * min(2**index, 8) for index in range(n_layers + 1)]
        for index, (before, after) in enumerate(pairwise(widths), 1):
            stride = 2 if index < n_layers else 1
            layers += [
                nn.Conv2d(before, after, 4, stride=stride, padding=1, bias=norm == "instance"),
                InstanceNorm() if norm == "instance" else nn.BatchNorm2d(after),
                nn.LeakyReLU(0.2),
            ]
        self.model = nn.Sequential(*layers, nn.Conv2d(widths[-1], 1, 4, padding=1))

    def forward(self, inputs: Tensor) -> list[list[Tensor]]:
        """The (N, 1, h, w) verdicts, in the form of a `MultiscaleDiscriminator` of one scale without features."""
        return [[self.model(inputs)]]


class SpectralPatchDiscriminator(nn.Module):
    """SN-PatchGAN (Yu et al., ICCV 2019): every value of the last features is a verdict on its patch.

    Layers are 5x5 convolutions of stride 2 with spectral norm and a bias; LeakyReLU 0.2 after all of them.

    Args:
        in_channels: of the input.
        ndf: width of the first layer; doubled each layer, to four times that at most.
        n_layers: stride-2 layers.
    """

    def __init__(self, in_channels: int = 4, ndf: int = 64, n_layers: int = 6) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        widths = [in_channels, *(ndf * min(2**index, 4) for index in range(n_layers))]
        for before, after in pairwise(widths):
            layers += [spectral_norm(nn.Conv2d(before, after, 5, stride=2, padding=2)), nn.LeakyReLU(0.2)]
        self.model = nn.Sequential(*layers)

    def forward(self, inputs: Tensor) -> list[list[Tensor]]:
        """The (N, C, h, w) verdicts, in the form of a `MultiscaleDiscriminator` of one scale without features."""
        return [[self.model(inputs)]]


class MultiscaleDiscriminator(nn.Module):
    """`num_d` patch discriminators of one design, each on an input half as large as the one before.

    Layers are 4x4 convolutions with padding 2, strides 2 … 2, 1, 1; LeakyReLU 0.2 after all but the last, instance
    norm on all but the first and the last.

    Args:
        in_channels: of the input (label map and image, concatenated).
        ndf: width of the first layer; doubled each layer, to 512 at most.
        n_layers: stride-2 layers of a discriminator.
        num_d: scales.
        spectral: whether layers with instance norm have spectral norm and no bias (SPADE, Park et al., CVPR 2019).
        last_stride: of the last layer with instance norm; 2 in SEAN (Zhu et al., CVPR 2020).
    """

    def __init__(
        self,
        in_channels: int,
        ndf: int = 64,
        n_layers: int = 3,
        num_d: int = 2,
        *,
        spectral: bool = False,
        last_stride: int = 1,
    ) -> None:
        super().__init__()
        self.n_layers = n_layers
        self.num_d = num_d
        for scale in range(num_d):
            for index, layer in enumerate(_patch_layers(in_channels, ndf, n_layers, spectral, last_stride)):
                self.add_module(f"scale{scale}_layer{index}", layer)
        self.downsample = nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False)

    def forward(self, inputs: Tensor) -> list[list[Tensor]]:
        """Features of each scale, full resolution first; the last feature of a scale is its (N, 1, h, w) verdict."""
        results = []
        # The published numbering is from coarse to fine: the last scale's network sees the full resolution.
        for scale in reversed(range(self.num_d)):
            features = [inputs]
            for index in range(self.n_layers + 2):
                features.append(self.get_submodule(f"scale{scale}_layer{index}")(features[-1]))
            results.append(features[1:])
            if scale:
                inputs = self.downsample(inputs)
        return results


def _patch_layers(in_channels: int, ndf: int, n_layers: int, spectral: bool, last_stride: int) -> list[nn.Sequential]:
    """The convolutions of one scale, each with its norm and activation."""
    widths = [min(ndf * 2**index, 512) for index in range(n_layers + 1)]
    layers = [nn.Sequential(nn.Conv2d(in_channels, ndf, 4, stride=2, padding=2), nn.LeakyReLU(0.2))]
    for index in range(1, n_layers + 1):
        stride = 2 if index < n_layers else last_stride
        conv = nn.Conv2d(widths[index - 1], widths[index], 4, stride=stride, padding=2, bias=not spectral)
        layers.append(nn.Sequential(spectral_norm(conv) if spectral else conv, InstanceNorm(), nn.LeakyReLU(0.2)))
    return [*layers, nn.Sequential(nn.Conv2d(widths[-1], 1, 4, padding=2))]
