"""Alpha blender of MaskGAN: mixes two generated faces, pixel by pixel and channel by channel."""

import torch
from torch import Tensor, nn

from methods.layers.hourglass import hourglass_layers
from methods.layers.residual import ResidualBlock


class AlphaBlender(nn.Module):
    """Predicts alpha from both images and returns their blend; defaults are the published options."""

    def __init__(self, ngf: int = 32, n_downsampling: int = 3, n_blocks: int = 3, outer_kernel: int = 7) -> None:
        super().__init__()
        blocks = [ResidualBlock(ngf * 2**n_downsampling) for _ in range(n_blocks)]
        self.model = nn.Sequential(*hourglass_layers(6, 3, ngf, n_downsampling, blocks, nn.Sigmoid(), outer_kernel))

    def forward(self, first: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
        """Blend alpha * first + (1 - alpha) * second of two (N, 3, H, W) images, and alpha (N, 3, H, W) in [0, 1]."""
        alpha = self.model(torch.cat([first, second], dim=1))
        return alpha * first + (1 - alpha) * second, alpha
