"""A model that trains in a second, and a program that trains it, to be interrupted and killed."""

import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from mmengine.optim import OptimWrapper, OptimWrapperDict
from torch import Tensor, nn

from benchmark.datasets.rendered_faces.dataset import RenderedFaces
from benchmark.runtime.device import Compute, seed_everything
from benchmark.runtime.progress import Reporter
from benchmark.training import train as training
from benchmark.training.validation import Validation
from methods.base import FaceBatch, Stage, Trainable

CPU = Compute(torch.device("cpu"), "fp32", channels_last=False)
ITERATIONS = 12


class Toy(Trainable):
    """Two convolutions that give a noisy face back, in two stages; the second averages them.

    Args:
        step_seconds: waits so long every step.
        stop_at: sends this process a Ctrl-C in the step of this number, `times` times.
        diverge_at: gives a loss that is no number from the step of this number on.
        poison_at: leaves weights that are no numbers in the step of this number, whose loss is one.
        rate: of learning.
        ema_decay: of the second stage's average.
        mark: a file that appears in the third step of the second stage.
    """

    def __init__(
        self,
        step_seconds: float = 0.0,
        stop_at: int | None = None,
        times: int = 1,
        diverge_at: int | None = None,
        poison_at: int | None = None,
        rate: float = 1e-2,
        ema_decay: float = 0.5,
        mark: Path | None = None,
    ) -> None:
        super().__init__()
        self.network = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 3, 3, padding=1))
        self.step_seconds, self.stop_at, self.times, self.diverge_at = step_seconds, stop_at, times, diverge_at
        self.poison_at, self.rate, self.ema_decay, self.mark = poison_at, rate, ema_decay, mark
        self.steps = 0
        self.rates: list[float] = []
        self.history: list[list[Tensor]] = []

    def forward(self, image: Tensor) -> Tensor:
        return self.network(image)

    def stages(self) -> Sequence[Stage]:
        decay = {"type": "LinearLR", "start_factor": 1.0, "end_factor": 0.1, "end": ITERATIONS}
        return [
            Stage("first", ITERATIONS, 8),
            Stage("skipped", 0, 8),
            Stage("second", ITERATIONS, 8, ema=("network",), ema_decay=self.ema_decay, schedulers={"network": [decay]}),
        ]

    def optimizers(self, stage: Stage) -> OptimWrapperDict:
        self.rates, self.history = [], [self._weights()]
        return OptimWrapperDict(network=OptimWrapper(torch.optim.Adam(self.network.parameters(), self.rate)))

    def train_step(self, faces: FaceBatch, optim: OptimWrapperDict) -> dict[str, Tensor]:
        self.steps += 1
        if self.mark is not None and self.steps == ITERATIONS + 3:
            self.mark.touch()
        time.sleep(self.step_seconds)
        if self.steps == self.stop_at:
            for _ in range(self.times):
                os.kill(os.getpid(), signal.SIGINT)
        self.rates.append(optim["network"].get_lr()["lr"][0])
        noisy = faces.image + 0.1 * torch.randn_like(faces.image)
        loss = (self(noisy) - faces.image).abs().mean()
        if self.diverge_at is not None and self.steps >= self.diverge_at:
            loss = loss * float("nan")
        optim["network"].update_params(loss)
        if self.steps == self.poison_at:
            with torch.no_grad():
                self.network[2].weight[0, 0] = float("nan")
        self.history.append(self._weights())
        return {"l1": loss.detach()}

    def _weights(self) -> list[Tensor]:
        return [each.detach().clone() for each in self.network.parameters()]


def sixteen_faces(cache: Path) -> RenderedFaces:
    """Sixteen faces to learn from, at 32²."""
    return RenderedFaces(None, 32, cache, train=16, val=1, test=1)


def train_toy(
    toy: Toy,
    folder: Path,
    cache: Path,
    *,
    seed: int = 0,
    tensorboard: bool = False,
    reporter: Reporter | None = None,
    validation: Validation | None = None,
    compute: Compute = CPU,
    **further: Any,
) -> training.TrainingTime:
    """Train on one thread, so that every process comes to the same bits; `further` is of `training.train`."""
    seed_everything(seed)
    with torch.no_grad():
        for parameter in toy.parameters():
            parameter.uniform_(-0.2, 0.2)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return training.train(
            toy,
            sixteen_faces(cache),
            folder,
            seed=seed,
            compute=compute,
            reporter=reporter or Reporter(quiet=True),
            title="toy",
            tensorboard=tensorboard,
            validation=validation,
            **further,
        )
    finally:
        torch.set_num_threads(threads)


if __name__ == "__main__":
    training.CHECKPOINT_EVERY_SECONDS = float(sys.argv[3])
    train_toy(Toy(step_seconds=0.05, mark=Path(sys.argv[1]) / "mark"), Path(sys.argv[1]), Path(sys.argv[2]))
