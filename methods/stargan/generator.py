"""Generator of StarGAN (Choi et al., CVPR 2018): a face and the attributes it shall have to that face."""

from torch import Tensor, nn

from methods.layers.attribute_planes import append_attributes


class _ResidualBlock(nn.Module):
    """Features plus two normalised 3x3 convolutions of them, zero-padded and without bias."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.main = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            _norm(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            _norm(channels),
        )

    def forward(self, features: Tensor) -> Tensor:
        return features + self.main(features)


class Generator(nn.Module):
    """Two halvings, residual blocks, two doublings; defaults are the published options.

    Its instance norms keep running statistics: eval mode normalises with those, train mode with the image's own.
    Published results were generated in train mode.

    Args:
        num_attributes: attributes asked for.
        width: channels after the first layer.
        num_blocks: residual blocks.
    """

    def __init__(self, num_attributes: int = 5, width: int = 64, num_blocks: int = 6) -> None:
        super().__init__()
        layers = [nn.Conv2d(3 + num_attributes, width, 7, padding=3, bias=False), _norm(width), nn.ReLU()]
        for channels in (width, 2 * width):
            down = nn.Conv2d(channels, 2 * channels, 4, stride=2, padding=1, bias=False)
            layers += [down, _norm(2 * channels), nn.ReLU()]
        layers += [_ResidualBlock(4 * width) for _ in range(num_blocks)]
        for channels in (4 * width, 2 * width):
            up = nn.ConvTranspose2d(channels, channels // 2, 4, stride=2, padding=1, bias=False)
            layers += [up, _norm(channels // 2), nn.ReLU()]
        layers += [nn.Conv2d(width, 3, 7, padding=3, bias=False), nn.Tanh()]
        self.main = nn.Sequential(*layers)

    def forward(self, image: Tensor, attributes: Tensor) -> Tensor:
        """(N, 3, H, W) images in [-1, 1], sides divisible by 4, and (N, K) attributes to images of that shape."""
        return self.main(append_attributes(image, attributes))


def _norm(channels: int) -> nn.InstanceNorm2d:
    return nn.InstanceNorm2d(channels, affine=True, track_running_stats=True)
