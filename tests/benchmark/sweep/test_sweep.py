"""Sweeps by real processes: one that fails beside others, one that is stopped and goes on, an ablation study."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from benchmark.ablation.study import read_study
from benchmark.results.schema import read_result
from benchmark.sweep.record import SweepRecord, read_record
from benchmark.sweep.sweep import LOCK
from tests.cache_folder import caching_in
from tests.commands import TINY, TINY_METHOD, Outcome, bench, bench_process, ended, settings, signalled
from tests.running_trainings import iterations

OPTIONS = ("--plugin", TINY_METHOD, *TINY, *settings("dataset.size=32"))
FAILING = "tiny+width=-1"
SLOW = "tiny+iterations=60,step_seconds=0.1"


def by_name(record: SweepRecord) -> dict[str, Any]:
    return {each.label if each.role == "experiment" else each.role: each for each in record.jobs}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache folder of these tests' own, which holds nothing at first."""
    with caching_in(tmp_path_factory.mktemp("cache")) as folder:
        yield folder


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where finished runs are kept."""
    return tmp_path_factory.mktemp("bucket")


@pytest.fixture(scope="module")
def swept(runs: Path, cache: Path, bucket: Path) -> Outcome:
    """A sweep of a method, one that cannot be built, and a reference method."""
    methods = f"{FAILING},tiny,copy-target"
    words = ("sweep", "--methods", methods, "--jobs", "2", "--runs", runs, "--storage", f"file://{bucket}", *OPTIONS)
    return ended(bench_process(*words, BENCH_CACHE=str(cache)), timeout=500)


def test_one_that_fails_is_reported_and_the_others_run(swept: Outcome, runs: Path) -> None:
    assert swept.code == 1, swept.err
    jobs = by_name(read_record(runs / "sweep" / "sweep.json"))
    assert {name: job.state for name, job in jobs.items()} == {
        "shared": "finished",
        FAILING: "failed",
        "tiny": "finished",
        "copy-target": "already finished",
        "leaderboard": "finished",
    }
    failed = jobs[FAILING]
    assert failed.error.startswith(f"{FAILING} cannot be built: ")
    assert failed.error in Path(failed.log).read_text()
    for text in (swept.out, swept.err):
        assert failed.error in text
        assert failed.log in text
    assert "Traceback" not in swept.err
    assert read_result(runs / "rendered-faces" / "tiny" / "seed0" / "result.json").label == "tiny"
    assert "Two convolutions" in (runs / "rendered-faces" / "leaderboard.md").read_text()


def test_what_is_shared_is_made_once(swept: Outcome, cache: Path, runs: Path) -> None:
    assert swept.code == 1
    folder = runs / "sweep" / "jobs" / "rendered-faces"
    logs = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.log")}
    said = {
        name: [word for word in ("judge parser", "pack rendered-faces") if word in log] for name, log in logs.items()
    }
    assert len(said) == 4
    assert [name.partition("-")[0] for name, words in said.items() if words] == ["shared"]


def test_from_an_address_it_goes_on_in_another_folder(
    swept: Outcome, bucket: Path, cache: Path, tmp_path: Path
) -> None:
    assert swept.code == 1
    address = f"file://{bucket}"
    stored = {path.parent.parent.name for path in bucket.rglob("result.json")}
    assert {"tiny", "copy-target", "oracle"} <= stored
    assert not (bucket / "rendered-faces" / FAILING).exists()
    assert (bucket / "rendered-faces" / "leaderboard.html").is_file()
    assert (bucket / "sweep" / "sweep.json").is_file()

    words = ("sweep", "--methods", "tiny,copy-target", "--runs", tmp_path, "--storage", address, *OPTIONS, "--json")
    outcome = ended(bench_process(*words, BENCH_CACHE=str(cache)), timeout=500)
    assert outcome.code == 0, outcome.err
    assert f"{tmp_path}/rendered-faces/tiny/seed0: fetched from {address}" in outcome.err
    jobs = by_name(SweepRecord.model_validate_json(outcome.out))
    states = [jobs[name].state for name in ("shared", "tiny", "copy-target", "leaderboard")]
    assert states == ["already finished", "already finished", "already finished", "finished"]
    assert {path.parent.parent.name for path in tmp_path.rglob("result.json")} == stored


def test_stopped_by_either_signal_it_saves_and_goes_on(swept: Outcome, runs: Path, cache: Path) -> None:
    assert swept.code == 1
    words = ("sweep", "--methods", f"{SLOW},tiny", "--runs", runs, *OPTIONS)
    folder = runs / "rendered-faces" / SLOW / "seed0"

    for number, reached in ((signal.SIGINT, 10), (signal.SIGTERM, 30)):
        process = bench_process(*words, BENCH_CACHE=str(cache))
        outcome = signalled(process, number, lambda reached=reached: reached in iterations(folder))
        assert outcome.code == 1
        assert outcome.sentence.startswith("stopped while sweeping, ")
        jobs = by_name(read_record(runs / "sweep" / "sweep.json"))
        assert (jobs[SLOW].state, jobs["tiny"].state) == ("stopped", "waiting")
        assert (folder / "checkpoints" / "paint.unfinished.pth").exists()

    again = ended(bench_process(*words, "--json", BENCH_CACHE=str(cache)), timeout=500)
    assert again.code == 0, again.err
    record = SweepRecord.model_validate_json(again.out)
    assert record == read_record(runs / "sweep" / "sweep.json")
    jobs = by_name(record)
    states = [jobs[name].state for name in (SLOW, "tiny", "shared", "leaderboard")]
    assert states == ["finished", "already finished", "already finished", "finished"]
    assert iterations(folder) == [10, 20, 30, 40, 50, 60], "none was trained twice"


def test_an_ablation_study_is_a_sweep_of_its_cells(swept: Outcome, runs: Path, cache: Path) -> None:
    assert swept.code == 1
    words = ("ablate", "--method", "tiny", "--seeds", "1", "--jobs", "2", "--runs", runs, "--json", *OPTIONS)
    outcome = ended(bench_process(*words, BENCH_CACHE=str(cache)), timeout=500)
    assert outcome.code == 1, outcome.err
    jobs = by_name(SweepRecord.model_validate_json(outcome.out))
    failing = "tiny+step_seconds=-1.0"
    assert [jobs[label].state for label in ("tiny", "tiny+narrow", failing)] == [
        "already finished",
        "finished",
        "failed",
    ]
    folder = runs / "rendered-faces" / "ablation-tiny"
    assert str(folder / "ablation.json") in outcome.err
    study = read_study(folder / "ablation.json")
    assert study.reference == "tiny"
    assert study.factors == {"width": [8, 4], "step_seconds": [0.0, -1.0]}
    assert [(cell.label, cell.changes) for cell in study.cells] == [
        ("tiny", {}),
        ("tiny+narrow", {"width": 4}),
        (failing, {"step_seconds": -1.0}),
    ]
    raised = "Tiny.train_step raised ValueError: sleep length must be non-negative"
    assert {seed: said.startswith(raised) for seed, said in study.cells[2].failures.items()} == {0: True}
    for cell in study.cells[:2]:
        assert read_result(folder / cell.runs[0] / "result.json").label == cell.label


def test_two_sweeps_do_not_share_a_folder_of_runs(tmp_path: Path, cache: Path) -> None:
    with FileLock(tmp_path / LOCK):
        outcome = bench("sweep", "--methods", "copy-target", "--runs", tmp_path, *OPTIONS)
    assert outcome.code == 2
    assert outcome.sentence == (f"another sweep or ablation works in {tmp_path}; wait for it, or choose another --runs")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["sweep", "--methods", "maskgan,spde"], "unknown method 'spde'; did you mean 'spade'"),
        (["sweep", "--methods", ","], "--methods and --datasets name one each at least, several with commas"),
        (["sweep", "--methods", "spade", "--datasets", "faces"], "unknown dataset 'faces'"),
        (["sweep", "--methods", "spade", "--seeds", "2..1"], "--seeds '2..1': write a number such as 0, or a range"),
        (["sweep", "--methods", "spade", "--seeds", "0"], "--seeds '0': write how many seeds, such as 3, or a range"),
        (
            ["sweep", "--methods", "spade", "--datasets", "rendered-faces,celebamask-hq", "--data", "x"],
            "--data 'x': write which dataset's it is, e.g. --data celebamask-hq=x",
        ),
        (["sweep", "--methods", "spade", "--set", "options.nfg=3"], "--set: unknown option of spade 'nfg'"),
        (["ablate", "--method", "maskgan", "--factors", "stf"], "unknown factor of maskgan 'stf'; did you mean 'sft'"),
        (["ablate", "--method", "oracle"], "oracle proposes no ablation study"),
        (["ablate", "--method", "maskgan", "--seeds", "x"], "--seeds 'x': write how many seeds, such as 3"),
    ],
)
def test_wrong_input_is_a_sentence(words: list[str], said: str, tmp_path: Path) -> None:
    outcome = bench(*words, "--runs", tmp_path / "runs")
    assert outcome.code == 2
    assert outcome.sentence.startswith(said)
    assert not (tmp_path / "runs").exists()


def test_an_address_is_no_folder_of_runs() -> None:
    outcome = bench("sweep", "--methods", "copy-target", "--runs", "s3://bucket/runs")
    assert outcome.code == 2
    assert outcome.sentence.startswith("runs folder s3:/bucket/runs is an address, and no folder; ")
    assert not Path("s3:").exists()


def test_written_variants_may_stand_in_a_list(tmp_path: Path) -> None:
    methods = "maskgan+blender=false,sft=false,spade,spade+use_vae=false"
    outcome = bench("sweep", "--methods", methods, "--dry-run", "--json", "--runs", tmp_path)
    planned = [(each["method"], each["variant"]) for each in json.loads(outcome.out)]
    assert planned == [("maskgan", "blender=false,sft=false"), ("spade", None), ("spade", "no-vae")]


@pytest.mark.parametrize("command", ["sweep --methods spade,sean", "ablate --method maskgan"])
def test_every_experiment_has_the_budget_that_was_asked(command: str, tmp_path: Path) -> None:
    outcome = bench(*command.split(), "--budget", "300cpu-s", "--dry-run", "--json", "--runs", tmp_path)
    assert outcome.code == 0, outcome.err
    assert {each["budget"] for each in json.loads(outcome.out)} == {"300cpu-s"}


def test_a_dry_run_prints_every_experiment(tmp_path: Path) -> None:
    words = ("sweep", "--methods", "spade,maskgan+no-ebst", "--seeds", "0..2", "--runs", tmp_path / "runs")
    outcome = bench(*words, "--dry-run", "--json")
    assert outcome.code == 0, outcome.err
    planned = [(each["method"], each["variant"], each["seed"]) for each in json.loads(outcome.out)]
    assert planned == [("spade", None, seed) for seed in range(3)] + [("maskgan", "no-ebst", seed) for seed in range(3)]
    assert not (tmp_path / "runs").exists()
