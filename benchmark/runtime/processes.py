"""The processes that `torchrun` starts for one experiment: the first does it, the others help where it tells them to.

Only rank 0 decides and writes. The other ranks wait for what it tells them, so that packs, judges, locks and pages are
those of a single process.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

import torch
from torch import Tensor, distributed
from torch.distributed.distributed_c10d import PrefixStore
from torch.distributed.rendezvous import rendezvous

from benchmark.runtime.device import Compute, DeviceError
from benchmark.runtime.launched import launched_together, local_rank
from registry.errors import InputError

LONGEST_WAIT: Final = timedelta(days=7)
"""A judge may train, or faces be packed, for as long before the other processes hear anything; one that ends is noticed
at once, since its connections close."""
_BUCKET: Final = 25_000_000
"""Bytes that are averaged at once; more would take memory and gain nothing."""


@dataclass(frozen=True)
class Processes:
    """This process among those of one experiment.

    Attributes:
        rank: 0 of the one that decides and writes.
        size: how many there are.
        local_rank: among those on this machine, by which it has a GPU.
        connections: torch's process group for tensors on each kind of device. None of them is torch's default one,
            which libraries look for and would use on their own, such as mmengine's metrics.
    """

    rank: int = 0
    size: int = 1
    local_rank: int = 0
    connections: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def several(self) -> bool:
        """Whether there are others."""
        return self.size > 1

    def tell(self, content: Mapping[str, Any]) -> None:
        """Give tensors and plain values to the other processes, which `hear` them; for rank 0."""
        if self.several:
            packed = _packed(content)
            self._broadcast(torch.tensor(len(packed)))
            self._broadcast(packed)

    def hear(self) -> dict[str, Any]:
        """What rank 0 tells, as soon as it does; nothing in it is executed."""
        length = torch.tensor(0)
        self._broadcast(length)
        packed = torch.empty(int(length), dtype=torch.uint8)
        self._broadcast(packed)
        return _unpacked(packed)

    def collect(self, content: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What each process has, by rank, tensors and plain values; on other ranks than 0 nothing."""
        if not self.several:
            return [dict(content)]
        cpu = self.connections["cpu"]
        if self.rank:
            packed = _packed(content)
            for tensor in (torch.tensor(len(packed)), packed):
                cpu.send([tensor], 0, 0).wait()
            return []
        collected = [dict(content)]
        for rank in range(1, self.size):
            length = torch.tensor(0)
            cpu.recv([length], rank, 0).wait()
            packed = torch.empty(int(length), dtype=torch.uint8)
            cpu.recv([packed], rank, 0).wait()
            collected.append(_unpacked(packed))
        return collected

    def add_up(self, tensor: Tensor) -> None:
        """Put the sum over all processes in a tensor's place."""
        if self.several:
            self.connections[tensor.device.type].allreduce([tensor]).wait()

    def gather(self, tensor: Tensor) -> list[Tensor]:
        """Every process's tensor, by rank, all of one shape."""
        if not self.several:
            return [tensor]
        gathered = [torch.empty_like(tensor, memory_format=torch.contiguous_format) for _ in range(self.size)]
        self.connections[tensor.device.type].allgather([gathered], [tensor.contiguous()]).wait()
        return gathered

    def average(self, tensors: Sequence[Tensor]) -> None:
        """Put the means over all processes in the place of tensors, by few calls for all of them."""
        if not self.several:
            return
        for group in _groups(tensors):
            flat = torch.cat([tensor.reshape(-1) for tensor in group])
            self.add_up(flat)
            flat /= self.size
            means = flat.split_with_sizes([tensor.numel() for tensor in group])
            torch._foreach_copy_(group, [mean.view(each.shape) for each, mean in zip(group, means, strict=True)])

    def _broadcast(self, tensor: Tensor) -> None:
        self.connections["cpu"].broadcast(tensor, 0).wait()


ALONE: Final = Processes()
"""A process without others."""


def _packed(content: Mapping[str, Any]) -> Tensor:
    file = io.BytesIO()
    torch.save(dict(content), file)
    return torch.frombuffer(file.getbuffer(), dtype=torch.uint8)


def _unpacked(packed: Tensor) -> dict[str, Any]:
    file = io.BytesIO(packed.numpy().tobytes())
    content: dict[str, Any] = torch.load(file, map_location="cpu", weights_only=True)
    return content


def _groups(tensors: Sequence[Tensor]) -> Iterator[list[Tensor]]:
    """Tensors of one kind, as many at a time as make a bucket."""
    group: list[Tensor] = []
    size = 0
    for tensor in sorted(tensors, key=_kind):
        if group and (_kind(group[0]) != _kind(tensor) or size > _BUCKET):
            yield group
            group, size = [], 0
        group.append(tensor)
        size += tensor.numel() * tensor.element_size()
    if group:
        yield group


def _kind(tensor: Tensor) -> str:
    return f"{tensor.dtype} {tensor.device}"


def compute_of(processes: Processes, chosen: Compute) -> Compute:
    """The compute of one of several processes: on a GPU of its own where a GPU was chosen.

    Raises:
        DeviceError: if one GPU was chosen for all, or there are fewer than processes on this machine.
    """
    if not processes.several:
        return chosen
    if chosen.device.type != "cuda":
        return replace(chosen, processes=processes.size)
    if chosen.device.index is not None:
        raise DeviceError(f"device {chosen.device} is one GPU, and {processes.size} processes run; write --device cuda")
    if processes.local_rank >= torch.cuda.device_count():
        raise DeviceError(
            f"there are more processes on this machine than its GPUs ({torch.cuda.device_count()}); start as many"
        )
    device = torch.device("cuda", processes.local_rank)
    return replace(chosen, device=device, processes=processes.size)


@contextmanager
def joined() -> Iterator[Processes]:
    """The processes that the launcher started, connected; a process that was started alone is alone.

    Tensors on GPUs go by NCCL, all others by gloo.

    Raises:
        InputError: if the environment names several processes, but not where they meet.
    """
    if not launched_together():
        yield ALONE
        return
    try:
        store, rank, size = next(rendezvous("env://"))
    except ValueError as error:
        raise InputError(
            f"the environment's WORLD_SIZE says that several processes were started: {error}; start them by torchrun, "
            "or unset WORLD_SIZE"
        ) from error
    gloo = distributed.ProcessGroupGloo(PrefixStore("gloo", store), rank, size, timeout=LONGEST_WAIT)
    connections: dict[str, Any] = {"cpu": gloo}
    if torch.cuda.is_available() and distributed.is_nccl_available():
        torch.cuda.set_device(local_rank() % torch.cuda.device_count())
        options = distributed.ProcessGroupNCCL.Options()
        options._timeout = LONGEST_WAIT
        connections["cuda"] = distributed.ProcessGroupNCCL(PrefixStore("nccl", store), rank, size, options)
    yield Processes(rank, size, local_rank(), connections)
