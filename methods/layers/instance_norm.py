"""Instance normalisation without running statistics, in whatever memory layout the features have."""

import torch
from torch import Tensor, nn


def fused_instance_norm(features: Tensor, eps: float) -> Tensor:
    """Zero mean and unit variance for each channel of each sample, by torch's kernel, in the features' layout.

    It gathers its sums in float32, and keeps less for the gradient than plain sums do. Its kernel has one layout, and
    the way there and back is a copy each. Unlike the function in `torch.nn.functional` it takes maps of one pixel.
    """
    interleaved = features.is_contiguous(memory_format=torch.channels_last)
    cudnn = torch.backends.cudnn.enabled
    normalised = torch.instance_norm(features.contiguous(), None, None, None, None, True, 0.0, eps, cudnn)
    return normalised.contiguous(memory_format=torch.channels_last) if interleaved else normalised


def instance_statistics(features: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and population variance of each channel of each sample: (N, C, 1, 1) each, in float32.

    Half-precision sums over a whole feature map would lose the mean. Plain sums, because torch's own `var_mean` and
    `instance_norm` leave the channels-last layout or crawl in it on CPUs.
    """
    exact = features.float()
    mean = exact.mean(dim=(2, 3), keepdim=True)
    return mean, (exact - mean).square().mean(dim=(2, 3), keepdim=True)


def scale_and_shift(features: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """Features * scale + shift in the features' dtype and layout; scale and shift are (N, C, 1, 1)."""
    return torch.addcmul(shift.to(features.dtype), features, scale.to(features.dtype))


class InstanceNorm(nn.Module):
    """Zero mean and unit variance for each channel of each sample (Ulyanov et al., 2016), in train and eval mode."""

    def __init__(self, eps: float = 1e-5) -> None:
        super().__init__()
        self.eps = eps

    def forward(self, features: Tensor) -> Tensor:
        """(N, C, H, W) to the same shape, dtype and layout."""
        with torch.autocast(features.device.type, enabled=False):
            if features.is_cuda:
                return fused_instance_norm(features, self.eps)
            mean, variance = instance_statistics(features)
            scale = torch.rsqrt(variance + self.eps)
            return scale_and_shift(features, scale, -mean * scale)


class AffineInstanceNorm(nn.Module):
    """Instance norm with a learned scale and shift for each channel.

    Args:
        channels: of the features.
        eps: added to the variance.
    """

    def __init__(self, channels: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, features: Tensor) -> Tensor:
        """(N, C, H, W) to the same shape, dtype and layout."""
        with torch.autocast(features.device.type, enabled=False):
            weight, bias = self.weight[:, None, None], self.bias[:, None, None]
            if features.is_cuda:
                return scale_and_shift(fused_instance_norm(features, self.eps), weight, bias)
            mean, variance = instance_statistics(features)
            scale = weight * torch.rsqrt(variance + self.eps)
            return scale_and_shift(features, scale, bias - mean * scale)
