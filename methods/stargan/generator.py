"""Generator of StarGAN (Choi et al., CVPR 2018): a face and the attributes it shall have to that face."""

from functools import partial

from torch import Tensor, nn

from methods.layers.attribute_planes import append_attributes
from methods.stargan.normalisation import TrackingInstanceNorm


class _ResidualBlock(nn.Module):
    """Features plus two normalised 3x3 convolutions of them, zero-padded and without bias."""

    def __init__(self, channels: int, own_statistics: bool) -> None:
        super().__init__()
        self.main = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            TrackingInstanceNorm(channels, own_statistics),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            TrackingInstanceNorm(channels, own_statistics),
        )

    def forward(self, features: Tensor) -> Tensor:
        return features + self.main(features)


class Generator(nn.Module):
    """Halvings, residual blocks, doublings; defaults are the published options.

    Its instance norms keep running statistics: eval mode normalises with those, train mode with the image's own.
    Published results were generated in train mode; `own_statistics` gives them in eval mode.

    Args:
        num_attributes: requested attributes.
        width: channels after the first layer.
        num_blocks: residual blocks.
        num_halvings: stride-2 layers, and as many doublings.
        outer_kernel: side of the first and the last convolution, odd.
        own_statistics: normalise by the image's own statistics in eval mode too.
    """

    def __init__(
        self,
        num_attributes: int = 5,
        width: int = 64,
        num_blocks: int = 6,
        num_halvings: int = 2,
        outer_kernel: int = 7,
        own_statistics: bool = False,
    ) -> None:
        super().__init__()
        norm = partial(TrackingInstanceNorm, own_statistics=own_statistics)
        padding = outer_kernel // 2
        first = nn.Conv2d(3 + num_attributes, width, outer_kernel, padding=padding, bias=False)
        layers = [first, norm(width), nn.ReLU()]
        widths = [width * 2**index for index in range(num_halvings)]
        for channels in widths:
            down = nn.Conv2d(channels, 2 * channels, 4, stride=2, padding=1, bias=False)
            layers += [down, norm(2 * channels), nn.ReLU()]
        layers += [_ResidualBlock(width * 2**num_halvings, own_statistics) for _ in range(num_blocks)]
        for channels in reversed(widths):
            up = nn.ConvTranspose2d(2 * channels, channels, 4, stride=2, padding=1, bias=False)
            layers += [up, norm(channels), nn.ReLU()]
        layers += [nn.Conv2d(width, 3, outer_kernel, padding=padding, bias=False), nn.Tanh()]
        self.main = nn.Sequential(*layers)

    def forward(self, image: Tensor, attributes: Tensor) -> Tensor:
        """Faces with the requested attributes: (N, 3, H, W) in [-1, 1].

        Args:
            image: (N, 3, H, W) in [-1, 1], sides divisible by 2 ** `num_halvings`.
            attributes: (N, K) in {0, 1}.
        """
        return self.main(append_attributes(image, attributes))
