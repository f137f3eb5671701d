"""Generator of CycleGAN (Zhu et al., ICCV 2017): the trunk of image translation with residual blocks."""

from torch import Tensor, nn

from methods.layers.hourglass import hourglass_layers
from methods.layers.residual import ResidualBlock


class Generator(nn.Module):
    """Faces of one domain to faces of the other; defaults are the published options at 256 pixels.

    Args:
        ngf: width at full resolution; doubled at each halving.
        n_downsampling: stride-2 steps, and as many up.
        n_blocks: residual blocks; 6 at 128 pixels.
        outer_kernel: side of the first and the last convolution, odd.
    """

    def __init__(self, ngf: int = 64, n_downsampling: int = 2, n_blocks: int = 9, outer_kernel: int = 7) -> None:
        super().__init__()
        blocks = [ResidualBlock(ngf * 2**n_downsampling) for _ in range(n_blocks)]
        self.model = nn.Sequential(*hourglass_layers(3, 3, ngf, n_downsampling, blocks, nn.Tanh(), outer_kernel))

    def forward(self, image: Tensor) -> Tensor:
        """(N, 3, H, W) in [-1, 1], sides divisible by 2 ** n_downsampling, to the same shape and range."""
        return self.model(image)
