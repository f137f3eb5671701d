"""Validation: it leaves the training as it was, its curve goes on after a stop, and the best networks may be kept."""

import math
import random
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmark.results.validation_curve import StageCurve, edits_picture, read_curve
from benchmark.runtime.interruption import Interrupted
from benchmark.training.checkpoints import read_checkpoint
from benchmark.training.hooks import TrainingDiverged
from benchmark.training.validation import FEWEST, Best, Measurement, Validation, interval
from methods.base import Stage
from tests.benchmark.training.toy import ITERATIONS, Toy, train_toy

ABOUT = StageCurve(faces="the validation split", protocol="style-copy", num_tasks=2)
PICTURE = np.zeros((4, 8, 3), np.uint8)


def first_weight(model: torch.nn.Module) -> float:
    return next(model.parameters()).flatten()[0].item()


class Measuring:
    """Measures a toy: draws from every generator, and notes what it was given."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, float, bool]] = []

    def __call__(self, model: Toy, stage: Stage) -> Measurement | None:
        random.random(), np.random.random(), torch.rand(3)
        self.seen.append((stage.name, first_weight(model), any(module.training for module in model.modules())))
        return Measurement({"weight": first_weight(model), "none": None}, edits=PICTURE)


WAIT = 0.6
"""Seconds, more than a toy's stage takes."""


def slow(model: Toy, stage: Stage) -> Measurement:
    time.sleep(WAIT)
    return Measurement({})


BURN = f"import time; end = time.process_time() + {WAIT}\nwhile time.process_time() < end: pass"


def by_a_program(model: Toy, stage: Stage) -> Measurement:
    subprocess.run([sys.executable, "-c", BURN], check=True)
    return Measurement({})


def validation(measure: object = None, every: int | None = 5, best: Best | None = None) -> Validation:
    return Validation(measure or Measuring(), ABOUT, every, best)  # type: ignore[arg-type]


def weights(toy: Toy) -> list[torch.Tensor]:
    return list(toy.state_dict().values())


def same(one: Toy, other: Toy) -> bool:
    return all(torch.equal(a, b) for a, b in zip(weights(one), weights(other), strict=True))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory, faces: Path) -> Toy:
    toy = Toy()
    train_toy(toy, tmp_path_factory.mktemp("plain"), faces)
    return toy


@pytest.fixture(scope="module")
def validated(tmp_path_factory: pytest.TempPathFactory, faces: Path) -> tuple[Toy, Path, Measuring]:
    toy, folder, measuring = Toy(), tmp_path_factory.mktemp("validated"), Measuring()
    train_toy(toy, folder, faces, validation=validation(measuring))
    return toy, folder, measuring


def test_a_training_with_it_ends_in_the_same_bits_as_one_without(
    plain: Toy, validated: tuple[Toy, Path, Measuring]
) -> None:
    assert same(plain, validated[0])


def test_the_model_is_measured_in_eval_mode_with_its_averages_in_place(
    validated: tuple[Toy, Path, Measuring],
) -> None:
    toy, _, measuring = validated
    assert [name for name, _, _ in measuring.seen] == ["first"] * 3 + ["second"] * 3
    assert not any(training for _, _, training in measuring.seen)
    assert measuring.seen[-1][1] == first_weight(toy), "the average, which the second stage leaves"
    assert measuring.seen[-1][1] != float(toy.history[-1][0].flatten()[0])


def test_the_curve_has_a_point_at_every_interval_and_at_the_end(validated: tuple[Toy, Path, Measuring]) -> None:
    _, folder, measuring = validated
    stages = read_curve(folder).stages
    assert {name: [point.iteration for point in curve.points] for name, curve in stages.items()} == {
        "first": [5, 10, ITERATIONS],
        "second": [5, 10, ITERATIONS],
    }
    figures = [point.figures for curve in stages.values() for point in curve.points]
    assert figures == [{"weight": weight, "none": None} for _, weight, _ in measuring.seen]
    assert edits_picture(folder, "second", ITERATIONS).is_file()


@pytest.mark.parametrize(
    ("stop_at", "best"), [(5, None), (ITERATIONS + 7, None), (ITERATIONS + 7, Best("weight", higher=True))], ids=str
)
def test_a_stopped_training_goes_on_to_the_same_curve_and_networks(
    faces: Path, tmp_path: Path, stop_at: int, best: Best | None
) -> None:
    whole, resumed = Toy(), Toy()
    train_toy(whole, tmp_path / "whole", faces, validation=validation(best=best))
    with pytest.raises(Interrupted):
        train_toy(Toy(stop_at=stop_at), tmp_path / "stopped", faces, validation=validation(best=best))
    train_toy(resumed, tmp_path / "stopped", faces, validation=validation(best=best))
    assert same(whole, resumed)
    assert without_seconds(tmp_path / "whole") == without_seconds(tmp_path / "stopped")


def test_a_killed_training_leaves_no_point_twice(faces: Path, tmp_path: Path) -> None:
    events = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    with pytest.raises(Interrupted):
        train_toy(Toy(stop_at=3), tmp_path, faces, tensorboard=True, validation=validation())
    with pytest.raises(TrainingDiverged):  # after the next points, and so without a checkpoint of its own
        train_toy(Toy(diverge_at=8), tmp_path, faces, tensorboard=True, validation=validation())
    assert read_curve(tmp_path).stages["first"].points[-1].figures["weight"] is None
    train_toy(Toy(), tmp_path, faces, tensorboard=True, validation=validation())
    curve = read_curve(tmp_path).stages["first"]
    assert [point.iteration for point in curve.points] == [5, 10, ITERATIONS]
    reader = events.EventAccumulator(str(tmp_path / "tensorboard" / "first"))
    reader.Reload()
    shown = [(event.step, event.value) for event in reader.Scalars("validation/weight")]
    assert shown == [(point.iteration, pytest.approx(point.figures["weight"])) for point in curve.points]
    assert [event.step for event in reader.Images("validation/edits")] == [5, 10, ITERATIONS]
    assert [event.step for event in reader.Scalars("l1")] == [10, ITERATIONS]


def without_seconds(folder: Path) -> dict[str, StageCurve]:
    return {
        name: curve.model_copy(update={"points": [point.model_copy(update={"seconds": 0.0}) for point in curve.points]})
        for name, curve in read_curve(folder).stages.items()
    }


@pytest.mark.parametrize("higher", [True, False])
def test_the_best_networks_are_left_where_they_are_to_be_kept(faces: Path, tmp_path: Path, higher: bool) -> None:
    toy, measuring = Toy(), Measuring()
    train_toy(toy, tmp_path, faces, validation=validation(measuring, 1, Best("weight", higher)))
    second = [weight for name, weight, _ in measuring.seen if name == "second"]
    choose = max if higher else min
    curve = read_curve(tmp_path).stages["second"]
    assert first_weight(toy) == choose(second)
    assert curve.kept == second.index(choose(second)) + 1
    kept = read_checkpoint(tmp_path / "checkpoints" / "second.pth")["state_dict"]
    assert float(kept["network.0.weight"].flatten()[0]) == choose(second)


def test_without_any_figure_the_last_networks_are_kept(plain: Toy, faces: Path, tmp_path: Path) -> None:
    toy = Toy()
    train_toy(toy, tmp_path, faces, validation=validation(best=Best("none", higher=True)))
    assert same(plain, toy)
    assert read_curve(tmp_path).stages["second"].kept is None


def test_a_stage_that_shows_nothing_has_no_curve(faces: Path, tmp_path: Path) -> None:
    train_toy(Toy(), tmp_path, faces, validation=validation(lambda model, stage: None))
    assert read_curve(tmp_path).stages == {}


def test_a_curve_of_other_tasks_begins_anew(faces: Path, tmp_path: Path) -> None:
    with pytest.raises(Interrupted):
        train_toy(Toy(stop_at=ITERATIONS - 1), tmp_path, faces, validation=validation())
    other = replace(validation(), about=ABOUT.model_copy(update={"protocol": "reconstruction"}))
    train_toy(Toy(), tmp_path, faces, validation=other)
    stages = read_curve(tmp_path).stages
    assert {curve.protocol for curve in stages.values()} == {"reconstruction"}
    assert [point.iteration for point in stages["first"].points] == [ITERATIONS]


def test_its_time_is_no_part_of_what_the_training_took(faces: Path, tmp_path: Path) -> None:
    taken = train_toy(Toy(), tmp_path, faces, validation=validation(slow, ITERATIONS))
    seconds = [point.seconds for curve in read_curve(tmp_path).stages.values() for point in curve.points]
    assert len(seconds) == 2
    assert min(seconds) >= WAIT
    assert taken.seconds < sum(seconds)


def test_points_that_nobody_spaced_stay_within_their_share_of_the_training(faces: Path, tmp_path: Path) -> None:
    class Long(Toy):
        def stages(self) -> list[Stage]:
            return [Stage("only", 2 * FEWEST, 2)]

    train_toy(Long(), tmp_path, faces, validation=validation(slow, None))
    assert len(read_curve(tmp_path).stages["only"].points) == 1, "what one cost is more than the rest may"


@pytest.mark.parametrize(
    ("iterations", "every", "expected"), [(49, None, None), (80, None, 50), (1000, None, 100), (12, 5, 5)]
)
def test_the_interval_spreads_ten_points_over_a_stage(iterations: int, every: int | None, expected: int | None) -> None:
    assert interval(Stage("a", iterations, 8), every) == expected


def test_an_infinite_figure_is_written_as_none(faces: Path, tmp_path: Path) -> None:
    train_toy(Toy(), tmp_path, faces, validation=validation(lambda model, stage: Measurement({"psnr": math.inf})))
    assert read_curve(tmp_path).stages["first"].points[0].figures == {"psnr": None}


def test_what_a_program_computes_for_a_validation_is_no_part_of_the_training(faces: Path, tmp_path: Path) -> None:
    time_of = train_toy(Toy(), tmp_path, faces, validation=validation(by_a_program, every=ITERATIONS))
    assert time_of.cpu_seconds is not None
    assert time_of.cpu_seconds < WAIT
