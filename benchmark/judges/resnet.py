"""ResNet-18 (He et al., CVPR 2016) of any width, with a finer stem and head for small images."""

from __future__ import annotations

from math import ceil

from torch import Tensor, nn
from torchvision.models.resnet import BasicBlock

SMALL = 128
"""Side in pixels up to which the network is the one for small images."""

STRIDE = 16
"""Pixels of a small image to one of its deepest features."""


class ResNet18(nn.Module):
    """torchvision's ResNet-18; above 128 pixels and at its own width, torchvision's `state_dict` fits.

    Up to 128 pixels the published stem would see a mouth of a few pixels through a 7×7 convolution of stride 2, so a
    3×3 convolution of stride 1 takes its place before the pooling; and the last layer sees every position of the
    deepest features instead of their mean. Both tell a smile on an aligned face after far fewer iterations.

    Args:
        num_outputs: outputs of the last layer.
        size: side of the square images in pixels.
        width: channels of the first stage, doubled by each of the three that follow; the published network has 64.
    """

    def __init__(self, num_outputs: int, size: int, width: int = 64) -> None:
        super().__init__()
        small = size <= SMALL
        kernel = 3 if small else 7
        self.conv1 = nn.Conv2d(3, width, kernel, stride=1 if small else 2, padding=kernel // 2, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.layer1 = _stage(width, width, stride=1)
        self.layer2 = _stage(width, 2 * width, stride=2)
        self.layer3 = _stage(2 * width, 4 * width, stride=2)
        self.layer4 = _stage(4 * width, 8 * width, stride=2)
        self.avgpool = nn.Identity() if small else nn.AdaptiveAvgPool2d(1)
        positions = ceil(size / STRIDE) ** 2 if small else 1
        self.fc = nn.Linear(8 * width * positions, num_outputs)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, image: Tensor) -> Tensor:
        """(N, 3, size, size) to (N, num_outputs)."""
        features = self.maxpool(self.relu(self.bn1(self.conv1(image))))
        features = self.layer4(self.layer3(self.layer2(self.layer1(features))))
        outputs: Tensor = self.fc(self.avgpool(features).flatten(1))
        return outputs


def _stage(in_channels: int, channels: int, stride: int) -> nn.Sequential:
    downsample = None
    if stride != 1:
        downsample = nn.Sequential(
            nn.Conv2d(in_channels, channels, 1, stride=stride, bias=False), nn.BatchNorm2d(channels)
        )
    return nn.Sequential(BasicBlock(in_channels, channels, stride, downsample), BasicBlock(channels, channels))
