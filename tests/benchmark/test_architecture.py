"""The shape of the code: which room may import which, and how large a module may grow."""

import ast
import re
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.catalogue import METHOD_CARDS

ROOT = Path(__file__).parents[2]
ROOMS = ("registry", "methods", "benchmark", "reports")
MODULES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
HEAVY = {
    "torch",
    "torchvision",
    "mmengine",
    "mmcv",
    "numpy",
    "pandas",
    "scipy",
    "cv2",
    "skimage",
    "seaborn",
    "matplotlib",
}


def imports(path: Path, *, at_import: bool = False) -> Iterator[str]:
    """Dotted names that a module imports; `at_import` leaves out those of functions and of type checking."""
    waiting: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{each.name}" for each in node.names)
        elif at_import and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        elif at_import and isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting.extend(node.orelse)
            continue
        waiting.extend(ast.iter_child_nodes(node))


def offenders(room: str, forbidden: set[str], *, at_import: bool = False) -> list[str]:
    return [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sorted((ROOT / room).rglob("*.py"))
        for name in imports(path, at_import=at_import)
        if name.partition(".")[0] in forbidden
    ]


def test_registry_imports_no_other_room() -> None:
    assert offenders("registry", {"methods", "benchmark", "reports"}) == []


def test_registry_imports_nothing_heavy_but_its_registries() -> None:
    found = offenders("registry", HEAVY, at_import=True)
    assert [each for each in found if not each.startswith("registry/strict.py")] == []


def test_methods_import_neither_harness_nor_reports() -> None:
    assert offenders("methods", {"benchmark", "reports"}) == []


def test_the_harness_imports_no_report() -> None:
    assert offenders("benchmark", {"reports"}) == []


def test_the_harness_imports_of_methods_only_what_they_share() -> None:
    names = {name for path in (ROOT / "benchmark").rglob("*.py") for name in imports(path)}
    rooms = {name.split(".")[1] for name in names if name.startswith("methods.")}
    own = {Path(entry.place).parent.name for entry in METHOD_CARDS if entry.card.entry.startswith("methods.")}
    assert rooms <= {"base", "labels", "layers", "checkpoint"}
    assert not rooms & own


@pytest.mark.parametrize("path", sorted((ROOT / "benchmark").rglob("*.py")), ids=lambda path: path.name)
def test_the_harness_names_no_method(path: Path) -> None:
    learned = [entry.card.name for entry in METHOD_CARDS if entry.card.entry.startswith("methods.")]
    # a word of its own, in code and messages; docstrings may cite a paper or show a run folder's name
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    texts = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
    ]
    names = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
    attributes = [node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    pattern = re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, learned))})(?![\w-])", re.IGNORECASE)
    found = {match.group() for text in texts for match in pattern.finditer(text)}
    spelt = {each.replace("-", "").replace("_", "").lower() for each in (*names, *attributes)}
    # the dataset knows true edits, which one of the reference methods is named after
    assert found - {"oracle"} == set()
    assert (spelt - {"oracle"}) & {name.replace("-", "") for name in learned} == set()


def test_reports_read_results_and_scores_only() -> None:
    names = {name for path in (ROOT / "reports").rglob("*.py") for name in imports(path)}
    readers = (
        "benchmark.ablation.",
        "benchmark.calibration.schema.",
        "benchmark.results.comparability.",
        "benchmark.results.run_folder.",
        "benchmark.runtime.atomic_files.",
        "benchmark.results.method_runs.",
        "benchmark.human_study.",
        "benchmark.comparison.metric_comparison.",
        "benchmark.results.schema.",
        "benchmark.statistics.",
        "benchmark.results.task_scores.",
    )
    assert [name for name in names if name.startswith("benchmark") and not name.startswith(readers)] == []


def test_reports_never_import_networks() -> None:
    assert offenders("reports", {"torch", "torchvision", "mmengine", "mmcv", "methods"}) == []


def test_modules_stay_small() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {name: length for name, length in lengths.items() if length > 400} == {}
    assert statistics.median(lengths.values()) < 150


def test_a_module_is_named_for_its_idea() -> None:
    vague = re.compile(r"^(utils?|helpers?|commons?|misc|managers?)$")
    every = [*MODULES, *(ROOT / "tests").rglob("*.py")]
    assert [str(path) for path in every if vague.match(path.stem) or vague.match(path.parent.name)] == []


def test_no_unfinished_work_lands() -> None:
    left = re.compile(r"\b(TODO|FIXME|XXX)\b")
    assert [str(path) for path in MODULES if left.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("path", [path for path in MODULES if path.read_text()], ids=lambda path: str(path.name))
def test_a_module_opens_with_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
