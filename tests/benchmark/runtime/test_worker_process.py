"""Processes of the program import nothing from the working directory, whatever files a user keeps there."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmark.runtime.worker_process import module_command, start_worker
from tests.places import ROOT

TRAP = 'raise SystemExit("this is a file of the user")\n'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with files called as libraries and as this program's packages."""
    for name in ("random", "cv2", "json", "yaml"):
        (tmp_path / f"{name}.py").write_text(TRAP)
    (tmp_path / "benchmark").mkdir()
    (tmp_path / "benchmark" / "__init__.py").write_text(TRAP)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path not in ("", str(tmp_path))])
    return tmp_path


def test_a_worker_that_renders_faces_starts_and_ends_well(project: Path) -> None:
    process = start_worker("benchmark.datasets.rendered_faces.parallel")
    faces, _ = process.communicate(b'{"seed": 0, "indices": [0], "size": 32}', timeout=120)
    assert process.returncode == 0
    assert len(faces) == 32 * 32 * 4 + 40 + 12


def test_a_command_that_a_sweep_starts_is_the_program(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    command = module_command("benchmark.cli", "--help")
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "Compare face-editing methods" in done.stdout
