"""A run stopped by a real Ctrl-C in its last phases: reading real faces, and writing pages."""

import shutil
import signal
from pathlib import Path

import pytest

from benchmark.results.schema import read_result
from tests.commands import TINY, Outcome, bench, bench_process, half_written, python, settings, signalled, tree
from tests.places import PLUGINS

REFERENCE = ("--method", "copy-target", *TINY, *settings("dataset.size=32"), "--protocol", "style-copy")


def stopped(*words: str | Path, mark: Path, cache: Path, letters: int = 0) -> Outcome:
    """A command stopped by Ctrl-C once a plug-in has left its mark, and so many letters in it."""
    process = bench_process(*words, BENCH_CACHE=str(cache), MARK=str(mark))
    return signalled(process, signal.SIGINT, lambda: mark.exists() and mark.stat().st_size >= letters)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_reading_real_faces_stops_after_a_batch_and_keeps_nothing_half_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache, mark = tmp_path / "cache", tmp_path / "mark"
    monkeypatch.setenv("BENCH_CACHE", str(cache))
    words = ("score", *REFERENCE, "--plugin", PLUGINS / "slow_parser.py")
    words = (*words, *settings("parser_judge=slow-parser", "dataset.options.train=130"))
    whole = bench(*words, "--runs", tmp_path / "whole")
    assert whole.code == 0, whole.err
    (features,) = (each.parent for each in cache.glob("features/*/statistics.npz"))
    content = contents(features)
    shutil.rmtree(features)

    outcome = stopped(*words, "--runs", tmp_path / "runs", mark=mark, cache=cache, letters=2)
    assert outcome.code == 1
    assert outcome.sentence == (
        "stopped while encoding images (parser features of real faces); run the same command again to go on from here"
    )
    assert mark.read_text() == "xx", "after the edits' batch, the one of real faces that was begun is the last of three"
    assert not list(cache.glob("features/*/statistics.npz")), "without which rows are never read"
    assert not list((tmp_path / "runs").rglob("result.json"))

    again = bench(*words, "--runs", tmp_path / "runs")
    assert again.code == 0, again.err
    assert contents(features) == content
    results = [
        read_result(tmp_path / each / "rendered-faces" / "copy-target" / "seed0" / "result.json").protocols
        for each in ("whole", "runs")
    ]
    assert results[0] == results[1]


@pytest.fixture(scope="module")
def runs(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("finished") / "runs"
    outcome = bench("run", *REFERENCE, "--runs", folder)
    assert outcome.code == 0, outcome.err
    return folder


@pytest.fixture
def finished(runs: Path, tmp_path: Path) -> Path:
    """Finished runs with their pages, for one test alone."""
    return Path(shutil.copytree(runs, tmp_path / "runs"))


def test_writing_pages_leaves_each_page_old_or_new(finished: Path, cache: Path, tmp_path: Path) -> None:
    pages = finished / "rendered-faces"
    texts = {name: (pages / name).read_text() for name in ("leaderboard.md", "leaderboard.html")}
    old = texts["leaderboard.html"].replace("Leaderboard", "Older leaderboard")
    (pages / "leaderboard.html").write_text(old)
    (pages / "leaderboard.md").unlink()
    (pages / "stamps.json").unlink()  # the pages were made from other results
    results = {path: path.read_bytes() for path in finished.rglob("result.json")}
    words = ("run", *REFERENCE, "--runs", finished)

    outcome = stopped(*words, "--plugin", PLUGINS / "slow_disk.py", mark=tmp_path / "mark", cache=cache)
    assert outcome.code == 1
    assert outcome.sentence.startswith("stopped; run the same command again")
    assert (pages / "leaderboard.html").read_text() == old
    assert (pages / "leaderboard.md").read_text() == texts["leaderboard.md"]
    assert half_written(tree(finished)) == []
    assert {path: path.read_bytes() for path in finished.rglob("result.json")} == results

    again = bench(*words)
    assert again.code == 0, again.err
    assert {name: (pages / name).read_text() for name in texts} == texts
    assert "nothing to do" in bench(*words).err


def test_a_leaderboard_that_is_stopped_leaves_no_half_page(finished: Path, cache: Path, tmp_path: Path) -> None:
    words = ("leaderboard", "--runs", finished, "--out", tmp_path / "pages")
    program = "import sys; from registry.plugins import load_named; load_named(sys.argv.pop(1))"
    program += "; from benchmark.cli import main; main()"
    mark = tmp_path / "mark"
    process = python("-c", program, PLUGINS / "slow_disk.py", *words, BENCH_CACHE=str(cache), MARK=str(mark))
    outcome = signalled(process, signal.SIGINT, mark.exists)
    assert outcome.code == 1
    assert outcome.sentence.startswith("stopped; run the same command again")
    written = {path.name for path in (tmp_path / "pages").iterdir() if not path.name.startswith("edits-")}
    assert written == {"leaderboard.md"}
    assert bench(*words).code == 0
    assert (tmp_path / "pages" / "leaderboard.html").read_text().rstrip().endswith("</html>")
