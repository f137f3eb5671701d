"""A run within a training budget: measured once for all seeds, noted, and repeated from its settings."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmark.results.schema import read_result
from tests.commands import TINY, TINY_METHOD, Outcome, bench
from tests.damaged_files import DAMAGES

pytestmark = pytest.mark.integration

WORDS = ("--plugin", TINY_METHOD, *TINY, "--set", "dataset.size=32", "--protocol", "reconstruction")
WITHIN = ("--method", "tiny", *WORDS, "--budget", "40images")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def scored(runs: Path, cache: Path) -> Outcome:
    """Two seeds of one method."""
    return bench("score", *WITHIN, "--seed", "0..1", "--runs", runs)


@pytest.fixture(scope="module")
def method(scored: Outcome, runs: Path) -> Path:
    """The folder of the method's seeds."""
    assert scored.code == 0, scored.err
    return runs / "rendered-faces" / "tiny"


def iterations(run: Path) -> int:
    """How many the run's log counts."""
    return int(json.loads((run / "progress.jsonl").read_text().splitlines()[-1])["iteration"])


def test_it_buys_iterations_in_place_of_those_asked_for(method: Path) -> None:
    assert [iterations(method / seed) for seed in ("seed0", "seed1")] == [10, 10], "40 images in batches of 4"


def test_seeds_share_what_was_measured_once(scored: Outcome, method: Path) -> None:
    assert scored.err.count("measuring what a training step costs") == 1
    (bought,) = json.loads((method / "budgets.json").read_text())["bought"].values()
    assert (bought["budget"], bought["options"], bought["step_costs"]) == (
        "40images",
        {"iterations": 10},
        {"paint": 4.0},
    )


def test_the_result_notes_what_was_bought_and_counts_what_was_spent(method: Path) -> None:
    first, second = (read_result(method / seed / "result.json") for seed in ("seed0", "seed1"))
    assert first.notes["budget"].startswith("40images (iterations 10), by the measured cost of a step on ")
    assert first.configuration_sha256 == second.configuration_sha256
    assert first.cost.train_cpu_seconds is not None
    assert first.cost.train_cpu_seconds > 0


def test_the_command_again_finds_it_finished(method: Path, runs: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in method.rglob("*.p*")}
    again = bench("score", *WITHIN, "--seed", "0..1", "--runs", runs)
    assert again.code == 0, again.err
    assert "measuring" not in again.err
    assert {path: path.stat().st_mtime_ns for path in method.rglob("*.p*")} == before


def test_a_third_seed_measures_nothing(method: Path, runs: Path) -> None:
    third = bench("train", *WITHIN, "--seed", "2", "--runs", runs)
    assert third.code == 0, third.err
    assert "measuring" not in third.err
    assert iterations(method / "seed2") == 10


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_record_is_said_and_measured_anew(method: Path, runs: Path, damage: Callable[[Path], None]) -> None:
    record = method / "budgets.json"
    before = record.read_bytes()
    damage(record)
    again = bench("train", *WITHIN, "--seed", "0", "--runs", runs)
    assert again.code == 0, again.err
    assert f"{record} " in again.err
    assert "what a step costs is measured anew" in again.err
    assert record.read_bytes() == before


def test_its_settings_repeat_the_training_without_a_budget(method: Path, tmp_path: Path) -> None:
    settings = (method / "seed0" / "experiment.yaml").read_text()
    assert "budget" not in settings
    config = method / "seed0" / "experiment.yaml"
    again = bench("score", "--config", config, "--plugin", TINY_METHOD, "--runs", tmp_path)
    assert again.code == 0, again.err
    repeated = read_result(tmp_path / "rendered-faces" / "tiny" / "seed0" / "result.json")
    assert repeated.weights_sha256 == read_result(method / "seed0" / "result.json").weights_sha256


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ("--method", "tiny", "--budget", "1images"),
            "budget '1images': tiny needs more for one iteration of every stage",
        ),
        (("--method", "region-color", "--budget", "9images"), "budget '9images': region-color trains nothing"),
        (
            ("--method", "tiny", "--budget", "9gpu-s"),
            "a budget of GPU time needs a GPU, and this runs on cpu: write cpu-s",
        ),
        (("--method", "tiny", "--budget", "nine"), "budget 'nine': write an amount above zero with its unit"),
    ],
)
def test_what_cannot_be_bought_is_said(words: tuple[str, ...], sentence: str, tmp_path: Path, cache: Path) -> None:
    refused = bench("train", *words, *WORDS, "--device", "cpu", "--runs", tmp_path)
    assert refused.code == 2
    assert sentence in refused.sentence
