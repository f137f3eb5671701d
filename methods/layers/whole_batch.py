"""The batch of an iteration of which several processes have a share each: draws, sums and faces of all of it.

A step that draws and mixes by these functions comes to the same however many processes share its batch: what it draws
follows from the whole batch, of which each process keeps the rows of its own faces. Alone, a process has all of it, and
each function that draws or sums is the plain one of torch.

Where gradients are accumulated, a step is taken on one part of the batch after another, and the whole batch is here
that of the part. What counts iterations goes on at the last part alone (`is_last_part`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol

import torch
from torch import Tensor


class Sharers(Protocol):
    """The processes that share batches equally: one has every `size`-th face of each, from the one at `rank` on."""

    @property
    def rank(self) -> int:
        """Of this process."""

    @property
    def size(self) -> int:
        """How many there are."""

    def add_up(self, tensor: Tensor) -> None:
        """Put the sum over all processes in a tensor's place."""

    def gather(self, tensor: Tensor) -> list[Tensor]:
        """Every process's tensor, by rank, all of one shape."""


_SHARERS: ContextVar[Sharers | None] = ContextVar("sharers", default=None)
_PART: ContextVar[tuple[int, int]] = ContextVar("part", default=(0, 1))


@contextmanager
def sharing(sharers: Sharers) -> Iterator[None]:
    """Within the block, what a step is given is this process's share of its batch; all go through the same step."""
    before = _SHARERS.set(sharers if sharers.size > 1 else None)
    try:
        yield
    finally:
        _SHARERS.reset(before)


@contextmanager
def on_part(number: int, count: int) -> Iterator[None]:
    """Within the block, a step is given the part of this number, from 0, of the `count` parts of its batch."""
    before = _PART.set((number, count))
    try:
        yield
    finally:
        _PART.reset(before)


def part() -> int:
    """The number, from 0, of the part of the batch that a step is given."""
    return _PART.get()[0]


def is_last_part() -> bool:
    """Whether no other part of the batch follows, so that optimisers step and an iteration is over."""
    number, count = _PART.get()
    return number == count - 1


def is_shared() -> bool:
    """Whether other processes have faces of the batch."""
    return current_sharers() is not None


def current_sharers() -> Sharers | None:
    """The processes that share the batch, for layers that add up themselves; None where one process has all of it."""
    return _SHARERS.get()


def whole(count: int) -> int:
    """Faces of the whole batch, of which a process has `count`."""
    sharers = _SHARERS.get()
    return count if sharers is None else count * sharers.size


def own(rows: Tensor) -> Tensor:
    """Of one row for each face of the whole batch, (N, ...), those of the process's own faces."""
    sharers = _SHARERS.get()
    return rows if sharers is None else rows[sharers.rank :: sharers.size]


def gathered(rows: Tensor) -> Tensor:
    """One row for each face of the whole batch from each process's own, without gradients; in the batch's order."""
    sharers = _SHARERS.get()
    return rows if sharers is None else torch.stack(sharers.gather(rows.detach()), 1).flatten(0, 1)


def summed(tensor: Tensor) -> Tensor:
    """The sum of a tensor over all processes; gradients reach each one's own."""
    sharers = _SHARERS.get()
    summed_up: Tensor = tensor if sharers is None else _Sum.apply(tensor, sharers)
    return summed_up


class _Sum(torch.autograd.Function):
    """The sum over processes, whose gradient is the sum of the gradients of all of them."""

    @staticmethod
    def forward(ctx: Any, tensor: Tensor, sharers: Sharers) -> Tensor:
        ctx.sharers = sharers
        summed_up = tensor.clone(memory_format=torch.contiguous_format)
        sharers.add_up(summed_up)
        return summed_up

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return _Sum.apply(gradients[0], ctx.sharers), None


def total(values: Tensor) -> Tensor:
    """The sum of values that a loss counts for every face, where others are means over faces.

    Gradients and losses are averaged over processes and parts, so that each counts its own faces for all.
    """
    sharers, (_, parts) = _SHARERS.get(), _PART.get()
    times = parts if sharers is None else parts * sharers.size
    return values.sum() if times == 1 else values.sum() * times


def randn(count: int, *shape: int, device: torch.device, dtype: torch.dtype = torch.float32) -> Tensor:
    """Draws from N(0, 1) for `count` own faces: (count, *shape)."""
    return own(torch.randn(whole(count), *shape, device=device, dtype=dtype))


def randn_like(tensor: Tensor) -> Tensor:
    """Draws from N(0, 1) for each element of (N, ...) of own faces."""
    if not is_shared():
        return torch.randn_like(tensor)
    return randn(len(tensor), *tensor.shape[1:], device=tensor.device, dtype=tensor.dtype)


def rand(count: int, *shape: int, device: torch.device) -> Tensor:
    """Uniform draws from [0, 1) for `count` own faces: (count, *shape)."""
    return own(torch.rand(whole(count), *shape, device=device))
