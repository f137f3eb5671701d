"""What is made by a plug-in is made again once its code has changed, in whichever of its files that is."""

import shutil
from pathlib import Path

import cv2
import pytest

from benchmark.caching.code_version import code_version
from benchmark.caching.plugin_source import _code_of_file, entry_libraries, plugin_code
from benchmark.results.schema import Result, read_result
from registry.cards import MethodCard
from registry.catalogue import METHOD_CARDS, METRIC_CARDS, Entry
from tests.commands import TINY_SCORING, Outcome, bench_process, ended, settings
from tests.places import PLUGINS

PARTS = PLUGINS / "parts"
CARD = MethodCard(name="a", title="A", summary="", kind="learned", licence="", takes=[])


def code_of(file: Path) -> str | None:
    """The hash of a plug-in as a process sees it that starts now."""
    _code_of_file.cache_clear()
    return plugin_code(Entry(CARD, str(file)))


@pytest.fixture
def parts(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PARTS, tmp_path / "parts", ignore=shutil.ignore_patterns("__pycache__")))


@pytest.mark.parametrize(
    "file",
    ["everything.py", "judge_part.py", "method_part.py", "tones/dark.py", "tones/__init__.py"],
)
def test_a_plugins_code_is_its_file_and_the_neighbours_it_imports(parts: Path, file: str) -> None:
    before = code_of(parts / "everything.py")
    (parts / "unrelated.py").write_text("X = 1\n")
    (parts / "notes.txt").write_text("")
    assert code_of(parts / "everything.py") == before
    with (parts / file).open("a") as changed:
        changed.write("\nMORE = 1\n")
    assert code_of(parts / "everything.py") != before


def test_line_ends_and_the_place_on_disk_are_no_part_of_it(parts: Path, tmp_path: Path) -> None:
    before = code_of(parts / "everything.py")
    moved = Path(shutil.move(parts, tmp_path / "elsewhere"))
    content = (moved / "metric_part.py").read_bytes()
    (moved / "metric_part.py").write_bytes(content.replace(b"\n", b"\r\n"))
    assert code_of(moved / "everything.py") == before


def test_the_libraries_of_a_plugin_are_those_of_its_files_and_of_what_it_takes_of_the_framework(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text("import json\nfrom scipy.stats import rankdata\nimport neighbour\n")
    (tmp_path / "neighbour.py").write_text(
        "import os\n\ndef edges():\n    import cv2\n    from benchmark.metrics.lpips_network import lpips_network\n"
    )
    found = entry_libraries(Entry(CARD, str(tmp_path / "own.py")))
    assert {"scipy", "cv2", "lpips", "torch"} <= found
    assert not {"json", "os", "neighbour", "benchmark", "own"} & found


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package of two methods; the first imports a network, absolutely, and a loss, relatively."""
    inner = tmp_path / "mine" / "inner"
    inner.mkdir(parents=True)
    contents = {
        "__init__.py": "from mine.inner import first, second\n__version__ = '1.0'\n",
        "net.py": "WIDTH = 8\n",
        "loss.py": "SCALE = 1\n",
        "inner/__init__.py": "",
        "inner/first.py": "from mine.net import WIDTH\n\ndef edit():\n    from ..loss import SCALE\n",
        "inner/second.py": "import mine.net\n",
    }
    for name, content in contents.items():
        (tmp_path / "mine" / name).write_text(content)
    return tmp_path / "mine"


@pytest.mark.parametrize(
    ("file", "content", "counts"),
    [
        ("inner/first.py", "X = 1", True),
        ("net.py", "X = 1", True),
        ("loss.py", "X = 1", True),
        ("__init__.py", "X = 1", True),
        ("__init__.py", "__version__ = '1.1'", False),
        ("__init__.py", "from mine.inner import third", False),
        ("inner/second.py", "X = 1", False),
        ("net.py", "# X = 1", False),
        ("inner/first.py", '"""What it is."""', False),
    ],
)
def test_of_a_package_the_modules_count_that_are_imported(package: Path, file: str, content: str, counts: bool) -> None:
    before = code_of(package / "inner" / "first.py")
    with (package / file).open("a") as changed:
        changed.write(f"\n{content}\n")
    assert (code_of(package / "inner" / "first.py") != before) is counts


def test_a_module_that_a_text_names_counts(tmp_path: Path) -> None:
    (tmp_path / "method.py").write_text("import importlib\nNET = importlib.import_module('net')\n")
    (tmp_path / "net.py").write_text("")
    before = code_of(tmp_path / "method.py")
    (tmp_path / "net.py").write_text("X = 1\n")
    assert code_of(tmp_path / "method.py") != before


@pytest.mark.parametrize("code", ["Path(__file__).with_name('gain.txt')", "(HERE / 'tables').glob('*.txt')"])
def test_data_files_count_where_the_code_names_them_or_their_folder(tmp_path: Path, code: str) -> None:
    (tmp_path / "method.py").write_text(f"GAIN = {code}\n")
    (tmp_path / "tables").mkdir()
    files = [tmp_path / "gain.txt", tmp_path / "tables" / "gain.txt"]
    named, other = files if "gain" in code else reversed(files)
    for file in (named, other, tmp_path / "log.txt"):
        file.write_text("1")
    before = code_of(tmp_path / "method.py")
    other.write_text("2")
    (tmp_path / "log.txt").write_text("2")
    assert code_of(tmp_path / "method.py") == before
    named.write_text("2")
    assert code_of(tmp_path / "method.py") != before


def test_code_of_the_framework_that_a_plugin_imports_counts(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("from methods.layers.adain import X\n")
    (tmp_path / "other.py").write_text("from methods.layers.regions import X\n")
    assert code_of(tmp_path / "one.py") != code_of(tmp_path / "other.py")


def test_an_installed_module_does_not_answer_for_its_neighbours(tmp_path: Path) -> None:
    site = tmp_path / "site-packages"
    site.mkdir()
    (site / "mine.py").write_text("import theirs\n")
    (site / "theirs.py").write_text("")
    before = code_of(site / "mine.py")
    (site / "theirs.py").write_text("X = 1\n")
    assert code_of(site / "mine.py") == before
    (site / "mine.py").write_text("import theirs, sys\n")
    assert code_of(site / "mine.py") != before


def test_what_is_built_in_has_no_plugin_code() -> None:
    assert plugin_code(METHOD_CARDS.find("maskgan")) is None
    assert plugin_code(METRIC_CARDS.find("flops")) is None
    assert code_version("methods.maskgan") != code_version("methods.reference")


class TestARunOfAPlugin:
    """A run all of whose named things come from one plug-in, repeated after an edit of a neighbour."""

    def score(self, parts: Path, runs: Path) -> Outcome:
        outcome = ended(
            bench_process(
                *("score", "--plugin", parts / "everything.py", "--method", "plugged", "--runs", runs),
                *("--dataset", "plugged-faces", "--protocol", "plugged-copy"),
                *settings("dataset.size=32", "protocols.plugged-copy.count=2", "compute.precision=fp32", *TINY_SCORING),
                *settings("parser_judge=plugged-parser"),
            )
        )
        assert outcome.code == 0, outcome.err
        return outcome

    def test_each_part_redoes_what_it_decides(self, parts: Path, tmp_path: Path, cache: Path) -> None:
        run = tmp_path / "plugged-faces" / "plugged" / "seed0"
        edit = run / "edits" / "plugged-copy" / "00000.png"

        def figure(result: Result, metric: str = "plugged-figure") -> float | None:
            return result.protocols["plugged-copy"].metrics[metric].value

        def after(part: str, old: str, new: str) -> tuple[Result, int]:
            file = parts / part
            text = file.read_text()
            assert old in text
            file.write_text(text.replace(old, new))
            self.score(parts, tmp_path)
            return read_result(run / "result.json"), int(cv2.imread(str(edit))[0, 0, 0])

        def grey(tone: float, label: int) -> int:
            return round((1 + tone + label / 100) * 127.5)

        first, shade = after("tones/dark.py", "0.5", "0.25")
        assert (figure(first), shade) == (1.0, grey(0.25, 1))
        result, shade = after("tones/dark.py", "0.25", "0.75")
        assert shade == grey(0.75, 1)
        result, shade = after("protocol_part.py", "1", "11")
        assert shade == grey(0.75, 11)
        assert figure(result, "seg-accuracy") == 0
        result, _ = after("judge_part.py", "1", "11")
        assert figure(result, "seg-accuracy") == 1
        assert result.judges["parser"].scores != first.judges["parser"].scores
        result, _ = after("metric_part.py", "1", "2")
        assert figure(result) == 2.0
        assert result.dataset_facts.fingerprint == first.dataset_facts.fingerprint
        result, _ = after("dataset_part.py", "1", "2")
        assert result.dataset_facts.fingerprint != first.dataset_facts.fingerprint
