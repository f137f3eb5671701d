"""Validation every so many iterations of a training, after which the best networks may be kept in place of the last."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from mmengine.hooks import Hook
from torch import Tensor, nn

from benchmark.images.convert import Pixels
from benchmark.images.write import write_png
from benchmark.results.validation_curve import (
    StageCurve,
    ValidationPoint,
    edits_picture,
    probe_picture,
    read_curve,
    write_stage_curve,
)
from benchmark.runtime.processor_time import processor_time
from benchmark.training.checkpoints import random_state, restore_random_state
from benchmark.training.hooks import EMAHook
from methods.base import Stage, Trainable

FEWEST: Final = 50
"""Iterations between two points where nobody says how many; a stage of fewer has none."""
POINTS: Final = 10
"""Points of a longer stage, where nobody says how many."""
SHARE: Final = 0.05
"""Of the time that is trained, the most that goes into points where nobody says how many."""
RECORD: Final = "validation"
"""In a checkpoint: the points of its stage, and of an unfinished one the best networks so far."""


@dataclass(frozen=True)
class Measurement:
    """What one validation of a model finds.

    Attributes:
        figures: by name; None where there is none.
        edits: (H, W, 3), the edits of the first tasks side by side; None where the stage makes none.
        probe: (H, W, 3), what the model shows beside edits; None where it shows nothing.
        probe_rows: what the rows of that picture are.
    """

    figures: Mapping[str, float | None]
    edits: Pixels | None = None
    probe: Pixels | None = None
    probe_rows: Sequence[str] = ()


@dataclass(frozen=True)
class Best:
    """Which networks a stage leaves: those with the best value of one figure, the first of equals."""

    figure: str
    higher: bool


def interval(stage: Stage, every: int | None) -> int | None:
    """Iterations between two points of a stage, where those were chosen or not; None where it has no point."""
    if every is None and stage.iterations < FEWEST:
        return None
    return every or max(FEWEST, stage.iterations // POINTS)


@dataclass(frozen=True)
class Validation:
    """How a training is validated.

    Attributes:
        measure: measures a model in eval mode during a stage; None where there is nothing to measure.
        about: a curve without a point: of which faces and tasks.
        every: iterations between two points; None has as many as `interval` says, as long as they stay within `SHARE`.
        best: whose networks are kept; None keeps the last.
    """

    measure: Callable[[Trainable, Stage], Measurement | None]
    about: StageCurve
    every: int | None = None
    best: Best | None = None

    def hook(self, run: Path, stage: Stage, seconds_before: float, averages: EMAHook) -> ValidationHook:
        """The hook of a stage.

        Args:
            run: folder of the training.
            stage: of the model.
            seconds_before: what earlier stages took.
            averages: of the stage's networks.
        """
        return ValidationHook(run, stage, self, averages, seconds_before)


def adopt_curve(run: Path, stage: Stage, meta: Mapping[str, Any]) -> None:
    """Put the points of a finished stage, of whose checkpoint this is the `meta`, on the run's curve."""
    if RECORD in meta:
        write_stage_curve(run, stage.name, StageCurve.model_validate(meta[RECORD]))


@dataclass
class _Kept:
    """The best networks so far."""

    iteration: int | None = None
    value: float | None = None
    state_dict: dict[str, Tensor] = field(default_factory=dict)


class ValidationHook(Hook):
    """Measures the model as it would edit, averages in place, and leaves the training as it was."""

    priority = "BELOW_NORMAL"
    """After the averages have moved, before anything is written."""

    def __init__(
        self, run: Path, stage: Stage, validation: Validation, averages: EMAHook, seconds_before: float
    ) -> None:
        """As of `Validation.hook`."""
        self.run, self.stage, self.validation, self.averages = run, stage, validation, averages
        self.seconds_before = seconds_before
        self.interval = interval(stage, validation.every)
        no_tasks = {"protocol": "", "num_tasks": 0, "given": []}
        self.about = validation.about if stage.edits else validation.about.model_copy(update=no_tasks)
        self.curve = self.about
        self.best = _Kept()

    def after_load_checkpoint(self, runner: Any, checkpoint: dict[str, Any]) -> None:
        """Take the curve up where the checkpoint was written, if it was drawn of the same tasks."""
        record = checkpoint.get(RECORD)
        if record is not None:
            curve = StageCurve.model_validate(record["curve"])
            if curve.model_copy(update={"points": [], "probe": [], "kept": None}) == self.about:
                self.curve, self.best = curve, _Kept(**record["best"])

    def before_train(self, runner: Any) -> None:
        """Leave no later point on the run's curve than the training goes on from."""
        write_stage_curve(self.run, self.stage.name, self.curve)

    def after_train_iter(self, runner: Any, batch_idx: int, data_batch: Any = None, outputs: Any = None) -> None:
        """Measure, where it is time."""
        done = batch_idx + 1
        if self.interval is None or not (done % self.interval == 0 or done == self.stage.iterations):
            return
        if self._affordable(runner.seconds):
            self._measure(runner, done)

    def before_save_checkpoint(self, runner: Any, checkpoint: dict[str, Any]) -> None:
        """Keep the points with the stage, and with an unfinished one the best networks so far."""
        curve = self.curve.model_dump()
        if not checkpoint["meta"]["finished"]:
            checkpoint[RECORD] = {"curve": curve, "best": vars(self.best)}
        elif self.curve.points:
            checkpoint["meta"][RECORD] = curve

    def after_train(self, runner: Any) -> None:
        """Put the best networks in the place of the last once the stage is complete."""
        if runner.iter == runner.max_iters and self.best.iteration is not None:
            runner.model.load_state_dict(self.best.state_dict)
            self._draw(kept=self.best.iteration)

    def _draw(self, **changes: Any) -> None:
        self.curve = self.curve.model_copy(update=changes)
        write_stage_curve(self.run, self.stage.name, self.curve)

    def _affordable(self, trained: float) -> bool:
        """Whether one point more, as long as the last one, stays within the share of the seconds that were trained."""
        if self.validation.every is not None or self.validation.best is not None:
            return True
        points = [point.seconds for curve in read_curve(self.run).stages.values() for point in curve.points]
        return sum(points) + (points[-1] if points else 0.0) <= SHARE * (self.seconds_before + trained)

    def _measure(self, runner: Any, done: int) -> None:
        started, cpu_started = time.monotonic(), processor_time()
        with _as_it_edits(runner.model, self.averages):
            found = self.validation.measure(runner.model, self.stage)
            figures = {} if found is None else _finite(found.figures)
            self._keep(runner.model, figures, done)
        if found is not None:
            self._show(runner, found, figures, done)
            seconds = round(time.monotonic() - started, 3)
            point = ValidationPoint(iteration=done, figures=figures, seconds=seconds)
            self._draw(points=[*self.curve.points, point], probe=list(found.probe_rows))
        # it is no part of what the training cost
        runner.started += time.monotonic() - started
        runner.cpu_started += processor_time() - cpu_started

    def _keep(self, model: nn.Module, figures: Mapping[str, float | None], done: int) -> None:
        best = self.validation.best
        value = None if best is None else figures.get(best.figure)
        if best is None or value is None:
            return
        if self.best.value is None or (value > self.best.value if best.higher else value < self.best.value):
            state = {name: tensor.detach().to("cpu", copy=True) for name, tensor in model.state_dict().items()}
            self.best = _Kept(done, value, state)

    def _show(self, runner: Any, found: Measurement, figures: Mapping[str, float | None], done: int) -> None:
        pictures = {"edits": (found.edits, edits_picture(self.run, self.stage.name, done))}
        pictures["probe"] = (found.probe, probe_picture(self.run, self.stage.name))
        for name, (picture, path) in pictures.items():
            if picture is not None:
                write_png(path, picture, durable=False)
                runner.visualizer.add_image(f"{RECORD}/{name}", picture, step=done)
        known = {f"{RECORD}/{name}": value for name, value in figures.items() if value is not None}
        runner.visualizer.add_scalars(known, step=done)


def _finite(figures: Mapping[str, float | None]) -> dict[str, float | None]:
    return {name: value if value is not None and math.isfinite(value) else None for name, value in figures.items()}


@contextmanager
def _as_it_edits(model: nn.Module, averages: EMAHook) -> Iterator[None]:
    """Within the block the model is in eval mode with its averages in place; afterwards all is as before, to the bit.

    Drawing numbers in the block leaves the generators as they were.
    """
    random, modes = random_state(), {module: module.training for module in model.modules()}
    model.eval()
    try:
        with averages.in_place(model):
            yield
    finally:
        for module, training in modes.items():
            module.training = training
        restore_random_state(random)
