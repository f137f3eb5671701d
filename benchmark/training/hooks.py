"""The training hook of networks' moving averages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from mmengine.hooks import Hook
from mmengine.model import MomentumAnnealingEMA
from torch import nn

from methods.base import Stage

EMA_WARM_UP = 10
"""The average forgets its first steps at rate 10 / (10 + step), so that short trainings are not held back by it."""


class TrainingDiverged(RuntimeError):
    """A loss or a weight that is no longer a finite number."""


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
