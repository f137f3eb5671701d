"""Generators of pix2pixHD: the global one, and the local enhancer around it."""

from torch import Tensor, nn

from methods.labels import NUM_LABELS
from methods.layers.hourglass import hourglass_layers
from methods.layers.residual import ResidualBlock

HEAD_LAYERS = 3
"""Last layers of a trunk that make its features an image: padding, convolution, activation."""

LOCAL_DOWN_LAYERS = 7
"""Layers of the local enhancer up to its stride-2 step's activation."""


class GlobalGenerator(nn.Module):
    """Label map to image by one trunk of residual blocks (Wang et al., CVPR 2018); defaults are the published options.

    Args:
        in_channels: of the label map, and of whatever is concatenated to it.
        ngf: width at full resolution, doubled at each step down.
        n_downsampling: stride-2 steps.
        n_blocks: residual blocks.
        outer_kernel: side of the convolutions at full resolution.
    """

    def __init__(
        self,
        in_channels: int = NUM_LABELS,
        ngf: int = 64,
        n_downsampling: int = 4,
        n_blocks: int = 9,
        outer_kernel: int = 7,
    ) -> None:
        super().__init__()
        self.model = nn.Sequential(*_trunk(in_channels, ngf, n_downsampling, n_blocks, outer_kernel))

    def forward(self, label: Tensor) -> Tensor:
        """(N, in_channels, H, W), sides divisible by 2**n_downsampling, to images (N, 3, H, W) in [-1, 1]."""
        return self.model(label)


class LocalEnhancer(nn.Module):
    """Label map to image: a global generator at half the size, whose features join those of a shallow one.

    Follows Wang et al., "High-Resolution Image Synthesis and Semantic Manipulation with Conditional GANs" (CVPR 2018),
    with one enhancer; defaults are the published options.

    Args:
        in_channels: of the label map, and of whatever is concatenated to it.
        ngf: width at full resolution; the global generator's is twice that.
        n_downsampling: stride-2 steps of the global generator.
        n_blocks_global: its residual blocks.
        n_blocks_local: residual blocks of the enhancer.
        outer_kernel: side of the convolutions at full resolution, and at half of it where the global trunk begins.
    """

    def __init__(
        self,
        in_channels: int = NUM_LABELS,
        ngf: int = 32,
        n_downsampling: int = 4,
        n_blocks_global: int = 9,
        n_blocks_local: int = 3,
        outer_kernel: int = 7,
    ) -> None:
        super().__init__()
        trunk = _trunk(in_channels, 2 * ngf, n_downsampling, n_blocks_global, outer_kernel)
        self.model = nn.Sequential(*trunk[:-HEAD_LAYERS])
        local = _trunk(in_channels, ngf, 1, n_blocks_local, outer_kernel)
        self.model1_1 = nn.Sequential(*local[:LOCAL_DOWN_LAYERS])
        self.model1_2 = nn.Sequential(*local[LOCAL_DOWN_LAYERS:])
        self.downsample = nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False)

    def forward(self, label: Tensor) -> Tensor:
        """(N, in_channels, H, W), sides divisible by 2**(n_downsampling + 1), to images (N, 3, H, W) in [-1, 1]."""
        return self.model1_2(self.model1_1(label) + self.model(self.downsample(label)))


def global_head(ngf: int, outer_kernel: int = 7) -> nn.Sequential:
    """What turns the features (N, ngf, H, W) of a global trunk into images (N, 3, H, W) in [-1, 1]."""
    return nn.Sequential(nn.ReflectionPad2d(outer_kernel // 2), nn.Conv2d(ngf, 3, outer_kernel), nn.Tanh())


def _trunk(in_channels: int, ngf: int, n_downsampling: int, n_blocks: int, outer_kernel: int) -> list[nn.Module]:
    blocks = [ResidualBlock(ngf * 2**n_downsampling) for _ in range(n_blocks)]
    return hourglass_layers(in_channels, 3, ngf, n_downsampling, blocks, nn.Tanh(), outer_kernel)
