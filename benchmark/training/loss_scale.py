"""The scale of losses in float16, whose smallest gradients would be 0: one for all optimisers of a stage."""

from __future__ import annotations

from typing import Any

import torch

from benchmark.runtime.device import Compute


class LossScale(torch.amp.GradScaler):
    """torch's scaler, for steps in which an optimiser may step several times, or none does.

    A step whose gradients are not finite is left out, and the scale falls; it grows after 2000 iterations without one.
    An optimiser that is no fused Adam (`methods.layers.adam` gives fused ones on GPUs) has the host wait for the device
    at each of its steps, to know whether it is left out; a fused one decides it there.
    """

    def step(self, optimizer: torch.optim.Optimizer, *args: Any, **kwargs: Any) -> float | None:
        """Step by unscaled gradients unless they are not finite, which `update` is to know of each step."""
        given = super().step(optimizer, *args, **kwargs)
        states = self._per_optimizer_states
        states[-1 - len(states)] = states.pop(id(optimizer))  # torch's own would refuse a second step
        return given

    def update(self, new_scale: float | torch.Tensor | None = None) -> None:
        """Move the scale by what the steps since the last call met, if there were any."""
        if self._per_optimizer_states:
            super().update(new_scale)


def loss_scale(compute: Compute) -> LossScale | None:
    """The scale that a precision needs: float16 alone, whose exponents are short."""
    return LossScale(compute.device.type) if compute.precision == "fp16" else None
