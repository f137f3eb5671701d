"""Weights outlive a change of the method's code where the user says so, and the result then says so too."""

import shutil
from pathlib import Path

import pytest

from benchmark.caching.plugin_source import _code_of_file
from benchmark.results.schema import read_result
from tests.commands import TINY, TINY_METHOD, bench, settings


@pytest.fixture(scope="module")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny method under another name, and before anything was trained by it."""
    folder = tmp_path_factory.mktemp("kept") / "plugin"
    shutil.copytree(TINY_METHOD.parent, folder)
    card = folder / "method.yaml"
    card.write_text(card.read_text().replace("name: tiny", "name: keeper"))
    return folder / "method.py"


def changed(plugin: Path, line: str) -> None:
    with plugin.open("a") as file:
        file.write(f"{line}\n")
    _code_of_file.cache_clear()  # as in a process that starts now


def test_weights_of_older_code_are_kept_on_request_alone(plugin: Path, tmp_path: Path, cache: Path) -> None:
    words = ["--method", "keeper", "--plugin", plugin, "--runs", tmp_path, *TINY, *settings("dataset.size=32")]
    run = tmp_path / "rendered-faces" / "keeper" / "seed0"
    assert bench("train", *words).code == 0
    weights = (run / "checkpoints" / "paint.pth").read_bytes()
    changed(plugin, "# a comment")
    assert bench("train", *words).code == 0
    changed(plugin, "MORE = 1")
    refused = bench("train", *words)
    assert refused.code == 2
    assert "holds weights trained with other code; --keep-weights edits by them all the same" in refused.sentence
    kept = bench("score", *words, "--protocol", "reconstruction", "--keep-weights")
    assert kept.code == 0, kept.err
    assert (run / "checkpoints" / "paint.pth").read_bytes() == weights
    result = read_result(run / "result.json")
    assert result.weights_origin == "trained"
    assert result.notes["weights"] == "trained by an earlier version of the code, kept by --keep-weights"
    assert bench("train", *words).code == 0, "what was kept once needs no flag"
    other = bench("train", *words, "--keep-weights", *settings("options.width=4"))
    assert other.code == 2, "only code may be another"
    assert "trained with other options; --fresh replaces them" in other.sentence


def test_unfinished_weights_are_not_kept(plugin: Path, tmp_path: Path, cache: Path) -> None:
    words = ["--method", "keeper", "--plugin", plugin, "--runs", tmp_path, *TINY, *settings("dataset.size=32")]
    checkpoints = tmp_path / "rendered-faces" / "keeper" / "seed0" / "checkpoints"
    assert bench("train", *words).code == 0
    (checkpoints / "paint.pth").rename(checkpoints / "paint.unfinished.pth")
    changed(plugin, "EVEN_MORE = 1")
    refused = bench("train", *words, "--keep-weights")
    assert refused.code == 2
    assert "--keep-weights" not in refused.sentence
