"""Writes the state of a stage: what it goes on from, what is kept, and what it leaves; never one that diverged."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from mmengine.hooks import Hook
from torch import nn

from benchmark.results.run_folder import checkpoint_path, kept_path, unfinished_path
from benchmark.training.checkpoints import bytes_in_file
from benchmark.training.hooks import TrainingDiverged
from benchmark.training.kept_checkpoints import Keeping, Resumed, forget_oldest, gigabytes_at_most
from methods.base import Stage


class CheckpointHook(Hook):
    """Writes the stage's state at an interval in seconds, and when training ends or a stop is requested.

    Args:
        run: folder of the training.
        stage: which.
        every_seconds: between two states to go on from.
        keeping: which of its states are kept too; None keeps none.
        resumed: what it goes on from; None where it begins.
        say: told once how much disk the kept ones take.
        takes_start: whether the training may begin from a checkpoint by the setting `start`.
    """

    priority = "VERY_LOW"

    def __init__(
        self,
        run: Path,
        stage: Stage,
        every_seconds: float,
        keeping: Keeping | None,
        resumed: Resumed | None,
        say: Callable[[str], None],
        *,
        takes_start: bool,
    ) -> None:
        self.run, self.stage, self.say, self.takes_start = run, stage, say, takes_start
        self.unfinished, self.finished = unfinished_path(run, stage.name), checkpoint_path(run, stage.name)
        self.every_seconds = every_seconds
        self.keeping = None if keeping is None or not keeping.number(stage.iterations) else keeping
        self.last_good = None if resumed is None else (resumed.path, resumed.iteration)
        self.last = time.monotonic()
        self.said = False

    def last_good_in_words(self) -> str:
        """Which checkpoint the stage would go on from."""
        if self.last_good is None:
            return "no checkpoint of the stage is written yet"
        path, iteration = self.last_good
        return f"the last good checkpoint is {path}, of iteration {iteration:,}"

    def after_divergence(self) -> str:
        """Which checkpoint is good, and how to go on from it."""
        anew = "begin anew with another option, such as a lower rate"
        if self.last_good is None:
            return f"{self.last_good_in_words()}; {anew}"
        same = (
            f"{self.last_good_in_words()}. The same command goes on from it, and ends alike unless the machine failed"
        )
        if not self.takes_start:
            return f"{same}; else {anew}"
        return (
            f"{same}; to go on with another option, such as a lower rate, add --set start.{self.stage.name}="
            f"{self.last_good[0]} and another folder by --runs"
        )

    def after_train_iter(self, runner: Any, batch_idx: int, data_batch: Any = None, outputs: Any = None) -> None:
        """Save if the interval has passed, or if this iteration is one of those that are kept."""
        done = batch_idx + 1
        if self.keeping is not None:
            if not self.said:  # the optimisers have their state from the first step on
                self.said = True
                self.say(_room_in_words(runner, self.stage, self.keeping, self.unfinished.parent))
            if done % self.keeping.every == 0 and done < self.stage.iterations:
                self._save(runner, kept_path(self.run, self.stage.name, done), kept=True)
                forget_oldest(self.run, self.stage.name, self.keeping.last)
        if time.monotonic() - self.last >= self.every_seconds:
            self._save(runner, self.unfinished)

    def after_train(self, runner: Any) -> None:
        """Save the finished networks, or everything to go on from."""
        if runner.iter == runner.max_iters:
            self._save(runner, self.finished, finished=True)
            self.unfinished.unlink(missing_ok=True)
        else:
            self._save(runner, self.unfinished)

    def _save(self, runner: Any, path: Path, **kind: bool) -> None:
        """Write a checkpoint, unless the model's weights are no numbers any more: what was written before is better.

        Raises:
            TrainingDiverged: if so.
            DiskFullError: if there is no room; what was written before is whole.
        """
        name = first_not_finite(runner.model)
        if name is not None:
            raise TrainingDiverged(
                f"stage {self.stage.name} diverged: {name} has values that are no finite numbers at iteration "
                f"{runner.iter:,}; {self.after_divergence()}"
            )
        runner.save_checkpoint(str(path.parent), path.name, **kind)
        self.last, self.last_good = time.monotonic(), (path, runner.iter)


def first_not_finite(model: nn.Module) -> str | None:
    """The first parameter of a model with a value that is not finite, or buffer with one that is no number.

    The device is waited for once, and gives as many numbers as there are tensors. A buffer may well have infinities, as
    masks do.
    """
    good = {name: each.isfinite().all() for name, each in model.named_parameters()}
    good |= {name: each.isnan().any().logical_not() for name, each in model.named_buffers()}
    if not good:
        return None
    answers = torch.stack(list(good.values())).tolist()
    return next((name for name, answer in zip(good, answers, strict=True) if not answer), None)


def _room_in_words(runner: Any, stage: Stage, keeping: Keeping, folder: Path) -> str:
    each = bytes_in_file(runner.state_of_training())
    if keeping.with_best:
        each += bytes_in_file(runner.model.state_dict())
    most = gigabytes_at_most(keeping.most(stage.iterations) * each)
    free = shutil.disk_usage(folder).free / 1e9
    return (
        f"stage {stage.name} keeps a checkpoint every {keeping.every:,} iterations, the last {keeping.last} of them: "
        f"at most {most} in {folder}, where {free:,.1f} GB are free"
    )
