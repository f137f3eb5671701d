"""Batch norm by the statistics of the whole batch, however many processes share it."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from methods.layers import whole_batch


class WholeBatchNorm2d(nn.BatchNorm2d):
    """torch's batch norm, whose train mode normalises by all processes' faces.

    torch's own synchronised one works on GPUs alone, and this one wherever processes can add tensors up.
    """

    def forward(self, features: Tensor) -> Tensor:
        """(N, C, H, W) to the same shape; in train mode the running statistics follow the whole batch."""
        if not (self.training and whole_batch.is_shared()):
            return super().forward(features)
        with torch.autocast(features.device.type, enabled=False):
            values = features.float()
            count = whole_batch.whole(values.numel() // values.shape[1])
            mean = whole_batch.summed(values.sum((0, 2, 3))) / count
            centred = values - mean[:, None, None]
            variance = whole_batch.summed(centred.square().sum((0, 2, 3))) / count
            self._follow(mean.detach(), variance.detach() * (count / max(count - 1, 1)))
            normalised = centred * torch.rsqrt(variance + self.eps)[:, None, None]
            if self.weight is not None:
                normalised = normalised * self.weight[:, None, None] + self.bias[:, None, None]
        return normalised.to(features.dtype)

    def _follow(self, mean: Tensor, variance: Tensor) -> None:
        """Move the running statistics as torch does, the variance being the unbiased one."""
        if self.running_mean is None or self.running_var is None or self.num_batches_tracked is None:
            return
        self.num_batches_tracked += 1
        share = 1 / self.num_batches_tracked.float() if self.momentum is None else self.momentum
        self.running_mean.lerp_(mean, share)
        self.running_var.lerp_(variance, share)
