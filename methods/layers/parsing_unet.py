"""The U-Net (Ronneberger et al., MICCAI 2015) that CelebAMask-HQ's authors publish for face parsing."""

import torch
from torch import Tensor, nn

from methods.labels import NUM_LABELS


class _DoubleConv(nn.Module):
    """Two 3x3 convolutions, each with batch norm and ReLU."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv1 = _conv_norm_relu(in_channels, out_channels)
        self.conv2 = _conv_norm_relu(out_channels, out_channels)

    def forward(self, features: Tensor) -> Tensor:
        return self.conv2(self.conv1(features))


class _UpConcat(nn.Module):
    """Upsample the deep features, put the skipped ones before them, convolve twice."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv = _DoubleConv(2 * out_channels, out_channels)
        self.up = nn.ConvTranspose2d(in_channels, out_channels, 2, stride=2)

    def forward(self, skip: Tensor, deep: Tensor) -> Tensor:
        return self.conv(torch.cat([skip, self.up(deep)], dim=1))


class ParsingUNet(nn.Module):
    """Faces to class logits.

    Args:
        num_classes: channels of the output.
        feature_scale: divides the original widths 64 … 1024; the published network has 4 (16 … 256).
    """

    def __init__(self, num_classes: int = NUM_LABELS, feature_scale: int = 4) -> None:
        super().__init__()
        widths = [width // feature_scale for width in (64, 128, 256, 512, 1024)]
        self.conv1 = _DoubleConv(3, widths[0])
        self.conv2 = _DoubleConv(widths[0], widths[1])
        self.conv3 = _DoubleConv(widths[1], widths[2])
        self.conv4 = _DoubleConv(widths[2], widths[3])
        self.center = _DoubleConv(widths[3], widths[4])
        self.up_concat4 = _UpConcat(widths[4], widths[3])
        self.up_concat3 = _UpConcat(widths[3], widths[2])
        self.up_concat2 = _UpConcat(widths[2], widths[1])
        self.up_concat1 = _UpConcat(widths[1], widths[0])
        self.final = nn.Conv2d(widths[0], num_classes, 1)
        self.pool = nn.MaxPool2d(2)

    def forward(self, image: Tensor) -> Tensor:
        """(N, 3, H, W) images in [-1, 1], sides divisible by 16, to (N, num_classes, H, W) logits."""
        skip1 = self.conv1(image)
        skip2 = self.conv2(self.pool(skip1))
        skip3 = self.conv3(self.pool(skip2))
        skip4 = self.conv4(self.pool(skip3))
        deep = self.center(self.pool(skip4))
        deep = self.up_concat4(skip4, deep)
        deep = self.up_concat3(skip3, deep)
        deep = self.up_concat2(skip2, deep)
        return self.final(self.up_concat1(skip1, deep))


def _conv_norm_relu(in_channels: int, out_channels: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(in_channels, out_channels, 3, padding=1), nn.BatchNorm2d(out_channels), nn.ReLU())
