"""Says when a training stands still, as where a device or a process that loads faces hangs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final, Self

from mmengine.hooks import Hook

from benchmark.runtime.progress_line import clock
from benchmark.training.runner import LOADING
from methods.base import Stage

PATIENCE: Final = 300.0
"""Seconds without a finished step after which that is said."""
TIMES_THE_LONGEST: Final = 10
"""Of steps that are slow by themselves: so many times the longest one so far."""


class StallWatch(Hook):
    """One thread for a stage, which wakes up now and then to look whether a step has ended; to be entered.

    Args:
        stage: which.
        say: told once of each standstill.
        last_good: which checkpoint the stage would go on from, in words.
        patience: seconds to wait at least.
    """

    priority = "LOWEST"

    def __init__(
        self, stage: Stage, say: Callable[[str], None], last_good: Callable[[], str], patience: float | None = None
    ) -> None:
        self.stage, self.say, self.last_good = stage, say, last_good
        self.patience = PATIENCE if patience is None else patience
        self.ended = threading.Event()
        self.thread: threading.Thread | None = None
        self.begun = self.done = 0
        self.moved = time.monotonic()
        self.longest = 0.0

    def __enter__(self) -> Self:
        """Nothing runs before the training does."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the thread."""
        self.ended.set()
        if self.thread is not None:
            self.thread.join()

    def before_train(self, runner: Any) -> None:
        """Begin to watch."""
        self.begun = self.done = runner.iter
        self.moved = time.monotonic()
        self.thread = threading.Thread(target=self._watch, args=(runner,), name="stall watch", daemon=True)
        self.thread.start()

    def after_train_iter(self, runner: Any, batch_idx: int, data_batch: Any = None, outputs: Any = None) -> None:
        """Note that a step has ended, with all that followed it."""
        now = time.monotonic()
        if self.done > self.begun:  # the first one waits for compilers and processes that are slow once
            self.longest = max(self.longest, now - self.moved)
        self.done, self.moved = batch_idx + 1, now

    def _watch(self, runner: Any) -> None:
        said = None
        while not self.ended.wait(self.patience / 10):
            moved = self.moved
            idle = time.monotonic() - moved
            if moved != said and idle > max(self.patience, TIMES_THE_LONGEST * self.longest):
                said = moved
                loading = "; with --set compute.num_workers=0 no other process loads faces"
                self.say(
                    f"stage {self.stage.name} stands still: no step has ended for {clock(idle)} after iteration "
                    f"{self.done:,} of {self.stage.iterations:,}, {runner.doing}; {self.last_good()}. If it does not "
                    "go on by itself, end it (Ctrl-C twice, or kill it), and the same command goes on from there"
                    f"{loading if runner.doing == LOADING else ''}"
                )
