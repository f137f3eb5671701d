"""The wheel alone: what it holds, and that a run works where nothing of the checkout is in reach."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest
import yaml

from tests.places import ROOT

PACKAGES = ("benchmark", "methods", "registry", "reports")
TINY = {
    "dataset": {"options": {"train": 16, "val": 2, "test": 8}},
    "options": {"iterations": 2, "batch_size": 2, "ngf": 4, "hidden": 4},
    "judges": {
        "parser": {"feature_scale": 16, "iterations": 2, "batch_size": 4},
        "attributes": {"iterations": 2, "batch_size": 4},
    },
    "bootstrap_draws": 100,
    "compute": {"precision": "fp32"},
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's wheel, built from a copy so that no build folder appears in the checkout."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    # all that the repository holds, for whatever lies at its root could slip into the wheel
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in sorted({line.partition("/")[0] for line in tracked.splitlines() if "/" in line}):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    code = "import sys; from setuptools import build_meta; print(build_meta.build_wheel(sys.argv[1]))"
    built = subprocess.run([sys.executable, "-c", code, out], cwd=source, capture_output=True, text=True, check=True)
    return out / built.stdout.split()[-1]


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that has the project from the wheel, and its dependencies from this one, by a path file."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    pip = [sys.executable, "-m", "pip", "--quiet", "--python", folder / "bin" / "python"]
    subprocess.run([*pip, "install", "--no-deps", "--no-index", wheel], env=_own_variables(), check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder


def _own_variables() -> dict[str, str]:
    """Those of this process but for what would lead to the checkout, in which the project is installed already."""
    return {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "BENCH_CACHE")}


def in_environment(environment: Path, program: str, *words: str | Path, cwd: Path) -> str:
    done = subprocess.run(
        [environment / "bin" / program, *words],
        cwd=cwd,
        env={**_own_variables(), "BENCH_CACHE": str(cwd / "cache"), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_holds_the_four_packages_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == set(PACKAGES)
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def test_every_module_and_data_file_is_in_it(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    files = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert files - packed == set()
    assert {Path(name).suffix for name in files} >= {".py", ".yaml", ".j2", ".css", ".js"}


def test_a_run_works_from_it_alone(environment: Path, tmp_path: Path) -> None:
    code = (
        f"import json, {', '.join(PACKAGES)}; print(json.dumps([{', '.join(f'{name}.__file__' for name in PACKAGES)}]))"
    )
    places = json.loads(in_environment(environment, "python", "-c", code, cwd=tmp_path))
    assert all(Path(place).is_relative_to(environment) for place in places), places

    (tmp_path / "tiny.yaml").write_text(yaml.safe_dump(TINY))
    out = in_environment(
        environment,
        "bench",
        "run",
        "--method",
        "spade",
        "--config",
        "tiny.yaml",
        "--limit",
        "4",
        "--json",
        cwd=tmp_path,
    )
    first, *others = json.loads(out)
    assert (first["method"], first["kind"]) == ("spade", "learned")
    assert {each["num_tasks"] for each in first["protocols"].values()} == {4}
    assert {each["method"] for each in others} >= {"copy-target", "oracle", "real"}
    for page in ("leaderboard.html", "leaderboard.md", "leaderboard.tex", "spade/seed0/report.html"):
        assert (tmp_path / "runs" / "rendered-faces" / page).stat().st_size > 1000
    revision = json.loads((tmp_path / "runs/rendered-faces/spade/seed0/provenance.json").read_text())["revision"]
    assert revision is None, "an installed package is no checkout"
