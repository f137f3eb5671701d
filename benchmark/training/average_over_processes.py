"""What processes that share each batch average after a step: running statistics, and the losses shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn.modules.instancenorm import _InstanceNorm

from benchmark.runtime.processes import Processes
from methods.base import Trainable
from registry.errors import InputError

STAGE: Final = "stage"
"""In what the first process tells: the stage to train, or None after the last one."""


def require_shares(model: Trainable, title: str, processes: Processes) -> None:
    """Refuse to train a model by several processes whose steps do not reckon with it.

    Raises:
        InputError: naming it.
    """
    if processes.several and not model.shares_batches:
        raise InputError(
            f"{title} trains in one process only, since its steps draw from or mix the faces of one process's batch; "
            "train it without torchrun (a plug-in whose steps share batches says so by `shares_batches = True`)"
        )


def average_tracked_statistics(model: nn.Module, processes: Processes) -> None:
    """Let the running statistics of instance norms be those of the whole batch: means of each process's, exactly."""
    if not processes.several:
        return
    norms = [each for each in model.modules() if isinstance(each, _InstanceNorm) and each.training]
    tracked = [each for norm in norms for each in (norm.running_mean, norm.running_var) if each is not None]
    processes.average(tracked)


def mean_losses(losses: Mapping[str, Tensor | float], processes: Processes) -> Mapping[str, Tensor | float]:
    """Losses of the whole batch: means over processes of each one's; no device is waited for."""
    if not processes.several:
        return losses
    device = next((value.device for value in losses.values() if isinstance(value, Tensor)), None)
    tensors = {
        name: torch.as_tensor(value, device=device).detach().float().reshape(()).clone()
        for name, value in losses.items()
    }
    processes.average(list(tensors.values()))
    return tensors
