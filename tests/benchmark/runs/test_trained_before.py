"""Weights that other code trained: refused with a way on, or gone on with and noted in the result."""

import shutil
from contextlib import nullcontext
from pathlib import Path

import pytest

import benchmark
from benchmark.caching.fingerprints import StageState
from benchmark.results.schema import Result, read_result
from benchmark.runs.trained_before import changed_inputs, take_over, take_over_note
from registry.errors import InputError
from tests.commands import TINY, TINY_METHOD, Outcome, bench, settings
from tests.loaded_plugins import forgotten_plugins


def _plugin(folder: Path, code: str = "") -> Path:
    """A copy of the tiny method with more code."""
    shutil.copytree(TINY_METHOD.parent, folder)
    path = folder / TINY_METHOD.name
    path.write_text(path.read_text() + code)
    return path


def _score(plugin: Path, runs: Path, *words: str) -> Outcome:
    with forgotten_plugins():
        small = (*TINY, *settings("dataset.size=32"))
        return bench("score", "--plugin", plugin, "--method", "tiny", *small, "--runs", runs, *words)


def _result(runs: Path) -> Result:
    return read_result(runs / "rendered-faces" / "tiny" / "seed0" / "result.json")


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The tiny method, and the same with other code."""
    folder = tmp_path_factory.mktemp("plugins")
    return _plugin(folder / "before"), _plugin(folder / "after", "\nADDED = 1\n")


def test_weights_of_other_code_are_refused_until_they_are_wanted(versions: tuple[Path, Path], tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    first, second = versions
    assert _score(first, runs).code == 0
    before = _result(runs)
    assert "training_code" not in before.notes
    refused = _score(second, runs)
    assert refused.code == 2
    assert "weights trained with other code; `bench run --keep-weights` goes on with them" in refused.sentence
    both = _score(second, runs, "--keep-weights", *settings("options.iterations=3"))
    assert both.code == 2
    assert "weights trained with other code, options; --fresh replaces them" in both.sentence
    outcome = _score(second, runs, "--keep-weights")
    assert outcome.code == 0, outcome.err
    assert "going on with weights that other code trained" in outcome.err
    after = _result(runs)
    assert after.weights_sha256 == before.weights_sha256
    assert after.notes["training_code"].startswith("changed during or after training (--keep-weights): ")
    again = _score(second, runs, *settings("protocols.style-copy.count=4"))
    assert again.code == 0, again.err
    assert _result(runs).notes["training_code"] == after.notes["training_code"], "wanted once, noted for good"


def test_to_begin_anew_and_to_go_on_exclude_each_other(tmp_path: Path) -> None:
    outcome = _score(TINY_METHOD, tmp_path / "runs", "--keep-weights", "--fresh")
    assert outcome.code == 2
    assert outcome.sentence == "--fresh begins anew and --keep-weights goes on: leave one of them out"


def test_the_python_interface_refuses_it_too(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="fresh begins anew and --keep-weights goes on: leave one of them out"):
        benchmark.run("copy-target", runs=tmp_path / "runs", fresh=True, keep_weights=True, quiet=True)


def _stamps(folder: Path, **earlier: object) -> StageState:
    stamps = StageState(folder)
    stamps.put("training", {"code": "a", "data": "d", "options": {"lr": 0.1}, **earlier})
    return stamps


@pytest.mark.parametrize(
    ("inputs", "alone"),
    [
        ({"code": "b"}, True),
        ({"code": "b", "options": {"lr": 0.1, "new": 3}}, True),
        ({"code": "b", "options": {"lr": 0.2}}, False),
        ({"code": "b", "options": {}}, False),
        ({"code": "b", "data": "e"}, False),
        ({"options": {"lr": 0.1, "new": 3}}, False),
        ({}, False),
    ],
)
def test_new_options_are_part_of_new_code(tmp_path: Path, inputs: dict[str, object], alone: bool) -> None:
    now = {"code": "a", "data": "d", "options": {"lr": 0.1}, **inputs}
    stamps = _stamps(tmp_path)
    changed = changed_inputs(stamps, now)
    with nullcontext() if alone else pytest.raises(InputError, match=r"holds weights trained with other .*--fresh"):
        take_over(tmp_path, stamps, now, changed, keep_weights=True)
    assert (stamps.get("training") == now) == (alone or not changed)


def test_weights_of_other_code_are_gone_on_with_only_where_that_is_wanted(tmp_path: Path) -> None:
    stamps, now = _stamps(tmp_path), {"code": "b"}
    with pytest.raises(InputError, match=r"other code; `bench run --keep-weights` goes on with them"):
        take_over(tmp_path, stamps, now, {"code"}, keep_weights=False)
    assert stamps.get("training")["code"] == "a"


def test_every_change_of_code_is_noted(tmp_path: Path) -> None:
    stamps = _stamps(tmp_path)
    assert take_over_note(stamps) == {}
    for code in "bc":
        now = {"code": code, "data": "d", "options": {"lr": 0.1}}
        take_over(tmp_path, stamps, now, {"code"}, keep_weights=True)
        assert changed_inputs(StageState(tmp_path), {"code": code}) == set()
    assert take_over_note(StageState(tmp_path))["training_code"].endswith(": a, b, then c")
