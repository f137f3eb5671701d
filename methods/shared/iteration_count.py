"""A count of a stage's iterations that is saved with the weights, for methods whose steps depend on it."""

from __future__ import annotations

import torch
from torch import Tensor

from methods.base import FaceEditor, Stage


class IterationCount(FaceEditor):
    """A method whose `train_step` counts `iteration` up.

    The count is kept on the host, where no device is waited for.

    Attributes:
        iteration: of the stage, from 0.
    """

    def __init__(self) -> None:
        super().__init__()
        self.iteration = 0

    def begin_stage(self, stage: Stage) -> None:
        """Count from 0."""
        self.iteration = 0

    def get_extra_state(self) -> Tensor:
        """The iteration, so that a resumed training goes on as it would have."""
        return torch.tensor(self.iteration)

    def set_extra_state(self, state: Tensor) -> None:
        """Take the iteration up where it was."""
        self.iteration = int(state)
