"""The contract of a judge: a network that scores edits and says how well it does so itself."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.optim import OptimWrapper, OptimWrapperDict
from numpy.typing import NDArray
from torch import Tensor

from benchmark.caching.code_version import code_version
from benchmark.datasets.base import FaceDataset
from benchmark.judges.augmentation import LightAugmentation
from methods.base import FaceBatch, Stage, Trainable
from methods.checkpoint import CheckpointError, load_strictly, read_state_dict

EVALUATION_BATCH = 64


class Judge(Trainable):
    """A network trained in one stage on the train split alone; with Adam and a one-cycle learning rate, if not said.

    Args:
        size: side of the square images in pixels.
        iterations: optimiser iterations.
        batch_size: faces an iteration.
        lr: the learning rate's peak.
        others: the judge's other options; part of the recipe.
    """

    def __init__(self, *, size: int, iterations: int, batch_size: int, lr: float, **others: int | float) -> None:
        super().__init__()
        if iterations < 1 or batch_size < 1:
            raise ValueError(f"iterations and batch_size must be 1 or more, not {iterations} and {batch_size}")
        self.size = size
        self.recipe: Mapping[str, int | float] = {
            **others,
            "iterations": iterations,
            "batch_size": batch_size,
            "lr": lr,
        }
        self.augment = LightAugmentation(size)

    @abstractmethod
    def loss(self, faces: FaceBatch) -> Tensor:
        """The scalar loss of N augmented faces."""

    @abstractmethod
    def evaluate(self, dataset: FaceDataset, rows: NDArray[np.int64]) -> dict[str, float]:
        """The judge's own scores, by name, on the faces at `rows`, which must not be of the train split."""

    def add_attributes(self, names: Sequence[str]) -> None:
        """Make room for the attributes that a dataset adds to CelebA's, before any weights are loaded or trained.

        A judge that has none leaves out what it cannot read: its scores of these are then unknown.

        Args:
            names: of the attributes, in the order of their columns.
        """

    def answer(self, image: Tensor) -> Tensor:
        """What a judge of a role beside "parser" and "attributes" sees in images, for the metrics that need its role.

        Args:
            image: (N, 3, H, W) in [-1, 1]; called in inference mode, the judge in eval mode.

        Returns:
            (N, ...), whatever its role's metrics expect.
        """
        raise NotImplementedError(f"{type(self).__name__} has no answer, which judges of its role give")

    def load_published(self, path: Path) -> None:
        """Take the weights of the published file that the judge's card names; nothing in it is executed.

        Raises:
            CheckpointError: if it does not fit.
        """
        try:
            load_strictly(self, read_state_dict(path))
        except CheckpointError as error:
            raise CheckpointError(f"{path}: {error}") from error

    def stages(self) -> Sequence[Stage]:
        """One stage, under the judge's schedule."""
        iterations, batch_size = int(self.recipe["iterations"]), int(self.recipe["batch_size"])
        return [Stage("judge", iterations, batch_size, schedulers={"judge": self.schedule()})]

    def schedule(self) -> Sequence[Mapping[str, Any]]:
        """Parameter schedulers of mmengine: the learning rate rises to its peak over 30%, then falls along a cosine."""
        return [{"type": "OneCycleLR", "eta_max": self.recipe["lr"], "total_steps": int(self.recipe["iterations"])}]

    def optimizers(self, stage: Stage) -> OptimWrapperDict:
        """The judge's optimiser."""
        return OptimWrapperDict(judge=OptimWrapper(self.optimizer()))

    def optimizer(self) -> torch.optim.Optimizer:
        """Adam over the whole network."""
        return torch.optim.Adam(self.parameters(), lr=self.recipe["lr"])

    def train_step(self, faces: FaceBatch, optim: OptimWrapperDict) -> dict[str, Tensor]:
        """One step on augmented faces."""
        loss = self.loss(self.augment(faces))
        optim["judge"].update_params(loss)
        return {"loss": loss.detach()}

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Not how a judge is used; mmengine's models must define it."""
        raise NotImplementedError("a judge answers by its own methods")

    def batches(self, dataset: FaceDataset, rows: NDArray[np.int64]) -> Iterator[FaceBatch]:
        """The faces at `rows`, a few at a time, on the judge's device."""
        device = next(self.parameters()).device
        for start in range(0, len(rows), EVALUATION_BATCH):
            yield dataset.batch(rows[start : start + EVALUATION_BATCH]).to(device)


class PublishedJudge(Judge):
    """A judge that is never trained: its card names its `weights`.

    Args:
        size: side of the square images in pixels.
    """

    def __init__(self, size: int) -> None:
        super().__init__(size=size, iterations=1, batch_size=1, lr=0.0)
        self.recipe = {}

    def loss(self, faces: FaceBatch) -> Tensor:
        """None: its weights are published."""
        raise NotImplementedError("a judge of published weights is not trained")


def judge_code(judge: Judge) -> str:
    """Hash of the source of every module that the judge's classes and networks come from, libraries left out."""
    classes = {*type(judge).__mro__, *(kind for module in judge.modules() for kind in type(module).__mro__)}
    return code_version(*sorted({kind.__module__ for kind in classes if not _of_a_library(kind.__module__)}))


def _of_a_library(module: str) -> bool:
    return module.partition(".")[0] in {"builtins", "abc", "typing", "torch", "torchvision", "mmengine"}
