"""A run stopped by a real Ctrl-C in each of its phases goes on from there, and comes to what it would have come to."""

import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from filelock import FileLock

from benchmark.results.find_results import FinishedRun
from benchmark.results.schema import read_result
from benchmark.tables.build_tables import tabulate
from tests.commands import (
    TINY,
    TINY_DATASET,
    TINY_METHOD,
    Outcome,
    bench,
    bench_process,
    ended,
    half_written,
    settings,
    signalled,
    tree,
)
from tests.loaded_plugins import forgotten_plugins
from tests.measured_costs import reproducible_result

SETTING = (
    *settings(*TINY_DATASET[:2], "dataset.options.test=100", "dataset.size=32", "compute.precision=fp32"),
    *settings("judges.parser.iterations=30", "judges.parser.batch_size=4", "judges.attributes.iterations=30"),
    *settings("judges.attributes.batch_size=4", "bootstrap_draws=100", "edit_batch_size=8"),
    # the many edits are of the protocol that recognises no faces, which takes a tenth of a second each
    *settings("protocols.attribute-transfer.count=8", "protocols.style-copy.count=100"),
    *("--protocol", "attribute-transfer", "--protocol", "style-copy"),
)
WORDS = (
    *("score", "--plugin", TINY_METHOD, "--method", "tiny", *SETTING),
    *settings("options.iterations=20", "options.step_seconds=0.05"),
)
PHASES = ("packing", "training a judge", "training the method", "editing", "scoring")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("interrupted")


@pytest.fixture(scope="module")
def stopped(place: Path) -> dict[str, Outcome]:
    """One run, begun five times and stopped in a later phase each time."""
    cache, run = place / "cache", place / "runs" / "rendered-faces" / "tiny" / "seed0"

    def some(folder: Path, pattern: str) -> Callable[[], bool]:
        return lambda: any(folder.glob(pattern))

    reached = {
        "packing": some(cache, "faces/.*/images.bin"),
        "training the method": some(run, "checkpoints"),
        "editing": some(run, "edits/style-copy/00007.png"),
        "training a judge": some(cache, "judges/*/training/checkpoints"),
        "scoring": some(run, "scores/attribute-transfer.parquet"),
    }
    outcomes = {}
    for phase in PHASES:
        process = bench_process(*WORDS, "--runs", place / "runs", BENCH_CACHE=str(cache))
        outcomes[phase] = signalled(process, signal.SIGINT, reached[phase])
        outcomes[f"{phase}, files"] = Outcome(0, "\n".join(str(path) for path in sorted(place.rglob("*"))), "")
    return outcomes


@pytest.mark.parametrize("phase", PHASES)
def test_a_stopped_run_says_so_in_one_sentence(stopped: dict[str, Outcome], phase: str) -> None:
    assert stopped[phase].code == 1
    assert stopped[phase].sentence.startswith("stopped")


@pytest.mark.parametrize(
    ("phase", "doing"),
    [
        ("training the method", "stopped while training tiny, stage paint"),
        ("editing", "stopped while editing style-copy"),
        ("training a judge", "stopped while training judge"),
    ],
)
def test_it_says_what_was_stopped_and_how_to_go_on(stopped: dict[str, Outcome], phase: str, doing: str) -> None:
    assert stopped[phase].sentence.startswith(doing)
    assert stopped[phase].sentence.endswith("run the same command again to go on from here")


@pytest.mark.parametrize("phase", PHASES)
def test_a_stopped_run_leaves_nothing_half_written(stopped: dict[str, Outcome], place: Path, phase: str) -> None:
    names = [Path(line).name for line in stopped[f"{phase}, files"].out.splitlines()]
    assert half_written(names) == []
    assert "result.json" not in names


def test_gone_on_with_it_comes_to_the_uninterrupted_result(
    stopped: dict[str, Outcome], place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(place / "cache"))
    finished = bench(*WORDS, "--runs", place / "runs")
    assert finished.code == 0, finished.err
    monkeypatch.setenv("BENCH_CACHE", str(place / "cache of its own"))
    whole = bench(*WORDS, "--runs", place / "uninterrupted")
    assert whole.code == 0, whole.err
    ours, theirs = (place / each / "rendered-faces" / "tiny" / "seed0" for each in ("runs", "uninterrupted"))
    assert reproducible_result(ours) == reproducible_result(theirs)
    weights = [
        torch.load(each / "checkpoints" / "paint.pth", weights_only=True)["state_dict"] for each in (ours, theirs)
    ]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[1])


def test_a_ctrl_c_while_processes_render_ends_them_quietly(tmp_path: Path) -> None:
    """Enough faces for processes of their own, which a terminal's Ctrl-C reaches too."""
    cache = tmp_path / "cache"
    words = ("score", "--method", "copy-target", *settings("dataset.options.train=3000"), "--runs", tmp_path / "runs")
    process = bench_process(*words, BENCH_CACHE=str(cache))

    def rendering() -> bool:
        return any(path.stat().st_size for path in cache.glob("faces/.*/images.bin"))

    outcome = signalled(process, signal.SIGINT, rendering)
    assert outcome.code == 1
    assert outcome.sentence.startswith("stopped")
    assert not any(path.is_dir() for path in (cache / "faces").iterdir())


def test_a_killed_run_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: Path, stopped: object) -> None:
    cache = place / "cache"
    run = tmp_path / "runs" / "rendered-faces" / "tiny" / "seed0"
    process = bench_process(*WORDS, "--runs", tmp_path / "runs", BENCH_CACHE=str(cache))
    signalled(process, signal.SIGKILL, lambda: any(run.glob("edits/style-copy/00015.png")))
    assert process.returncode == -signal.SIGKILL
    monkeypatch.setenv("BENCH_CACHE", str(cache))
    kept = {path: path.stat().st_mtime_ns for path in run.glob("edits/*/*.png") if not path.name.startswith(".")}
    finished = bench(*WORDS, "--runs", tmp_path / "runs")
    assert finished.code == 0, finished.err
    assert {path: path.stat().st_mtime_ns for path in kept} == kept, "edits that were whole are not made again"
    assert len(list((run / "edits" / "style-copy").glob("*.png"))) == 100


def test_it_waits_for_another_process_that_works_on_the_run(place: Path, tmp_path: Path, stopped: object) -> None:
    words = ("edit", *WORDS[1:], "--limit", "2", "--runs", tmp_path)
    folder = tmp_path / "rendered-faces" / "tiny"
    folder.mkdir(parents=True)
    with FileLock(folder / ".seed0.lock"):
        process = bench_process(*words, BENCH_CACHE=str(place / "cache"))
        assert process.stderr is not None
        said = next(line for line in process.stderr if line.startswith("waiting"))
        assert said.startswith("waiting for another process that works on")
        assert not (folder / "seed0" / "checkpoints").exists()
    assert ended(process).code == 0
    assert (folder / "seed0" / "edits" / "style-copy" / "00001.png").exists()


def test_protocols_beyond_the_card_are_dashes_with_their_reason(cache: Path, tmp_path: Path) -> None:
    plugin = tmp_path / "narrow" / "method.py"
    shutil.copytree(Path(TINY_METHOD).parent, plugin.parent)
    card = plugin.with_name("method.yaml")
    narrower = {"[image, mask]": "[image, attributes]", "name: tiny": "name: narrow"}
    for before, after in narrower.items():
        assert before in card.read_text()
        card.write_text(card.read_text().replace(before, after))
    runs = tmp_path / "runs" / "rendered-faces"
    for words in (("--plugin", plugin, "--method", "narrow"), ("--method", "copy-target")):
        finished = bench("score", *words, *TINY, *settings("dataset.size=32"), "--runs", runs.parent)
        assert finished.code == 0, finished.err
    files = [runs / name / "seed0" / "result.json" for name in ("narrow", "copy-target")]
    results = [FinishedRun(path, read_result(path)) for path in files]
    protocols = results[0][1].protocols
    assert protocols["attribute-transfer"].reason is None
    for name in ("style-copy", "reconstruction"):
        assert protocols[name].metrics == {}
        assert protocols[name].reason == f"Two convolutions takes image and attributes; {name} gives no attributes"
    (table,) = [each for each in tabulate(results) if each.protocol == "style-copy"]
    figures = {row.label: [each for each in row.cells if each.column.facts.level != "cost"] for row in table.rows}
    assert {cell.text for cell in figures["narrow"]} == {"\N{EN DASH}"}
    assert {cell.reason for cell in figures["narrow"]} == {protocols["style-copy"].reason}
    assert any(cell.value is not None for cell in figures["copy-target"])


def test_edits_are_made_again_where_the_card_takes_something_else(cache: Path, tmp_path: Path) -> None:
    plugin = tmp_path / "changed" / "method.py"
    shutil.copytree(Path(TINY_METHOD).parent, plugin.parent)
    card = plugin.with_name("method.yaml")
    card.write_text(card.read_text().replace("name: tiny", "name: changed"))
    words = ("edit", "--plugin", plugin, "--method", "changed", "--protocol", "attribute-transfer", "--limit", "2")
    words = (*words, *TINY, *settings("dataset.size=32"), "--runs", tmp_path / "runs")
    edits = tmp_path / "runs" / "rendered-faces" / "changed" / "seed0" / "edits"
    found = []
    for takes in ("[image, mask]", "[image, mask]", "[image, attributes]"):
        card.write_text(card.read_text().replace("[image, mask]", takes))
        with forgotten_plugins():
            assert bench(*words).code == 0
        found.append({file: time for file, time in tree(edits).items() if file.endswith(".png")})
    assert found[0] == found[1]
    assert found[2].keys() == found[0].keys()
    assert not found[2].items() & found[0].items()
