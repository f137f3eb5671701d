"""The parts of a plan: each a piece of work with what it takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Part:
    """A piece of work.

    Attributes:
        name: what it does.
        iterations: of a training stage; None of anything else.
        images: that go through it: faces drawn, trained on, edited or scored.
        seconds: by the clock; None where it could not be estimated.
        cpu_seconds: of this machine's processors.
        memory: bytes that the whole process has resident at most; None where unknown.
        device_memory: bytes of tensors on the GPU at most; None where unknown, or where the work is not on one.
        disk: bytes that it leaves.
        spare_disk: further bytes that it needs while it goes on.
        notes: what an estimate rests on, or why there is none.
    """

    name: str
    iterations: int | None = None
    images: int = 0
    seconds: float | None = None
    cpu_seconds: float | None = None
    memory: int | None = None
    device_memory: int | None = None
    disk: int = 0
    spare_disk: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """Parts that are done one after another, some of them several times.

    Attributes:
        name: of a method, or of what all methods share.
        times: how often they are done: once for each training seed.
        parts: in their order.
    """

    name: str
    times: int
    parts: Sequence[Part]

    @property
    def once(self) -> Part:
        """All of it done once: sums, the most memory, and the most spare disk."""
        return _together(self.name, self.parts, 1)

    @property
    def whole(self) -> Part:
        """All of it as often as it is done, one time after another."""
        return _together(self.name, self.parts, self.times)

    def as_json(self) -> dict[str, Any]:
        """Under the names of the attributes."""
        return {
            "name": self.name,
            "times": self.times,
            "parts": [vars(part) for part in self.parts],
            "once": vars(self.once),
            "whole": vars(self.whole),
        }


def total(groups: Iterable[Group]) -> Part:
    """All groups, one after another."""
    return _together("total", [group.whole for group in groups], 1)


def _together(name: str, parts: Sequence[Part], times: int) -> Part:
    iterations = [part.iterations for part in parts if part.iterations is not None]
    return Part(
        name,
        times * sum(iterations) if iterations else None,
        times * sum(part.images for part in parts),
        _times(times, [part.seconds for part in parts]),
        _times(times, [part.cpu_seconds for part in parts]),
        _most([part.memory for part in parts]),
        _most([part.device_memory for part in parts]),
        times * sum(part.disk for part in parts),
        max((part.spare_disk for part in parts), default=0),
        tuple(dict.fromkeys(f"{part.name}: {note}" for part in parts for note in part.notes)),
    )


def _times(times: int, seconds: Sequence[float | None]) -> float | None:
    """The sum of all, None if one is unknown."""
    known = [each for each in seconds if each is not None]
    return times * sum(known) if len(known) == len(seconds) else None


def _most(figures: Sequence[int | None]) -> int | None:
    return max((each for each in figures if each is not None), default=None)
