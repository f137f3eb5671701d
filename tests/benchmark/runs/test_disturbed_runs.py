"""A run that was killed, had no room on its disk, or was started twice comes to what it would have come to.

Whatever it was writing, nothing is left behind, and what stopped it is said in one sentence.
"""

import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.benchmark.runs.whole_run import WHOLE, outcome_of
from tests.commands import TINY, TINY_METHOD, Outcome, bench_process, ended, half_written, settings, tree
from tests.places import PLUGINS
from tests.warm_processes import WarmProcess

SCORE = ("score", "--plugin", TINY_METHOD, "--method", "tiny", *TINY, *settings("dataset.size=32"))
SLOW = (pytest.mark.slow, pytest.mark.timeout(0))
SOME = ("paint.unfinished.pth", "cost.json", "result.json")
EVERY = (
    *("images.bin", "pack.json", "weights.pth", "card.json", "paint.unfinished.pth", "paint.pth", "tasks.parquet"),
    *("cost.json", "statistics.npz", "style-copy.parquet", "samples.png", "result.json", "stamps.json"),
)
"""Files in the order in which `score` writes them."""
RANDOM_KILLS = 20
WITHOUT_ROOM = ("images.bin", "paint.pth", "00001.png")
EVERY_WITHOUT_ROOM = (
    *("images.bin", "faces.npz", "pack.json", "judges/.*judge.*pth", "weights.pth", "card.json", "given.png"),
    *("progress.jsonl", "mask_vae.pth", "stages/.*pth", "curve.json", "dense_mapping.pth", "editing_behavior.pth"),
    *("style-copy/.*00000.png", "cost.json", "tasks.parquet", "rows.f32", "statistics.npz"),
    *("faces/.*style-copy.parquet", "scores/.*style-copy.parquet", "samples.png", "provenance.json", "result.json"),
    *("region-color/.*reconstruction/.*png", "real/.*stamps.json"),
)
"""Paths of files in the order in which `run` writes them."""
PAGES = ("maskgan/.*report.html", "leaderboard.html", "edits-.*png", "rendered-faces/.stamps.json")
"""Those of its pages, whose want costs no run."""


def start(words: tuple[str | Path, ...], place: Path, *more: str | Path, **environment: str) -> WarmProcess:
    """Start a command with runs and cache below `place`."""
    return bench_process(*words, *more, "--runs", place / "runs", BENCH_CACHE=str(place / "cache"), **environment)


def finish(words: tuple[str | Path, ...], place: Path) -> Outcome:
    outcome = ended(start(words, place), timeout=600)
    assert outcome.code == 0, outcome.err
    assert half_written(tree(place)) == []
    return outcome


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `SCORE` comes to."""
    place = tmp_path_factory.mktemp("undisturbed")
    finish(SCORE, place)
    return outcome_of(place)


@pytest.fixture(scope="module")
def undisturbed_whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], float]:
    """What `WHOLE` comes to, and how many seconds it takes."""
    place = tmp_path_factory.mktemp("undisturbed-whole")
    started = time.monotonic()
    finish(WHOLE, place)
    return outcome_of(place), time.monotonic() - started


@pytest.mark.parametrize("names", [pytest.param(SOME, id="some"), pytest.param(EVERY, id="every", marks=SLOW)])
def test_killed_at_one_write_after_another_it_comes_to_the_same(
    undisturbed: dict[str, Any], tmp_path: Path, names: tuple[str, ...]
) -> None:
    for name in names:
        outcome = ended(start(SCORE, tmp_path, "--plugin", PLUGINS / "killed_writer.py", KILLED_AT=name), timeout=300)
        assert outcome.code == -signal.SIGKILL, f"{name}: {outcome.err}"
    finish(SCORE, tmp_path)
    assert outcome_of(tmp_path) == undisturbed


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_killed_at_any_moment_a_whole_run_comes_to_the_same(
    undisturbed_whole: tuple[dict[str, Any], float], tmp_path: Path
) -> None:
    expected, seconds = undisturbed_whole
    moments = random.Random(0)
    for number in range(RANDOM_KILLS):
        place = tmp_path / str(number)
        process = start(WHOLE, place)
        while not (place / "cache").exists() and process.poll() is None:  # which is when it has imported everything
            time.sleep(0.01)
        time.sleep(moments.uniform(0, seconds))
        process.kill()
        process.communicate()
        finish(WHOLE, place)
        assert outcome_of(place) == expected, f"kill {number}"
        shutil.rmtree(place)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system of its own, where one may be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200m", "none", place], capture_output=True)
    yield place
    if mount.returncode == 0:
        subprocess.run(["umount", "-l", place], check=True)


def without_room(words: tuple[str | Path, ...], place: Path, full_at: str) -> Outcome:
    """The outcome of a command whose disk is full from a file on, and has room again afterwards."""
    environment = {"FULL_AT": full_at, "FULL_DISK": str(place) if place.is_mount() else ""}
    outcome = ended(start(words, place, "--plugin", PLUGINS / "full_disk.py", **environment), timeout=600)
    (place / "ballast").unlink(missing_ok=True)
    return outcome


def check_sentence(sentence: str, place: Path) -> None:
    assert str(place) in sentence
    assert "the disk is full" in sentence or "the file is larger than this disk" in sentence
    assert "run the same command again, which goes on" in sentence


def test_without_room_it_says_so_and_goes_on_once_there_is_some(undisturbed: dict[str, Any], tmp_path: Path) -> None:
    for full_at in WITHOUT_ROOM:
        outcome = without_room(SCORE, tmp_path, full_at)
        assert outcome.code in (1, 2), outcome.err
        check_sentence(outcome.sentence, tmp_path)
    finish(SCORE, tmp_path)
    assert outcome_of(tmp_path) == undisturbed


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_a_disk_that_is_full_at_any_file_costs_a_whole_run_nothing(
    undisturbed_whole: tuple[dict[str, Any], float], disk: Path
) -> None:
    for full_at in EVERY_WITHOUT_ROOM:
        outcome = without_room(WHOLE, disk, full_at)
        assert outcome.code in (1, 2), f"{full_at}: {outcome.err}"
        check_sentence(outcome.sentence, disk)
    for full_at in PAGES:
        outcome = without_room(WHOLE, disk, full_at)
        assert outcome.code == 0, f"{full_at}: {outcome.err}"
        for line in (line for line in outcome.err.splitlines() if "could not be written" in line):
            check_sentence(line, disk)
        assert "could not be written" in outcome.err, full_at
    finish(WHOLE, disk)
    assert outcome_of(disk) == undisturbed_whole[0]


def check_two(words: tuple[str | Path, ...], place: Path) -> None:
    processes = [start(words, place) for _ in range(2)]
    outcomes = [ended(process, timeout=600) for process in processes]
    assert [outcome.code for outcome in outcomes] == [0, 0], "\n".join(outcome.err for outcome in outcomes)
    assert any("waiting for another process that works on" in outcome.err for outcome in outcomes)
    assert half_written(tree(place)) == []


def test_started_twice_at_once_one_waits_and_both_come_to_the_same(undisturbed: dict[str, Any], tmp_path: Path) -> None:
    check_two(SCORE, tmp_path)
    assert outcome_of(tmp_path) == undisturbed


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_a_whole_run_started_twice_at_once_comes_to_the_same(
    undisturbed_whole: tuple[dict[str, Any], float], tmp_path: Path
) -> None:
    check_two(WHOLE, tmp_path)
    assert outcome_of(tmp_path) == undisturbed_whole[0]
