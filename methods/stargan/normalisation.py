"""Normalisation of StarGAN's generator (Choi et al., CVPR 2018): instance norm that keeps running statistics."""

import torch
from torch import Tensor, nn
from torch.nn import functional


class TrackingInstanceNorm(nn.InstanceNorm2d):
    """Affine instance norm with running statistics, whose eval mode may do without them.

    Args:
        channels: of the features.
        own_statistics: normalise by each image's own statistics in eval mode too, as train mode does; running ones are
            then kept but never used.
    """

    def __init__(self, channels: int, own_statistics: bool = False) -> None:
        super().__init__(channels, affine=True, track_running_stats=True)
        self.own_statistics = own_statistics

    def forward(self, features: Tensor) -> Tensor:
        """(N, C, H, W) to the same shape, dtype and layout; only train mode changes the running statistics."""
        own = self.training or self.own_statistics
        tracked = (self.running_mean, self.running_var) if self.training or not own else (None, None)
        interleaved = features.is_contiguous(memory_format=torch.channels_last)
        # torch's kernel is many times slower on a channels-last layout than the way to the other one and back.
        with torch.autocast(features.device.type, enabled=False):
            normalised = functional.instance_norm(
                features.contiguous(), *tracked, self.weight, self.bias, own, self.momentum, self.eps
            )
        return normalised.contiguous(memory_format=torch.channels_last) if interleaved else normalised
