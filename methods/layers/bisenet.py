"""BiSeNet (Yu et al., ECCV 2018) on ResNet-18 without a spatial path, as it is published for face parsing."""

import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision.models.resnet import BasicBlock, ResNet

from methods.labels import NUM_LABELS


class _Backbone(ResNet):
    """ResNet-18 (He et al., CVPR 2016) that gives its features at strides 8, 16 and 32."""

    def __init__(self) -> None:
        super().__init__(BasicBlock, [2, 2, 2, 2])
        del self.fc

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        features = self.layer1(self.maxpool(self.relu(self.bn1(self.conv1(image)))))
        stride8 = self.layer2(features)
        stride16 = self.layer3(stride8)
        return stride8, stride16, self.layer4(stride16)


class _ConvNormReLU(nn.Module):
    """Convolution that keeps the size, batch norm, ReLU."""

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int = 3) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size, padding=kernel_size // 2, bias=False)
        self.bn = nn.BatchNorm2d(out_channels)

    def forward(self, features: Tensor) -> Tensor:
        return functional.relu(self.bn(self.conv(features)))


class _AttentionRefinement(nn.Module):
    """Convolved features, each channel weighted by what its average asks for."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv = _ConvNormReLU(in_channels, out_channels)
        self.conv_atten = nn.Conv2d(out_channels, out_channels, 1, bias=False)
        self.bn_atten = nn.BatchNorm2d(out_channels)

    def forward(self, features: Tensor) -> Tensor:
        features = self.conv(features)
        average = features.mean(dim=(2, 3), keepdim=True)
        return features * torch.sigmoid(self.bn_atten(self.conv_atten(average)))


class _ContextPath(nn.Module):
    """Features of the backbone, and its deep features refined and brought to strides 8 and 16."""

    def __init__(self) -> None:
        super().__init__()
        self.resnet = _Backbone()
        self.arm16 = _AttentionRefinement(256, 128)
        self.arm32 = _AttentionRefinement(512, 128)
        self.conv_head32 = _ConvNormReLU(128, 128)
        self.conv_head16 = _ConvNormReLU(128, 128)
        self.conv_avg = _ConvNormReLU(512, 128, 1)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        stride8, stride16, stride32 = self.resnet(image)
        average = self.conv_avg(stride32.mean(dim=(2, 3), keepdim=True))
        refined32 = self.arm32(stride32) + average
        deep16 = self.conv_head32(functional.interpolate(refined32, stride16.shape[2:]))
        refined16 = self.arm16(stride16) + deep16
        return stride8, self.conv_head16(functional.interpolate(refined16, stride8.shape[2:])), deep16


class _FeatureFusion(nn.Module):
    """Two sets of features mixed, plus the mix with each channel weighted by what its average asks for."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.convblk = _ConvNormReLU(channels, channels, 1)
        self.conv1 = nn.Conv2d(channels, channels // 4, 1, bias=False)
        self.conv2 = nn.Conv2d(channels // 4, channels, 1, bias=False)

    def forward(self, shallow: Tensor, deep: Tensor) -> Tensor:
        features = self.convblk(torch.cat([shallow, deep], dim=1))
        average = features.mean(dim=(2, 3), keepdim=True)
        return features + features * torch.sigmoid(self.conv2(functional.relu(self.conv1(average))))


class _Head(nn.Module):
    """Features to class logits."""

    def __init__(self, in_channels: int, hidden_channels: int, num_classes: int) -> None:
        super().__init__()
        self.conv = _ConvNormReLU(in_channels, hidden_channels)
        self.conv_out = nn.Conv2d(hidden_channels, num_classes, 1, bias=False)

    def forward(self, features: Tensor, size: torch.Size) -> Tensor:
        logits = self.conv_out(self.conv(features))
        return functional.interpolate(logits, size, mode="bilinear", align_corners=True)


class BiSeNet(nn.Module):
    """Faces to class logits, from three depths; training needs at least two faces per batch."""

    def __init__(self, num_classes: int = NUM_LABELS) -> None:
        super().__init__()
        self.cp = _ContextPath()
        self.ffm = _FeatureFusion(256)
        self.conv_out = _Head(256, 256, num_classes)
        self.conv_out16 = _Head(128, 64, num_classes)
        self.conv_out32 = _Head(128, 64, num_classes)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits (N, num_classes, H, W) of (N, 3, H, W) images, normalised by ImageNet's mean and deviation.

        The first are the network's answer; the other two, from strides 16 and 32, only guide its training.
        """
        size = image.shape[2:]
        shallow, deep8, deep16 = self.cp(image)
        fused = self.ffm(shallow, deep8)
        return self.conv_out(fused, size), self.conv_out16(deep8, size), self.conv_out32(deep16, size)
