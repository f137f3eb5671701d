"""Reports how a stage goes: its losses, its speed, what it waits for, and the memory it takes."""

from __future__ import annotations

import json
import math
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from mmengine.hooks import Hook
from torch import Tensor

from benchmark.runtime.progress import Advance
from benchmark.runtime.resident_memory import resident
from benchmark.runtime.system_failures import writing
from benchmark.training.hooks import TrainingDiverged
from benchmark.training.runner import READING
from methods.base import Stage

WINDOW: Final = 20
"""Reports whose speed is taken for that of the iterations that are left."""
UNCHANGED: Final = 50
"""Reports with the same losses, to the bit, after which that is said."""
OVERFLOWS: Final = 3
"""Reports one after another with losses that are no numbers, which end a training whose loss scale may still fall."""
LEAST_SCALE: Final = 2.0**-10
"""Loss scale below which the gradients overflow whatever it is."""
MIB: Final = 2**20


@dataclass(frozen=True)
class _Mark:
    """How far the stage was, after how many seconds, of which it had waited some for batches."""

    iteration: int
    seconds: float
    waited: float


class ProgressHook(Hook):
    """Losses and speed to the progress bar, to `progress.jsonl`, and to the visualiser's backends.

    Args:
        stage: which.
        log: the `progress.jsonl`.
        advance: moves the bar on.
        say: told once of losses that do not change any more.
        after_divergence: which checkpoint is good, and how to go on from it, in words.
        every: iterations between two reports.
    """

    priority = "LOW"

    def __init__(
        self,
        stage: Stage,
        log: Path,
        advance: Advance,
        say: Callable[[str], None],
        after_divergence: Callable[[], str],
        every: int = 10,
    ) -> None:
        self.stage, self.log, self.advance, self.say = stage, log, advance, say
        self.after_divergence = after_divergence
        self.every = every
        self.first = True
        self.marks: deque[_Mark] = deque(maxlen=WINDOW + 1)
        self.losses: Mapping[str, float] = {}
        self.unchanged = self.overflown = 0

    def before_train(self, runner: Any) -> None:
        """Measure from here on."""
        self.marks.append(_Mark(runner.iter, runner.seconds, runner.waited))

    def after_train_iter(self, runner: Any, batch_idx: int, data_batch: Any = None, outputs: Any = None) -> None:
        """Report every few iterations; stop a training whose losses are no numbers, at the first iteration already."""
        done = batch_idx + 1
        first, self.first = self.first, False
        reported = done % self.every == 0 or done == self.stage.iterations
        if not (first or reported):  # the device is waited for when losses are looked at
            return
        runner.doing, before = READING, runner.doing
        losses = _numbers(outputs)
        runner.doing = before
        if not reported and all(map(math.isfinite, losses.values())):
            return
        speed = self._speed(_Mark(done, runner.seconds, runner.waited))
        memory = _memory_mib(runner.compute.device)
        scale = runner.optim_wrapper.scale
        scaled = {} if scale is None else {"loss_scale": scale.get_scale()}
        line = {
            "stage": self.stage.name,
            "iteration": done,
            "of": self.stage.iterations,
            "seconds": round(runner.seconds, 3),
            "losses": {name: round(value, 6) if math.isfinite(value) else None for name, value in losses.items()},
            **speed,
            **memory,
            **scaled,
        }
        with writing(self.log), self.log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        self._check_divergence(losses, scaled.get("loss_scale"), done)
        self._notice_no_change(losses, done)
        figures = {f"training/{name}": value for name, value in {**speed, **memory}.items()}
        runner.visualizer.add_scalars({**losses, **figures}, step=done)
        self.advance(done, *(f"{name} {value:.3g}" for name, value in losses.items()), *_in_words(speed, memory))

    def _check_divergence(self, losses: Mapping[str, float], scale: float | None, done: int) -> None:
        """Stop where a loss is no number; in float16 where that lasts, or the scale of losses falls without end."""
        wrong = {name: value for name, value in losses.items() if not math.isfinite(value)}
        self.overflown = self.overflown + 1 if wrong else 0
        reason = None
        if wrong and (scale is None or self.overflown == OVERFLOWS):
            reason = " is ".join(map(str, next(iter(wrong.items()))))
        elif scale is not None and scale < LEAST_SCALE:
            reason = f"the loss scale fell to {scale:.1g}, since gradients overflow in float16 at every step"
        if reason is not None:
            raise TrainingDiverged(
                f"stage {self.stage.name} diverged: {reason} at iteration {done:,}; {self.after_divergence()}"
            )

    def _speed(self, now: _Mark) -> dict[str, float]:
        """Images per second and the share of time that went into waiting for them since the last report; time left."""
        last, oldest = self.marks[-1], self.marks[0]
        self.marks.append(now)
        seconds = max(now.seconds - last.seconds, 1e-9)
        per_iteration = (now.seconds - oldest.seconds) / (now.iteration - oldest.iteration)
        return {
            "images_per_second": round(self.stage.batch_size * (now.iteration - last.iteration) / seconds, 2),
            "data_wait": round(min(1.0, (now.waited - last.waited) / seconds), 4),
            "seconds_left": round((self.stage.iterations - now.iteration) * per_iteration, 3),
        }

    def _notice_no_change(self, losses: Mapping[str, float], done: int) -> None:
        self.unchanged = self.unchanged + 1 if losses == self.losses else 0
        self.losses = losses
        if self.unchanged == UNCHANGED and losses:
            self.say(
                f"stage {self.stage.name}: since iteration {done - UNCHANGED * self.every:,} no loss has changed by a "
                f"single bit: it learns nothing"
            )


def _numbers(losses: Mapping[str, Tensor | float]) -> dict[str, float]:
    """Losses as numbers, all by one transfer, so that the device is waited for once."""
    tensors = {name: value.detach().float().reshape(()) for name, value in losses.items() if isinstance(value, Tensor)}
    moved = dict(zip(tensors, torch.stack(list(tensors.values())).tolist() if tensors else [], strict=True))
    return {name: moved[name] if name in moved else float(value) for name, value in losses.items()}


def _memory_mib(device: torch.device) -> dict[str, float]:
    """What tensors took on a GPU at most so far, else what this process has resident; nothing where it is not told."""
    if device.type == "cuda":
        return {"gpu_memory_mib": round(torch.cuda.max_memory_allocated(device) / MIB, 1)}
    found = resident()
    return {} if found is None else {"memory_mib": round(found / MIB, 1)}


def _in_words(speed: Mapping[str, float], memory: Mapping[str, float]) -> tuple[str, ...]:
    return (
        f"{speed['images_per_second']:.3g} images/s",
        f"{speed['data_wait']:.0%} waiting for faces",
        *(f"{mib / 1024:.1f} GiB" for mib in memory.values()),
    )
