"""The example package: built, installed by pip, and used beside a built-in method; no file of the project changes."""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from benchmark.results.schema import read_result
from tests.commands import TINY_SCORING, bench, settings, tree
from tests.loaded_plugins import forgotten_plugins
from tests.places import ROOT

PACKAGE = ROOT / "docs" / "examples" / "plugin-package"
PARTS = {
    "methods": ["colour-shift"],
    "datasets": ["dim-faces"],
    "protocols": ["hair-colour"],
    "metrics": ["mean-gap", "untouched"],
    "encoders": ["cell-colours"],
    "judges": ["dilated-parser"],
    "presets": ["evening"],
}
TINY = settings(
    *("dataset.size=64", "dataset.options.train=12", "dataset.options.val=2", "dataset.options.test=8"),
    *("judges.dilated-parser.iterations=2", "judges.dilated-parser.batch_size=4", "parser_judge=dilated-parser"),
    *(each for each in TINY_SCORING if not each.startswith("judges.parser")),
    *("compute.precision=fp32", "limit=4"),
)
SHORT = settings(*(f"options.{stage}_iterations=2" for stage in ("mask_vae", "dense_mapping", "editing_behavior")))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to which pip has installed the package's wheel."""
    source, folder = tmp_path_factory.mktemp("source") / "package", tmp_path_factory.mktemp("site")
    shutil.copytree(PACKAGE, source, ignore=shutil.ignore_patterns("__pycache__"))
    code = "import sys; from setuptools import build_meta; print(build_meta.build_wheel(sys.argv[1]))"
    built = subprocess.run([sys.executable, "-c", code, source], cwd=source, capture_output=True, text=True, check=True)
    wheel = source / built.stdout.split()[-1]
    pip = [sys.executable, "-m", "pip", "--quiet", "install", "--no-deps", "--no-index", "--target", folder, wheel]
    subprocess.run(pip, check=True)
    return folder


@pytest.fixture
def installed(site: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(site))
    with forgotten_plugins():
        yield


def of_project() -> Mapping[str, int]:
    """Every source file of the project, with the time it was last written."""
    packages = {name: tree(ROOT / name) for name in ("benchmark", "methods", "registry", "reports")}
    files = {f"{name}/{file}": time for name, found in packages.items() for file, time in found.items()}
    return {file: time for file, time in files.items() if "__pycache__" not in file}


def test_every_part_is_listed(installed: None) -> None:
    listed = json.loads(bench("list", "--json").out)
    for kind, names in PARTS.items():
        assert set(names) <= {entry["name"] for entry in listed[kind]}, kind
    outcome = bench("check-method", "colour-shift")
    assert outcome.code == 0, outcome.out


def test_all_parts_stand_in_one_leaderboard_beside_maskgan(
    installed: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    before = of_project()
    named = ("--preset", "evening", "--dataset", "dim-faces", "--protocol", "hair-colour")
    shared = (*named, "--runs", tmp_path / "runs", *TINY)
    for method, words in (("colour-shift", ()), ("maskgan", SHORT), ("oracle", ())):
        outcome = bench("score", "--method", method, *shared, *words)
        assert outcome.code == 0, outcome.err
    outcome = bench("leaderboard", "--runs", tmp_path / "runs", "--out", tmp_path / "pages", "--format", "json")
    assert outcome.code == 0, outcome.err
    (table,) = json.loads((tmp_path / "pages" / "leaderboard.json").read_text())["tables"]
    assert (table["dataset"], table["protocol"]) == ("dim-faces", "hair-colour")
    assert table["judges"]["parser"]["title"] == "Dilated parser"
    presets = {row["method"]: row["preset"] for row in table["methods"]}
    assert presets["maskgan"] == presets["colour-shift"] == "evening"
    results = {
        name: read_result(tmp_path / "runs" / "dim-faces" / name / "seed0" / "result.json").protocols["hair-colour"]
        for name in ("colour-shift", "maskgan", "oracle")
    }
    for name in ("colour-shift", "maskgan"):
        for metric in PARTS["metrics"]:
            assert results[name].metrics[metric].value is not None, (name, metric)
    assert results["colour-shift"].metrics["untouched"].value == 1.0
    assert results["oracle"].reason == "Oracle takes oracle; hair-colour gives no oracle"
    assert of_project() == before
