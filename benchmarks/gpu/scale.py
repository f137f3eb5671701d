"""How large a rehearsal is: the presets on a GPU, and a tiny one to try the rehearsal itself on a CPU."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch

METHODS = ("maskgan", "pix2pixhd", "spade", "sean", "stargan", "elegant")


@dataclass(frozen=True)
class Scale:
    """Sizes of a rehearsal.

    Attributes:
        sizes: side of the images by preset and method.
        batch_sizes: of a training step; the last but one is where layouts and precisions are compared.
        seconds: that one figure is measured over, warm-up not counted.
        preset: of the trainings.
        faces: rendered for each split of the trainings.
        judge_iterations: of each judge.
        loop_iterations: of the short trainings that time the whole loop.
        tasks: edited and scored under each protocol.
    """

    sizes: Mapping[str, Mapping[str, int]]
    batch_sizes: tuple[int, ...]
    seconds: float
    preset: str
    faces: Mapping[str, int]
    judge_iterations: int
    loop_iterations: int
    tasks: int

    @property
    def usual_batch(self) -> int:
        """The batch size at which layouts and precisions are compared."""
        return self.batch_sizes[-2]


FULL = Scale(
    sizes={
        "small": dict.fromkeys(METHODS, 128),
        # the sizes of the papers, and of the MaskGAN paper's comparison for its baselines
        "paper": dict.fromkeys(METHODS, 512) | {"sean": 256, "elegant": 256, "stargan": 128},
    },
    batch_sizes=(1, 2, 4, 8, 16),
    seconds=0.25,
    preset="small",
    faces={"train": 8000, "val": 500, "test": 500},
    judge_iterations=600,
    loop_iterations=200,
    tasks=320,
)
TINY = Scale(
    sizes={"demo": dict.fromkeys(METHODS, 64)},
    batch_sizes=(2, 4),
    seconds=0.0,
    preset="demo",
    faces={"train": 30, "val": 8, "test": 20},
    judge_iterations=2,
    loop_iterations=20,
    tasks=8,
)


def scale_of(device: torch.device) -> Scale:
    """The full rehearsal on a GPU, the tiny one elsewhere."""
    return FULL if device.type == "cuda" else TINY
