"""What a finished run rests on: code that can change its numbers, and no other."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmark.caching.code_version import DECIDES_NO_NUMBER, _file_of, code_version
from tests.places import ROOT

EDITS = {
    "a comment in the human study": ("benchmark/human_study/design/sample_size.py", "\n", "\n# a comment\n", False),
    "code of the human study": ("benchmark/human_study/design/sample_size.py", "\n\n", "\n\nUNUSED = 1\n", False),
    "code of another method": ("methods/elegant/losses.py", "\n\n", "\n\nUNUSED = 1\n", False),
    "a comment in a metric": ("benchmark/metrics/pixel.py", "\n", "\n# a comment\n", False),
    "a docstring of a metric": ("benchmark/metrics/pixel.py", '"""', '"""Truly: ', False),
    "code of a metric": ("benchmark/metrics/pixel.py", "\n\n", "\n\nUNUSED = 1\n", True),
    "code that a metric imports": ("benchmark/metrics/mean_metric.py", "\n\n", "\n\nUNUSED = 1\n", True),
    "code of the method": ("methods/maskgan/blender.py", "\n\n", "\n\nUNUSED = 1\n", True),
    "code that the method imports": ("methods/layers/adain.py", "\n\n", "\n\nUNUSED = 1\n", True),
    "code of the protocol": ("benchmark/protocols/style_copy.py", "\n\n", "\n\nUNUSED = 1\n", True),
    "code of the renderer": ("benchmark/datasets/rendered_faces/renderer/nose.py", "\n\n", "\n\nUNUSED = 1\n", True),
    "code of the judge's network": ("methods/layers/parsing_unet.py", "\n\n", "\n\nUNUSED = 1\n", True),
    "how a judge is trained": ("benchmark/training/runner.py", "\n\n", "\n\nUNUSED = 1\n", True),
}
"""By what it is: the file, the first text in it that is replaced, by what, and whether numbers may change."""

STAMPS = """
import json, sys
from pathlib import Path
from benchmark.config.resolve import resolve
from benchmark.runs.up_to_date import finished_stamp
from benchmark.config.sources import COMMAND, ConfigSource
from benchmark.weights.locate import Weights

experiment = resolve([ConfigSource({"method": "maskgan"}, COMMAND)])
stamps = {"": finished_stamp(experiment, Weights())}
for what, (file, old, new, _) in json.loads(sys.argv[1]).items():
    path = Path(file)
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new, 1), encoding="utf-8")
    stamps[what] = finished_stamp(experiment, Weights())
    path.write_text(content, encoding="utf-8")
assert finished_stamp(experiment, Weights()) == stamps[""]
print(json.dumps(stamps))
"""


@pytest.fixture(scope="module")
def stamps(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The stamp of a run of MaskGAN in a copy of the source tree, as it is and after each edit."""
    tree = tmp_path_factory.mktemp("tree")
    for room in ("registry", "methods", "benchmark"):
        shutil.copytree(ROOT / room, tree / room, ignore=shutil.ignore_patterns("__pycache__"))
    done = subprocess.run(
        [sys.executable, "-c", STAMPS, json.dumps(EDITS)],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("what", EDITS)
def test_a_run_is_done_again_for_code_that_can_change_its_numbers_alone(what: str, stamps: dict[str, str]) -> None:
    can_change_numbers = EDITS[what][3]
    assert (stamps[what] != stamps[""]) == can_change_numbers


def test_a_module_that_does_not_exist_has_no_version() -> None:
    for name in ("benchmark.no_such_module", "methods.maskgan.no_such_module", "no_such_package"):
        with pytest.raises(ModuleNotFoundError, match=name):
            code_version("benchmark.metrics.pixel", name)


def test_what_decides_no_number_exists() -> None:
    assert all(_file_of(name).is_file() for name in DECIDES_NO_NUMBER)


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of an empty module from outside that can be imported."""
    monkeypatch.syspath_prepend(tmp_path)
    file = tmp_path / f"outside_{tmp_path.name}.py"
    file.write_text("")
    return file


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("X = 1", "X = 1  # why", True),
        ("X = 1", '"""What it is for."""\n\nX = 1\n"""One."""', True),
        ("X = 1", "X = 2", False),
        ("import math", "import cmath", False),
        ("from math import sin as f", "from math import cos as f", False),
        ("import os, sys", "import sys\nimport os", True),
        (
            "from methods.base import FaceBatch as B",
            "from methods.base import EditBatch as B",
            False,
        ),
        (
            "def f():\n    from benchmark.metrics import pixel",
            "def f():\n    from benchmark.metrics import lpips",
            False,
        ),
        ("import os\nif os.name:\n    import benchmark.metrics.pixel", "import os\nif os.name:\n    pass", False),
    ],
)
def test_versions_are_equal_where_the_same_is_computed(module: Path, one: str, other: str, equal: bool) -> None:
    versions = []
    for content in (one, other):
        module.write_text(content)
        versions.append(code_version(module.stem))
    assert (versions[0] == versions[1]) == equal


@pytest.mark.parametrize(
    ("test", "count"), [("typing.TYPE_CHECKING", False), ("TYPE_CHECKING", False), ("not TYPE_CHECKING", True)]
)
def test_imports_for_type_checking_alone_do_not_count(module: Path, test: str, count: bool) -> None:
    versions = set()
    for name in ("pixel", "lpips"):
        module.write_text(f"import typing\nif {test}:\n    from benchmark.metrics import {name}\n")
        versions.add(code_version(module.stem))
    assert (len(versions) == 2) == count
