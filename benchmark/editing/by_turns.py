"""Batches of edits made by several processes at once: each edits its own, and the first one has them all, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import torch

from benchmark.images.convert import Pixels
from benchmark.runtime.processes import Processes

BATCHES: Final = "batches"
"""In what the first process tells: the numbers of the batches of this turn, by rank; none after the last turn."""


class EditedBatch(NamedTuple):
    """A batch of edits, or why there is none.

    Attributes:
        images: (N, H, W, 3) uint8 RGB; None where the method cannot edit these tasks.
        seconds: that the method took.
        reason: why it cannot; "" where it can.
    """

    images: Pixels | None
    seconds: float
    reason: str


def edited_by_turns(
    numbers: Sequence[int], unwanted: Callable[[int], bool], edit: Callable[[int], EditedBatch], processes: Processes
) -> Iterator[tuple[int, EditedBatch]]:
    """The edits of batches in their order, as many at once as there are processes; for rank 0.

    Args:
        numbers: of the batches.
        unwanted: whether one is to be left out, asked when its turn comes.
        edit: edits one.
        processes: the others are in `follow_turns`.
    """
    waiting = iter(numbers)
    while True:
        turn: list[int] = []
        for number in waiting:
            if not unwanted(number):
                turn.append(number)
            if len(turn) == processes.size:
                break
        processes.tell({BATCHES: turn})
        if not turn:
            return
        edited = processes.collect(_packed(edit(turn[0])))
        for number, batch in zip(turn, edited, strict=False):  # at last there may be fewer batches than processes
            yield number, _unpacked(batch)


def follow_turns(edit: Callable[[int], EditedBatch], processes: Processes) -> None:
    """Edit this process's batch of every turn, for another rank than 0."""
    while turn := processes.hear()[BATCHES]:
        own = turn[processes.rank] if processes.rank < len(turn) else None
        processes.collect({} if own is None else _packed(edit(own)))


def _packed(batch: EditedBatch) -> dict[str, Any]:
    images = None if batch.images is None else torch.from_numpy(batch.images)
    return {**batch._asdict(), "images": images}


def _unpacked(content: dict[str, Any]) -> EditedBatch:
    images = content["images"]
    return EditedBatch(**{**content, "images": None if images is None else images.numpy()})
