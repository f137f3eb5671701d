"""Weights files that options of methods name: found by id, counted by hash, and missed aloud."""

import json
from pathlib import Path
from types import MappingProxyType

import pytest

from benchmark.config.resolve import resolve
from benchmark.config.sources import COMMAND, ConfigSource
from benchmark.editing.option_weights import hashes, notes, option_weights, with_paths
from benchmark.runtime.atomic_files import sha256_of
from benchmark.weights.locate import Weights


@pytest.fixture(autouse=True)
def _nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No folder of this machine holds published weights."""
    monkeypatch.delenv("BENCH_WEIGHTS", raising=False)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))


def _file(folder: Path, content: bytes) -> Path:
    folder.mkdir()
    (folder / "vgg.pth").write_bytes(content)
    return folder / "vgg.pth"


def test_a_file_is_found_by_its_id(tmp_path: Path) -> None:
    path = _file(tmp_path / "here", b"weights")
    files = option_weights({"vgg_weights": "vgg19", "ngf": 4}, Weights(named={"vgg19": path}))
    assert with_paths({"vgg_weights": "vgg19", "ngf": 4}, files) == {"vgg_weights": str(path), "ngf": 4}
    assert notes(files) == {"vgg_weights": f"SHA-256 {sha256_of(path)}"}


def test_a_missing_file_is_null_and_says_how_to_have_it() -> None:
    files = option_weights({"vgg_weights": "vgg19"}, Weights())
    assert with_paths({"vgg_weights": "vgg19"}, files) == {"vgg_weights": None}
    assert notes(files)["vgg_weights"].startswith(
        "missing, trained without: vgg19-dcbb9e9d.pth is not here: run `bench"
    )


@pytest.mark.parametrize("options", [{"vgg_weights": None}, {"perceptual_weight": 10.0}, {"my_weights": 3}])
def test_other_options_name_no_file(options: dict[str, float | None]) -> None:
    assert option_weights(options, Weights()) == {}


def test_where_a_file_lies_is_in_no_hash_and_what_it_holds_is(tmp_path: Path) -> None:
    paths = [_file(tmp_path / name, content) for name, content in (("a", b"one"), ("b", b"one"), ("c", b"other"))]
    requested = resolve([ConfigSource({"method": "spade", "preset": "paper"}, COMMAND)])
    by_path = [
        resolve([ConfigSource({"method": "spade", "preset": "paper", "options": {"vgg_weights": str(path)}}, COMMAND)])
        for path in paths
    ]
    found = {}
    for name, experiment, weights in (
        *((path.parent.name, requested, Weights(named=MappingProxyType({"vgg19": path}))) for path in paths),
        *((f"path {path.parent.name}", each, Weights()) for path, each in zip(paths, by_path, strict=True)),
        ("missing", requested, Weights()),
    ):
        sha256 = hashes(option_weights(experiment.method.options, weights))
        training = json.dumps(experiment.training_part(sha256), sort_keys=True)
        found[name] = (experiment.configuration_sha256(None, sha256), experiment.sha256(sha256), training)
    assert found["a"] == found["b"] == found["path a"] == found["path b"]
    for ours in range(3):
        assert len({found[name][ours] for name in ("a", "c", "missing")}) == 3
