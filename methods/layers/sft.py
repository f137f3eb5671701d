"""Spatial feature transform: features scaled and shifted, position by position, by a condition map."""

from torch import Tensor, nn


class SpatialFeatureTransform(nn.Module):
    """scale(condition) * x + shift(condition), each map being 1x1 → LeakyReLU 0.1 → 1x1.

    Follows Wang et al., "Recovering Realistic Texture in Image Super-resolution by Deep Spatial Feature Transform"
    (CVPR 2018), as MaskGAN uses it: the scale has no "1 +".
    """

    def __init__(self, condition_channels: int, hidden_channels: int, feature_channels: int) -> None:
        super().__init__()
        self.SFT_scale_conv1 = nn.Conv2d(condition_channels, hidden_channels, 1)
        self.SFT_scale_conv2 = nn.Conv2d(hidden_channels, feature_channels, 1)
        self.SFT_shift_conv1 = nn.Conv2d(condition_channels, hidden_channels, 1)
        self.SFT_shift_conv2 = nn.Conv2d(hidden_channels, feature_channels, 1)
        self.activation = nn.LeakyReLU(0.1)

    def forward(self, features: Tensor, condition: Tensor) -> Tensor:
        """Modulate (N, C, H, W) features by an (N, K, H, W) condition."""
        scale = self.SFT_scale_conv2(self.activation(self.SFT_scale_conv1(condition)))
        shift = self.SFT_shift_conv2(self.activation(self.SFT_shift_conv1(condition)))
        return scale * features + shift
