"""Batch norm by the statistics of the whole batch, however many processes share it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional

from methods.layers import whole_batch
from methods.layers.whole_batch import Sharers


class WholeBatchNorm2d(nn.BatchNorm2d):
    """torch's batch norm, whose train mode normalises by all processes' faces.

    torch's own synchronised one works on GPUs alone, and this one wherever processes can add tensors up. Where several
    share a batch, its gradients have no gradients of their own.
    """

    def forward(self, features: Tensor) -> Tensor:
        """(N, C, H, W) to the same shape; in train mode the running statistics follow the whole batch."""
        sharers = whole_batch.current_sharers()
        if not self.training or sharers is None:
            return super().forward(features)
        with torch.autocast(features.device.type, enabled=False):
            values = features.float()
            count = sharers.size * (values.numel() // values.shape[1])
            normalised, mean, variance = _SharedNorm.apply(values, self.weight, self.bias, self.eps, count, sharers)
            self._follow(mean, variance * (count / max(count - 1, 1)))
        shared: Tensor = normalised.to(features.dtype)
        return shared

    def _follow(self, mean: Tensor, variance: Tensor) -> None:
        """Move the running statistics as torch does, the variance being the unbiased one."""
        if self.running_mean is None or self.running_var is None or self.num_batches_tracked is None:
            return
        self.num_batches_tracked += 1
        share = 1 / self.num_batches_tracked.float() if self.momentum is None else self.momentum
        self.running_mean.lerp_(mean, share)
        self.running_var.lerp_(variance, share)


class _SharedNorm(torch.autograd.Function):
    """The norm, and the whole batch's mean and biased variance, which have no gradient.

    Both passes over the values are torch's own of a norm by given statistics. From the gradients that torch gives
    there, weight / deviation · g, is taken what comes of the statistics' following the values: with x the normalised
    values, and n of them a channel in the whole batch, weight / deviation · (sum(g) + x · sum(g · x)) / n. Sums are
    over all processes.
    """

    @staticmethod
    def forward(
        ctx: Any, values: Tensor, weight: Tensor | None, bias: Tensor | None, eps: float, count: int, sharers: Sharers
    ) -> tuple[Tensor, ...]:
        own_mean, own_variance = torch.batch_norm_update_stats(values, None, None, 0.0)
        # in float64, so that squares of means cancel without harm
        moments = torch.stack([own_mean.double(), own_variance.double() + own_mean.double().square()])
        sharers.add_up(moments)
        moments /= sharers.size
        mean = moments[0].to(values.dtype)
        variance = (moments[1] - moments[0].square()).clamp(min=0).to(values.dtype)
        ctx.save_for_backward(values, weight, mean, variance)
        ctx.eps, ctx.count, ctx.sharers = eps, count, sharers
        ctx.mark_non_differentiable(mean, variance)
        return functional.batch_norm(values, mean, variance, weight, bias, eps=eps), mean, variance

    @staticmethod
    @once_differentiable  # type: ignore[untyped-decorator]
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        values, weight, mean, variance = ctx.saved_tensors
        weights = torch.ones_like(mean) if weight is None else weight
        inverse = torch.rsqrt(variance + ctx.eps)
        # a GPU takes the sums only where there is a weight, and in channels-last only where statistics were saved
        found, for_weight, for_bias = torch.ops.aten.native_batch_norm_backward(
            gradients[0], values, weights, mean, variance, mean, inverse, False, ctx.eps, [True, True, True]
        )
        sums = torch.stack([for_weight, for_bias])
        ctx.sharers.add_up(sums)
        scale = weights * inverse / ctx.count
        found -= functional.batch_norm(values, mean, variance, scale * sums[0], scale * sums[1], eps=ctx.eps)
        own = (None, None) if weight is None else (for_weight, for_bias)
        return found, *own, None, None, None
