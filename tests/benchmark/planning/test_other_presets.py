"""A preset that nothing was measured at takes what its operations, faces and tasks do at the measured rates."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.config.experiment import Experiment
from benchmark.config.resolve import resolve
from benchmark.config.sources import COMMAND, ConfigSource
from benchmark.planning.machine import Machine
from benchmark.planning.other_presets import Fit, by_operations
from benchmark.planning.plan_parts import Group, Part
from benchmark.planning.sample_faces import Sample
from benchmark.training.step_cost import StepTime
from benchmark.weights.locate import Weights
from tests.benchmark.training.toy import CPU, sixteen_faces

pytestmark = pytest.mark.integration

COUNTS = {"train": 3000, "val": 200, "test": 400}
OPTIONS = {"ngf": 4, "n_blocks": 1, "ndf": 4, "d_downsampling": 2}


def at(preset: str, **more: object) -> Experiment:
    content = {"method": "stargan", "preset": preset, "dataset": {"size": 32}, "options": OPTIONS, **more}
    return resolve([ConfigSource(content, COMMAND)])


def fit_of(cache: Path, shared: list[Part], of_method: list[Part], **more: object) -> Fit:
    faces = sixteen_faces(cache)
    sample = Sample(faces, faces, COUNTS, 0.0, 0.0, 0.0)
    demo, small = at("demo", **more), at("small", **more)
    rates = {("stargan", "translation"): StepTime(2e-9, 1e-9, 5)}
    groups = [Group("shared", 1, shared), Group("stargan", 1, of_method)]
    machine = Machine(CPU, 2**30, None, None, 2**40, 1e-10)
    return by_operations([small], 2, [demo], groups, rates, sample, machine, Weights(), 1e9)


def test_a_training_budget_is_one_at_every_preset(cache: Path) -> None:
    fit = fit_of(cache, [Part("faces", seconds=0.0)], [], budget="300cpu-s")
    assert fit.seconds == pytest.approx(2 * 2 * 300, rel=1e-3), "two seeds, and twice the core's time"


def test_a_budget_that_buys_no_step_is_the_reason(cache: Path) -> None:
    fit = fit_of(cache, [Part("faces", seconds=0.0)], [], budget="1flop")
    assert (fit.seconds, fit.fits) == (None, None)
    assert "needs more for one iteration" in fit.reason


def test_faces_judges_and_tasks_grow_each_by_their_own_number(cache: Path) -> None:
    shared = [Part("faces", seconds=1.0), Part("judge", 5, seconds=10.0), Part("references", seconds=100.0)]
    fit = fit_of(cache, shared, [Part("edit", seconds=1000.0)], budget="300cpu-s")
    more_faces, more_tasks = 22_000 / 3600, (400 + 1000 + 1000) / (200 + 300 + 200)
    edits, scores = 2 * 1000.0 * 400 / 200, 100.0 * more_tasks  # StarGAN edits attributes alone
    assert fit.seconds == pytest.approx(2 * 2 * 300 + 1.0 * more_faces + 10.0 + scores + edits, rel=1e-3)
