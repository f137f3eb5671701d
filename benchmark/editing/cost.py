"""What an edit costs: parameters that take part, floating-point operations, time, and memory."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from benchmark.editing.checked_edit import checked_edit
from benchmark.runtime.device import Compute
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
            checked_edit(editor, task)
    finally:
        for handle in handles:
            handle.remove()
    parameters = {parameter for module in ran for parameter in module.parameters(recurse=False)}
    return sum(parameter.numel() for parameter in parameters), int(counter.get_total_flops())


def now(compute: Compute) -> float:
    """A monotonic clock in seconds that waits for the device first."""
    if compute.device.type == "cuda":
        torch.cuda.synchronize(compute.device)
    return time.perf_counter()


def forget_peak_memory(compute: Compute) -> None:
    """Begin measuring the peak of memory anew, where the system can."""
    if compute.device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(compute.device)
        return
    with suppress(OSError):
        _CLEAR_REFS.write_text("5", encoding="ascii")


def peak_memory_mib(compute: Compute) -> float | None:
    """Largest memory in MiB since `forget_peak_memory`: allocated on a GPU, else resident in the whole process.

    None on systems that keep no such record (other than Linux).
    """
    if compute.device.type == "cuda":
        return float(torch.cuda.max_memory_allocated(compute.device)) / 2**20
    try:
        lines = _STATUS.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    kilobytes = next((line.split()[1] for line in lines if line.startswith("VmHWM:")), None)
    return None if kilobytes is None else int(kilobytes) / 1024


_CLEAR_REFS = Path("/proc/self/clear_refs")
_STATUS = Path("/proc/self/status")
