"""Training hooks: moving averages of networks, periodic checkpoints, and progress with losses."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from mmengine.hooks import Hook
from mmengine.model import MomentumAnnealingEMA
from torch import Tensor, nn

from benchmark.runtime.progress import Advance
from benchmark.runtime.system_failures import writing
from methods.base import Stage

EMA_WARM_UP = 10
"""The average forgets its first steps at rate 10 / (10 + step), so that short trainings are not held back by it."""


class TrainingDiverged(RuntimeError):
    """A loss that is no longer a finite number."""


class MovingAverage(MomentumAnnealingEMA):
    """mmengine's average, moved by a few calls for all parameters instead of one for each: SEAN has 838."""

    def update_parameters(self, model: nn.Module) -> None:
        """Move the average towards the parameters of `model`, and copy its buffers."""
        momentum = max(self.momentum, self.gamma / (self.gamma + int(self.steps)))  # 1 at first, which copies
        with torch.no_grad():
            torch._foreach_lerp_(list(self.module.parameters()), list(model.parameters()), momentum)
            buffers = list(self.module.buffers())
            if buffers:
                torch._foreach_copy_(buffers, list(model.buffers()))
        self.steps += 1


def moving_averages(model: nn.Module, stage: Stage) -> dict[str, MovingAverage]:
    """The averages of a stage by the names of their modules, started from the modules as they are."""
    return {
        name: MovingAverage(model.get_submodule(name), momentum=1 - stage.ema_decay, gamma=EMA_WARM_UP)
        for name in (stage.ema if stage.ema_decay else ())
    }


class EMAHook(Hook):
    """Exponential moving averages of the modules that a stage names; they take the modules' place at its end."""

    priority = "NORMAL"

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.averages: dict[str, MovingAverage] = {}

    def before_run(self, runner: Any) -> None:
        """Start the averages from the modules as they are."""
        self.averages = moving_averages(runner.model, self.stage)

    def after_train_iter(self, runner: Any, batch_idx: int, data_batch: Any = None, outputs: Any = None) -> None:
        """Follow the modules."""
        for name, average in self.averages.items():
            average.update_parameters(runner.model.get_submodule(name))

    @contextmanager
    def in_place(self, model: nn.Module) -> Iterator[None]:
        """Within the block the averages are in their modules' place in the model."""
        modules = {name: model.get_submodule(name) for name in self.averages}
        trained = {
            name: {key: tensor.clone() for key, tensor in module.state_dict().items()}
            for name, module in modules.items()
        }
        for name, module in modules.items():
            module.load_state_dict(self.averages[name].module.state_dict())
        try:
            yield
        finally:
            for name, module in modules.items():
                module.load_state_dict(trained[name])

    def before_save_checkpoint(self, runner: Any, checkpoint: dict[str, Any]) -> None:
        """Keep the averages with an unfinished stage."""
        if not checkpoint["meta"]["finished"]:
            checkpoint["ema"] = {name: average.state_dict() for name, average in self.averages.items()}

    def after_load_checkpoint(self, runner: Any, checkpoint: dict[str, Any]) -> None:
        """Take the averages up where they were."""
        for name, state in checkpoint["ema"].items():
            self.averages[name].load_state_dict(state)

    def after_train(self, runner: Any) -> None:
        """Put the averages in the modules' place once the stage is complete."""
        if runner.iter == runner.max_iters:
            for name, average in self.averages.items():
                runner.model.get_submodule(name).load_state_dict(average.module.state_dict())


class CheckpointHook(Hook):
    """Writes the stage's state at an interval in seconds, and when training ends or a stop is requested."""

    priority = "VERY_LOW"

    def __init__(self, unfinished: Path, finished: Path, every_seconds: float) -> None:
        self.unfinished = unfinished
        self.finished = finished
        self.every_seconds = every_seconds
        self.last = time.monotonic()

    def after_train_iter(self, runner: Any, batch_idx: int, data_batch: Any = None, outputs: Any = None) -> None:
        """Save if the interval has passed."""
        if time.monotonic() - self.last >= self.every_seconds:
            runner.save_checkpoint(str(self.unfinished.parent), self.unfinished.name)
            self.last = time.monotonic()

    def after_train(self, runner: Any) -> None:
        """Save the finished networks, or everything to go on from."""
        if runner.iter == runner.max_iters:
            runner.save_checkpoint(str(self.finished.parent), self.finished.name, finished=True)
            self.unfinished.unlink(missing_ok=True)
        else:
            runner.save_checkpoint(str(self.unfinished.parent), self.unfinished.name)


class ProgressHook(Hook):
    """Losses to the progress bar, to `progress.jsonl`, and to the visualiser's backends."""

    priority = "LOW"

    def __init__(self, stage: Stage, log: Path, advance: Advance, every: int = 10) -> None:
        self.stage = stage
        self.log = log
        self.advance = advance
        self.every = every
        self.first = True

    def after_train_iter(self, runner: Any, batch_idx: int, data_batch: Any = None, outputs: Any = None) -> None:
        """Report every few iterations; stop a training whose losses are no numbers, at the first iteration already."""
        done = batch_idx + 1
        first, self.first = self.first, False
        reported = done % self.every == 0 or done == self.stage.iterations
        if not (first or reported):  # the device is waited for when losses are looked at
            return
        losses = _numbers(outputs)
        if not reported and all(map(math.isfinite, losses.values())):
            return
        line = {
            "stage": self.stage.name,
            "iteration": done,
            "of": self.stage.iterations,
            "seconds": round(runner.seconds, 3),
            "losses": {name: round(value, 6) if math.isfinite(value) else None for name, value in losses.items()},
        }
        with writing(self.log), self.log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        for name, value in losses.items():
            if not math.isfinite(value):
                raise TrainingDiverged(f"stage {self.stage.name} diverged: {name} is {value} at iteration {done}")
        runner.visualizer.add_scalars(losses, step=done)
        self.advance(done, *(f"{name} {value:.3g}" for name, value in losses.items()))


def _numbers(losses: Mapping[str, Tensor | float]) -> dict[str, float]:
    """Losses as numbers, all by one transfer, so that the device is waited for once."""
    tensors = {name: value.detach().float().reshape(()) for name, value in losses.items() if isinstance(value, Tensor)}
    moved = dict(zip(tensors, torch.stack(list(tensors.values())).tolist() if tensors else [], strict=True))
    return {name: moved[name] if name in moved else float(value) for name, value in losses.items()}
