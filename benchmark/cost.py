"""What an edit costs: parameters that take part, floating-point operations, time, and memory."""

from __future__ import annotations

import resource
import sys
import time
from typing import Any

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from benchmark.compute import Compute
from methods.base import EditBatch, FaceEditor


def edit_complexity(editor: FaceEditor, task: EditBatch, compute: Compute) -> tuple[int, int]:
    """Parameters of the modules that run in an edit, and its floating-point operations.

    A module counts once it runs, so a discriminator that only training needs does not. Operations are matrix
    multiplications and convolutions, a multiply-add as two, as `torch.utils.flop_counter` counts.

    Args:
        editor: in eval mode on the compute device.
        task: one task, on the compute device.
        compute: how edits run.
    """
    ran: set[nn.Module] = set()

    def note(module: nn.Module, *_: Any) -> None:
        ran.add(module)

    handles = [module.register_forward_pre_hook(note) for module in editor.modules()]
    try:
        with torch.inference_mode(), compute.autocast(), FlopCounterMode(display=False) as counter:
            editor.edit(task)
    finally:
        for handle in handles:
            handle.remove()
    parameters = {each for module in ran for each in module.parameters(recurse=False)}
    return sum(each.numel() for each in parameters), int(counter.get_total_flops())


def now(compute: Compute) -> float:
    """A monotonic clock in seconds that waits for the device first."""
    if compute.device.type == "cuda":
        torch.cuda.synchronize(compute.device)
    return time.perf_counter()


def peak_memory_mib(compute: Compute) -> float:
    """Largest memory so far in MiB: allocated on the GPU, resident in the process on a CPU."""
    if compute.device.type == "cuda":
        return float(torch.cuda.max_memory_allocated(compute.device)) / 2**20
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20
