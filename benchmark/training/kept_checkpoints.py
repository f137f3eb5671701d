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

    Kept ones that lie beyond it are of another training, such as after other earlier stages, and are removed.

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
    path = unfinished_path(run, stage)
    content = read_or_discard(path, say)
    found = None if content is None else Resumed(path, content)
    beyond = []
    for iteration, kept in reversed(kept_paths(run, stage).items()):
        if found is not None and iteration <= found.iteration:
            break
        content = read_or_discard(kept, say)
        if content is not None and content["meta"].get(EARLIER) == earlier:
            found = Resumed(kept, content)
            say(f"stage {stage} goes on from {kept}")
            break
        beyond.append(kept)
    for kept in beyond:
        if kept.exists():
            say(f"{kept} is of another training of the stages before, and is removed")
            kept.unlink()
    return found


def forget_oldest(run: Path, stage: str, last: int) -> None:
    """Remove all but the last few checkpoints that are kept of a stage."""
    for path in list(kept_paths(run, stage).values())[:-last]:
        path.unlink()


def gigabytes_at_most(count: int) -> str:
    """A number of bytes in gigabytes, rounded up to a tenth."""
    return f"{math.ceil(count / 1e8) / 10:,.1f} GB"
