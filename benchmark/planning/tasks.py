"""Tasks that are edited or scored, added up over protocols."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.planning.plan_parts import Part
from benchmark.planning.trial_evaluation import Tried


class Tasks:
    """Tasks so far.

    Attributes:
        number: of them.
    """

    def __init__(self) -> None:
        self.number = 0
        self._wall = self._cpu = 0.0
        self._peaks: list[int] = []

    def add(self, number: int, tried: Tried) -> None:
        """Add so many tasks, each of which takes what one did that was tried."""
        self.number += number
        self._wall += number * tried.wall
        self._cpu += number * tried.cpu
        if tried.peak_bytes is not None:
            self._peaks.append(tried.peak_bytes)

    def part(self, name: str, *, on_gpu: bool, disk: int = 0, notes: Sequence[str] = ()) -> Part:
        """All of them as a part of a plan.

        Args:
            name: of the part.
            on_gpu: whether their peak of memory is one of the GPU.
            disk: bytes that they leave.
            notes: of the part.
        """
        peak = max(self._peaks, default=None)
        return Part(
            name,
            images=self.number,
            seconds=self._wall,
            cpu_seconds=self._cpu,
            memory=None if on_gpu else peak,
            device_memory=peak if on_gpu else None,
            disk=disk,
            notes=tuple(notes),
        )
