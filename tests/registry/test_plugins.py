"""Plug-ins: files and modules that the user names, and packages that are installed."""

import subprocess
import sys
from pathlib import Path

import pytest

from registry.errors import InputError
from registry.plugins import load_installed, load_named
from tests.places import ROOT


def install(site: Path, name: str, module: str, content: str) -> None:
    """Put a package with a `bench.plugins` entry point into a folder as pip would."""
    (site / f"{module}.py").write_text(content)
    info = site / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[bench.plugins]\n{name} = {module}\n")


DATASET = """
from registry import DATASETS

@DATASETS.register(card={"name": "%s", "title": "A plug-in's faces", "summary": "None.", "licence": "free"})
class Faces:
    pass
"""


def test_a_named_file_is_loaded_once(tmp_path: Path) -> None:
    file = tmp_path / "counted_plugin.py"
    count = tmp_path / "count"
    file.write_text(f"from pathlib import Path\nwith Path({str(count)!r}).open('a') as file: file.write('x')\n")
    load_named(str(file))
    load_named(str(file))
    assert count.read_text() == "x"


def test_files_of_one_name_in_two_folders_are_two_plugins(tmp_path: Path) -> None:
    files = [tmp_path / folder / "method.py" for folder in ("one", "other")]
    for file in files:
        file.parent.mkdir()
        file.write_text(
            "from pathlib import Path\nwith Path(__file__).with_name('count').open('a') as file: file.write('x')\n"
        )
    for file in (*files, *files):
        load_named(str(file))
    assert [file.with_name("count").read_text() for file in files] == ["x", "x"]


def test_a_named_file_that_is_absent_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"plug-in '.*absent.py' was not loaded: .*there is no file"):
        load_named(str(tmp_path / "absent.py"))


def test_a_named_module_that_is_absent_is_said() -> None:
    with pytest.raises(InputError, match="plug-in 'no_such_module_at_all' was not loaded"):
        load_named("no_such_module_at_all")


def test_a_named_file_that_fails_is_said_and_can_be_mended(tmp_path: Path) -> None:
    file = tmp_path / "mended_plugin.py"
    file.write_text("raise RuntimeError('out of order')\n")
    with pytest.raises(InputError, match="RuntimeError: out of order"):
        load_named(str(file))
    file.write_text("MENDED = True\n")
    load_named(str(file))


def test_a_plugin_with_a_taken_name_says_both_places(tmp_path: Path) -> None:
    file = tmp_path / "taken_plugin.py"
    file.write_text(DATASET % "rendered-faces")
    with pytest.raises(InputError, match="declared twice") as caught:
        load_named(str(file))
    assert str(file) in str(caught.value)
    assert "rendered_faces/dataset.yaml" in str(caught.value)


def test_an_installed_plugin_that_fails_is_skipped_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "broken", "broken_plugin", "import a_package_nobody_has\n")
    install(tmp_path, "sound", "sound_plugin", DATASET % "zzz-plugged-in")
    monkeypatch.syspath_prepend(str(tmp_path))
    problems = [each for each in load_installed() if "broken" in each]
    assert problems == [
        "plug-in 'broken' (broken_plugin) was skipped: ModuleNotFoundError: No module named 'a_package_nobody_has'"
    ]


def test_the_command_goes_on_without_a_broken_installed_plugin(tmp_path: Path) -> None:
    install(tmp_path, "broken", "broken_plugin", "raise ValueError('out of order')\n")
    install(tmp_path, "sound", "sound_plugin", DATASET % "zzz-plugged-in")
    done = subprocess.run(
        [sys.executable, "-c", "from benchmark.cli import main; main()", "list", "datasets"],
        env={"PYTHONPATH": f"{tmp_path}:{ROOT}", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "bench: plug-in 'broken' (broken_plugin) was skipped: ValueError: out of order" in done.stderr
    assert "zzz-plugged-in" in done.stdout
    assert "rendered-faces" in done.stdout
