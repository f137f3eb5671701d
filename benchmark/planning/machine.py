"""The machine that a plan is for: where networks run, and what memory and disk there is."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
from torch.nn import functional

from benchmark.runtime.device import Compute
from benchmark.runtime.resident_memory import bytes_in, resident

_MEMINFO: Final = Path("/proc/meminfo")
_GROUPS: Final = (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/memory"))
"""Folders of the process's group, of the second version of control groups and of the first."""


@dataclass(frozen=True)
class Machine:
    """What there is.

    Attributes:
        compute: device, precision and layout.
        baseline: bytes resident in a process before it trains a method: libraries, judges, and what validation by them
            leaves; None where the system does not say it (other than Linux).
        memory: bytes that processes can still take; None where unknown.
        device_memory: bytes free on the GPU; None without one.
        disk: bytes free where runs go.
        seconds_per_flop: of a convolution there and back, as a first guess at what a step takes.
    """

    compute: Compute
    baseline: int | None
    memory: int | None
    device_memory: int | None
    disk: int
    seconds_per_flop: float

    @classmethod
    def this(cls, compute: Compute, runs: Path) -> Machine:
        """This one as it is now.

        Args:
            compute: where networks run.
            runs: folder of runs, there or not.
        """
        rate = _seconds_per_flop(compute)
        folder = next(each for each in (runs.absolute(), *runs.absolute().parents) if each.exists())
        free = torch.cuda.mem_get_info(compute.device)[0] if compute.device.type == "cuda" else None
        return cls(compute, resident(), _free_memory(), free, shutil.disk_usage(folder).free, rate)


def _free_memory() -> int | None:
    """Bytes that can still be taken, by the machine and by the limit of this process's group."""
    available = bytes_in(_MEMINFO, "MemAvailable:")
    left = (available, *map(left_in_group, _GROUPS))
    return min((each for each in left if each is not None), default=None)


def left_in_group(folder: Path) -> int | None:
    """Bytes that a control group may still take; files that it has read and could forget count as free.

    Args:
        folder: of the group.

    Returns:
        None where there is no such group, or it has no limit.
    """
    files = (("memory.max", "memory.current"), ("memory.limit_in_bytes", "memory.usage_in_bytes"))
    for limit, usage in files:
        try:
            most, taken = (int((folder / name).read_text(encoding="ascii")) for name in (limit, usage))
            lines = (folder / "memory.stat").read_text(encoding="ascii").splitlines()
        except (OSError, ValueError):  # no such file, or "max"
            continue
        facts = dict(line.split() for line in lines)
        return most - taken + int(facts.get("total_inactive_file", facts.get("inactive_file", 0)))
    return None


def _seconds_per_flop(compute: Compute) -> float:
    layout = torch.channels_last if compute.channels_last else torch.contiguous_format
    images = torch.randn(8, 64, 64, 64, device=compute.device).to(memory_format=layout).requires_grad_()
    weights = torch.randn(64, 64, 3, 3, device=compute.device).to(memory_format=layout).requires_grad_()
    flops = 3 * 2 * 9 * 64 * 64 * 8 * 64 * 64

    def there_and_back() -> None:
        with compute.autocast():
            out = functional.conv2d(images, weights, padding=1)
        torch.autograd.grad(out.float().sum(), (images, weights))
        if compute.device.type == "cuda":
            torch.cuda.synchronize(compute.device)

    there_and_back()
    started = time.perf_counter()
    there_and_back()
    return (time.perf_counter() - started) / flops
