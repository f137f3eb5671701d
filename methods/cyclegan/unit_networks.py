"""Networks of UNIT (Liu et al., NeurIPS 2017): an autoencoder for each domain, and discriminators of several scales."""

from __future__ import annotations

from torch import Tensor, nn

from methods.layers.instance_norm import InstanceNorm
from methods.layers.residual import ResidualBlock


def _reflected(in_channels: int, out_channels: int, kernel: int, stride: int = 1) -> nn.Conv2d:
    """A convolution whose borders are reflected, so wide that stride 1 keeps the size and stride 2 halves it."""
    padding = (kernel - stride + 1) // 2
    return nn.Conv2d(in_channels, out_channels, kernel, stride, padding, padding_mode="reflect")


class AutoEncoder(nn.Module):
    """Faces of one domain to latent codes and back; defaults are the published options.

    Args:
        width: channels at full resolution; doubled at each halving.
        n_downsampling: stride-2 layers of the encoder, and doublings of the decoder.
        n_blocks: residual blocks of the encoder, and of the decoder.
        outer_kernel: side of the first and the last convolution, odd.
        shared_with: another domain's network, the last of whose encoder's blocks and the first of whose decoder's are
            this one's too.
        shared_blocks: how many of them.
    """

    def __init__(
        self,
        width: int = 64,
        n_downsampling: int = 2,
        n_blocks: int = 4,
        outer_kernel: int = 7,
        shared_with: AutoEncoder | None = None,
        shared_blocks: int = 0,
    ) -> None:
        super().__init__()
        widths = [width * 2**level for level in range(n_downsampling + 1)]
        layers: list[nn.Module] = [_reflected(3, width, outer_kernel), InstanceNorm(), nn.ReLU()]
        for narrow in widths[:-1]:
            layers += [_reflected(narrow, 2 * narrow, 4, stride=2), InstanceNorm(), nn.ReLU()]
        self.down = nn.Sequential(*layers)
        own = n_blocks - shared_blocks if shared_with is not None else n_blocks
        encoding: list[nn.Module] = [ResidualBlock(widths[-1]) for _ in range(own)]
        decoding: list[nn.Module] = [ResidualBlock(widths[-1]) for _ in range(own)]
        if shared_with is not None:
            encoding += shared_with.encoding[own:]
            decoding = [*shared_with.decoding[:shared_blocks], *decoding]
        self.encoding = nn.Sequential(*encoding)
        self.decoding = nn.Sequential(*decoding)
        layers = []
        for narrow in reversed(widths[:-1]):
            up = nn.Upsample(scale_factor=2.0, mode="nearest")
            # GroupNorm of one group is layer norm over channels and positions, affine for each channel.
            layers += [up, _reflected(2 * narrow, narrow, 5), nn.GroupNorm(1, narrow), nn.ReLU()]
        self.up = nn.Sequential(*layers, _reflected(width, 3, outer_kernel), nn.Tanh())

    def encode(self, image: Tensor) -> Tensor:
        """(N, 3, H, W) images in [-1, 1], sides divisible by 2 ** n_downsampling, to latent codes (N, C, h, w)."""
        return self.encoding(self.down(image))

    def decode(self, code: Tensor) -> Tensor:
        """Latent codes to (N, 3, H, W) images in [-1, 1]."""
        return self.up(self.decoding(code))

    def forward(self, image: Tensor) -> Tensor:
        """Images encoded and decoded."""
        return self.decode(self.encode(image))


class Discriminator(nn.Module):
    """Verdicts at several scales, each by 4x4 convolutions of stride 2 without norms, and a 1x1 convolution.

    Args:
        width: channels of a scale's first layer; doubled at each.
        n_layers: stride-2 layers of a scale.
        num_d: scales, each half as large as the one before.
    """

    def __init__(self, width: int = 64, n_layers: int = 4, num_d: int = 3) -> None:
        super().__init__()
        self.scales = nn.ModuleList()
        for _ in range(num_d):
            layers: list[nn.Module] = []
            channels = 3
            for level in range(n_layers):
                layers += [_reflected(channels, width * 2**level, 4, stride=2), nn.LeakyReLU(0.2)]
                channels = width * 2**level
            self.scales.append(nn.Sequential(*layers, nn.Conv2d(channels, 1, 1)))
        self.downsample = nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False)

    def forward(self, image: Tensor) -> list[list[Tensor]]:
        """The (N, 1, h, w) verdicts of each scale, full resolution first, in the form of `MultiscaleDiscriminator`."""
        verdicts = []
        for number, scale in enumerate(self.scales):
            image = self.downsample(image) if number else image
            verdicts.append([scale(image)])
        return verdicts
