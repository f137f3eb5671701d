"""`bench plan`: what it counts is what a run then has, and what it refuses it says in a sentence."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from benchmark.planning import plan as plans
from benchmark.planning.plan_parts import Group, Part, total
from tests.commands import TINY, TINY_METHOD, bench, ended, python, settings

pytestmark = pytest.mark.integration

WORDS = ("--plugin", TINY_METHOD, *TINY, "--set", "dataset.size=32", "--protocol", "reconstruction", "--device", "cpu")
KEPT = settings("checkpoint_every=2", "keep_checkpoints=1")
METHOD = ("--method", "tiny", *settings("options.width=64"), *KEPT)
MORE = settings("compile=true", "compute.num_workers=1")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def plan(runs: Path, cache: Path) -> dict[str, Any]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("METHOD_SECONDS", "JUDGE_SECONDS"):
            patch.setattr(plans, name, 0.1)
        planned = bench("plan", *METHOD, *WORDS, *MORE, "--seeds", "3", "--budget", "2d", "--runs", runs, "--json")
    assert planned.code == 0, planned.err
    assert not list(runs.iterdir()), "nothing runs"
    found: dict[str, Any] = json.loads(planned.out)
    return found


def parts(group: dict[str, Any]) -> dict[str, Any]:
    return {part["name"]: part for part in group["parts"]}


def test_iterations_and_images_are_those_of_the_settings(plan: dict[str, Any]) -> None:
    shared, tiny = plan["groups"]
    assert (tiny["name"], tiny["times"]) == ("tiny", 3)
    assert {name: (part["iterations"], part["images"]) for name, part in parts(tiny).items()} == {
        "paint": (6, 24),
        "edit": (None, 3),
        "score": (None, 3),
    }
    assert {name: part["iterations"] for name, part in parts(shared).items() if part["iterations"]} == {
        "judge parser": 2,
        "judge attributes": 2,
    }
    assert plan["num_faces"] == {"train": 24, "val": 4, "test": 12}
    assert tiny["whole"]["iterations"] == 18


def test_every_part_has_its_time_and_training_its_memory(plan: dict[str, Any]) -> None:
    for group in plan["groups"]:
        assert all(part["seconds"] > 0 and part["cpu_seconds"] > 0 for part in group["parts"])
        assert all(part["memory"] > plan["machine"]["baseline"] for part in group["parts"] if part["iterations"])
    assert plan["total"]["seconds"] == pytest.approx(sum(group["whole"]["seconds"] for group in plan["groups"]))


def test_disk_is_what_a_run_then_takes(plan: dict[str, Any], runs: Path, cache: Path) -> None:
    done = bench("train", *METHOD, *WORDS, "--runs", runs)
    assert done.code == 0, done.err
    checkpoints = runs / "rendered-faces" / "tiny" / "seed0" / "checkpoints"
    assert sorted(path.name for path in checkpoints.iterdir()) == ["paint.4.kept.pth", "paint.pth"]
    shared, tiny = plan["groups"]
    assert parts(tiny)["paint"]["disk"] == pytest.approx(
        sum(path.stat().st_size for path in checkpoints.iterdir()), rel=0.1
    )
    assert parts(tiny)["paint"]["notes"] == [
        "steps are those of networks that are not compiled",
        "memory of what loads faces is not counted (num_workers 1)",
        "the checkpoints that are kept take at most 0.1 GB",
    ]
    assert parts(shared)["faces"]["disk"] == (24 + 4 + 12) * 32 * 32 * 4
    packs = [sum(path.stat().st_size for path in pack.glob("*.bin")) for pack in (cache / "faces").iterdir()]
    assert parts(shared)["faces"]["disk"] in packs


def test_every_preset_stands_against_the_budget(plan: dict[str, Any]) -> None:
    fits = {fit["preset"]: fit for fit in plan["fits"]}
    assert list(fits) == ["demo", "paper", "small"]
    assert all(fit["fits"] for fit in fits.values())
    assert {name: fit["by_operations"] for name, fit in fits.items()} == {"demo": False, "paper": True, "small": True}
    assert fits["demo"]["seconds"] == plan["total"]["seconds"]
    assert fits["paper"]["seconds"] > fits["demo"]["seconds"], "60 iterations, and larger images"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--method", "tiny", "--budget", "long"), "--budget 'long': write a time above zero, such as 90min"),
        (("--method", "tiny", "--budget", "0h"), "--budget '0h': write a time above zero, such as 90min"),
        (("--method", "tinny"), "unknown method 'tinny'; did you mean 'tiny'?"),
        (("--method", "tiny", "--seeds", "no"), "--seeds 'no': write how many seeds"),
    ],
)
def test_what_cannot_be_planned_is_said(words: tuple[str, ...], sentence: str, tmp_path: Path) -> None:
    refused = bench("plan", *words, *WORDS, "--runs", tmp_path)
    assert refused.code == 2
    assert sentence in refused.sentence


def test_a_sweep_is_every_seed_of_every_method_and_what_they_share_once() -> None:
    shared = Group("shared", 1, [Part("faces", images=10, seconds=5.0, cpu_seconds=9.0, disk=100)])
    stages = [
        Part("first", 4, 8, seconds=1.0, cpu_seconds=2.0, memory=700, disk=10, spare_disk=90),
        Part("second", 2, 8, seconds=2.0, cpu_seconds=2.0, memory=500, disk=20, spare_disk=30),
    ]
    whole = total([shared, Group("method", 3, stages)])
    assert (whole.seconds, whole.cpu_seconds, whole.iterations, whole.images) == (14.0, 21.0, 18, 58)
    assert (whole.memory, whole.disk, whole.spare_disk) == (700, 190, 90)


def test_a_sum_with_an_unknown_time_is_unknown() -> None:
    assert total([Group("method", 2, [Part("a", seconds=1.0), Part("b")])]).seconds is None


@pytest.mark.slow
def test_memory_is_within_15_percent_of_a_training_process(runs: Path, cache: Path) -> None:
    words = ("--method", "spade", *TINY, *settings("options.iterations=3", "validate_every=3"), "--device", "cpu")
    planned = ended(python("-m", "benchmark", "plan", *words, "--runs", runs, "--json"), timeout=600)
    assert planned.code == 0, planned.err
    trained = python("-m", "benchmark", "train", *words, "--runs", runs)
    _, status, usage = os.wait4(trained.pid, 0)
    trained.returncode = os.waitstatus_to_exitcode(status)
    assert trained.returncode == 0
    memory = json.loads(planned.out)["groups"][1]["once"]["memory"]
    assert memory / (1024 * usage.ru_maxrss) == pytest.approx(1, abs=0.15)
