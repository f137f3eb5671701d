"""A run that was killed comes to what it would have come to, whatever it was writing, and leaves nothing behind."""

import random
import shutil
import signal
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from benchmark.results.schema import read_result
from tests.commands import TINY, TINY_METHOD, bench, bench_process, ended, half_written, settings, tree
from tests.places import PLUGINS

WORDS = ("score", "--plugin", TINY_METHOD, "--method", "tiny", *TINY, *settings("dataset.size=32"))
MOMENTS = ("paint.unfinished.pth", "cost.json", "result.json")
EVERY_MOMENT = (
    *("images.bin", "pack.json", "weights.pth", "card.json", "paint.unfinished.pth", "paint.pth", "tasks.parquet"),
    *("cost.json", "statistics.npz", "style-copy.parquet", "samples.png", "result.json", "stamps.json"),
)
"""Files in the order in which a run writes them."""
RANDOM_KILLS = 20


def outcome_of(runs: Path) -> dict[str, Any]:
    """What a run came to but for its measurements: result, scores, edits and weights."""
    folder = runs / "rendered-faces" / "tiny" / "seed0"
    content = read_result(folder / "result.json").model_dump(exclude={"cost"})
    for name in ("edits", "scores"):
        content |= {
            str(path.relative_to(folder)): path.read_bytes()
            for path in (folder / name).rglob("*")
            if path.is_file() and path.name != "cost.json"
        }
    weights = torch.load(folder / "checkpoints" / "paint.pth", weights_only=True)["state_dict"]
    return content | {name: tensor.tolist() for name, tensor in weights.items()}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    place = tmp_path_factory.mktemp("undisturbed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_CACHE", str(place / "cache"))
        finished = bench(*WORDS, "--runs", place / "runs")
    assert finished.code == 0, finished.err
    return outcome_of(place / "runs")


SLOW = (pytest.mark.slow, pytest.mark.timeout(0))


@pytest.mark.parametrize(
    "moments", [pytest.param(MOMENTS, id="some"), pytest.param(EVERY_MOMENT, id="every", marks=SLOW)]
)
def test_killed_at_one_write_after_another_it_comes_to_the_same(
    undisturbed: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moments: tuple[str, ...]
) -> None:
    cache, runs = tmp_path / "cache", tmp_path / "runs"
    for name in moments:
        process = bench_process(
            *WORDS, "--plugin", PLUGINS / "killed_writer.py", "--runs", runs, BENCH_CACHE=str(cache), KILLED_AT=name
        )
        outcome = ended(process, timeout=300)
        assert outcome.code == -signal.SIGKILL, f"{name}: {outcome.err}"
    monkeypatch.setenv("BENCH_CACHE", str(cache))
    finished = bench(*WORDS, "--runs", runs)
    assert finished.code == 0, finished.err
    assert outcome_of(runs) == undisturbed
    assert half_written(tree(tmp_path)) == []


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_killed_at_any_moment_it_comes_to_the_same(undisturbed: dict[str, Any], tmp_path: Path) -> None:
    cache, runs = tmp_path / "cache", tmp_path / "runs"

    def begin() -> Any:
        shutil.rmtree(tmp_path)
        tmp_path.mkdir()
        process = bench_process(*WORDS, "--runs", runs, BENCH_CACHE=str(cache))
        while not cache.exists() and process.poll() is None:  # which is when it has imported everything
            time.sleep(0.01)
        return process

    process = begin()
    started = time.monotonic()
    assert ended(process, timeout=300).code == 0
    whole = time.monotonic() - started
    moments = random.Random(0)
    for number in range(RANDOM_KILLS):
        process = begin()
        time.sleep(moments.uniform(0, whole))
        process.kill()
        process.communicate()
        again = ended(bench_process(*WORDS, "--runs", runs, BENCH_CACHE=str(cache)), timeout=300)
        assert again.code == 0, f"kill {number}: {again.err}"
        assert outcome_of(runs) == undisturbed, f"kill {number}"
        assert half_written(tree(tmp_path)) == [], f"kill {number}"
