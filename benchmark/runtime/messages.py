"""Messages between two of several processes, beside what the first one tells them all."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from benchmark.runtime.processes import Processes

# These stand beside `Processes`, not in it: its code is part of the hashes of trained weights.


def send(content: Mapping[str, Any], to: int, processes: Processes) -> None:
    """Give tensors and plain values to the process of a rank, once it is in `receive`."""
    file = io.BytesIO()
    torch.save(dict(content), file)
    packed = torch.frombuffer(file.getbuffer(), dtype=torch.uint8)
    for tensor in (torch.tensor(len(packed)), packed):
        processes.connections["cpu"].send([tensor], to, 0).wait()


def receive(of: int, processes: Processes) -> dict[str, Any]:
    """What the process of a rank sends, as soon as it does; nothing in it is executed."""
    length = torch.tensor(0)
    _fill(length, of, processes)
    packed = torch.empty(int(length), dtype=torch.uint8)
    _fill(packed, of, processes)
    content: dict[str, Any] = torch.load(io.BytesIO(packed.numpy().tobytes()), map_location="cpu", weights_only=True)
    return content


def ask(wanted: Mapping[str, Any], processes: Processes) -> dict[str, Any]:
    """What the first process answers to another one."""
    send(wanted, 0, processes)
    return receive(0, processes)


def _fill(tensor: Tensor, of: int, processes: Processes) -> None:
    processes.connections["cpu"].recv([tensor], of, 0).wait()
