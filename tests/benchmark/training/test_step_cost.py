"""The cost of a training step: what is counted is counted exactly, and time is that of the step."""

import time
from collections.abc import Sequence

import pytest
import torch
from mmengine.optim import OptimWrapperDict
from torch import Tensor

from benchmark.datasets.rendered_faces.dataset import RenderedFaces
from benchmark.training import step_cost
from benchmark.training.step_cost import step_costs, step_time
from benchmark.training.step_work import StepWork
from methods.base import FaceBatch, Stage
from registry.errors import InputError
from tests.benchmark.training.toy import CPU, Toy


class TwoSizes(Toy):
    """Stages of the same step on batches of 4 and 8."""

    def stages(self) -> Sequence[Stage]:
        return [Stage("small", 3, 4), Stage("skipped", 0, 4), Stage("large", 3, 8)]


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> RenderedFaces:
    return RenderedFaces(None, 32, tmp_path_factory.mktemp("faces"), train=8, val=1, test=1)


def test_images_of_a_step_are_its_batch(faces: RenderedFaces) -> None:
    assert step_costs(TwoSizes(), faces, "images", seed=0, compute=CPU) == {"small": 4.0, "large": 8.0}


def test_operations_are_those_of_the_convolutions_there_and_back(faces: RenderedFaces) -> None:
    costs = step_costs(TwoSizes(), faces, "flop", seed=0, compute=CPU)
    # two convolutions of 3x3 between 3 and 8 channels on 32x32 pixels, a multiply-add as two; forward once, backward to
    # the weights of both, and to the input of the second alone
    convolution = 2 * 9 * 3 * 8 * 32 * 32
    assert costs == {"small": 4 * 5 * convolution, "large": 8 * 5 * convolution}


class Busy(TwoSizes):
    """Computes for 20 ms a step, and waits for 50."""

    def train_step(self, faces: FaceBatch, optim: OptimWrapperDict) -> dict[str, Tensor]:
        time.sleep(0.05)
        until = time.process_time() + 0.02
        while time.process_time() < until:
            pass
        return {"loss": torch.zeros(())}


@pytest.mark.integration
def test_processor_time_is_that_of_the_work_and_not_of_waiting(
    faces: RenderedFaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(step_cost, "ROUNDS", 5)
    costs = step_costs(Busy(), faces, "cpu", seed=0, compute=CPU)
    assert set(costs) == {"small", "large"}
    assert all(0.02 <= cost < 0.05 for cost in costs.values())


def test_time_on_a_gpu_is_measured_on_one_alone(faces: RenderedFaces) -> None:
    with pytest.raises(InputError, match=r"a budget of GPU time needs a GPU, and this runs on cpu: write cpu-s"):
        step_costs(TwoSizes(), faces, "gpu", seed=0, compute=CPU)


WORK = StepWork((100, 300), 0, 0, frozenset(), 0)
"""Of which the first step of a turn does 100 operations and the second 300."""


class Turns:
    """Steps that move the clock: the first by 9 seconds, and then in turns by 3 and 1."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.number, self.now = 0, 0.0
        patch.setattr(time, "perf_counter", lambda: self.now)

    def __call__(self) -> None:
        self.now += 9.0 if self.number == 0 else (1.0, 3.0)[self.number % 2]
        self.number += 1


@pytest.mark.parametrize(
    ("seconds", "steps", "wall"),
    [
        (50.0, 19, 2.0),
        (20.0, 3, 2.0),
        (0.0, 2, 6.0),  # one turn, the first step among it
    ],
)
def test_a_mean_step_is_one_of_whole_turns(
    seconds: float, steps: int, wall: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = Turns(monkeypatch)
    found = step_time(turns, WORK, seconds, CPU)
    assert (found.measured, found.wall) == (steps, wall)
    assert turns.now <= max(seconds, 12.0)
