"""Checkpoints that are kept during a stage: every so many iterations, the last few of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmark.results.run_folder import kept_paths, unfinished_path
from benchmark.training.checkpoints import read_or_discard
from benchmark.training.finished_stages import EARLIER


@dataclass(frozen=True)
class Keeping:
    """Which checkpoints of a stage are kept beside the one that it goes on from.

    Attributes:
        every: iterations between two.
        last: how many are kept.
        with_best: whether each has the best networks so far beside the last.
    """

    every: int
    last: int
    with_best: bool = False

    def number(self, iterations: int) -> int:
        """How many a stage of so many iterations leaves; its end leaves none, since the finished stage is there."""
        return min(self.last, self._written(iterations))

    def most(self, iterations: int) -> int:
        """How many there are at once, the one that is being written included before it takes the oldest one's place."""
        return min(self.last + 1, self._written(iterations))

    def _written(self, iterations: int) -> int:
        return max(0, iterations - 1) // self.every


@dataclass(frozen=True)
class Resumed:
    """The checkpoint that a stage goes on from.

    Attributes:
        path: of its file.
        content: of the file.
    """

    path: Path
    content: dict[str, Any]

    @property
    def iteration(self) -> int:
        """How many iterations are done in it."""
        return int(self.content["meta"]["iter"])


def find_resumed(run: Path, stage: str, earlier: Mapping[str, str], say: Callable[[str], None]) -> Resumed | None:
    """The furthest state that a stage can go on from: that of its last minute, or one that was kept.

    One of another training of the stages before is removed: its networks went on from others than are there now.

    Args:
        run: folder of the training.
        stage: its name.
        earlier: SHA-256 of what each stage before it left.
        say: told of files that are damaged or removed.

    Returns:
        None where the stage has to begin.

    Raises:
        TrainingCheckpointError: if a file is whole and of something else.
    """
    found = _state_in(unfinished_path(run, stage), earlier, say)
    for iteration, path in reversed(kept_paths(run, stage).items()):
        if found is not None and iteration <= found.iteration:
            break
        further = _state_in(path, earlier, say)
        if further is not None:
            say(f"stage {stage} goes on from {path}")
            return further
    return found


def _state_in(path: Path, earlier: Mapping[str, str], say: Callable[[str], None]) -> Resumed | None:
    content = read_or_discard(path, say)
    if content is None:
        return None
    if content["meta"].get(EARLIER, earlier) != earlier:
        say(f"{path} is of another training of the stages before, and is removed")
        path.unlink()
        return None
    return Resumed(path, content)


def forget_oldest(run: Path, stage: str, last: int) -> None:
    """Remove all but the last few checkpoints that are kept of a stage."""
    for path in list(kept_paths(run, stage).values())[:-last]:
        path.unlink()


def gigabytes_at_most(count: int) -> str:
    """A number of bytes in gigabytes, rounded up to a tenth."""
    return f"{math.ceil(count / 1e8) / 10:,.1f} GB"
