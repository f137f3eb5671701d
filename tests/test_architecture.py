"""The shape of the code: which room may import which, and how large a module may grow."""

import ast
import re
import statistics
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from registry.catalogue import METHOD_CARDS
from tests.places import ROOT

FLOORS = (
    "benchmark.cli",
    "benchmark.api",
    "benchmark.python_api",
    "benchmark.pipeline",
    "reports.run_page reports.ablation reports.gallery",
    "reports.groups",
    "benchmark.ablation reports.leaderboard reports.calibration reports.human_study",
    "benchmark.demo benchmark.planning benchmark.tables benchmark.sweep reports.claims reports.rating_forms",
    "benchmark.calibration benchmark.human_study benchmark.paper_claims benchmark.photographs benchmark.runs",
    "benchmark.evaluation benchmark.authoring",
    "benchmark.editing benchmark.judges",
    "benchmark.metrics benchmark.protocols benchmark.training",
    "benchmark.comparison benchmark.datasets benchmark.features reports.rendering",
    "benchmark.caching benchmark.config benchmark.images benchmark.results benchmark.weights",
    "methods benchmark.runtime",
    "registry benchmark.statistics",
)
"""The rooms from the top floor down: a room imports itself and floors below it."""
OF_METHODS = {"base", "checkpoint", "labels", "layers", "shared"}
"""What methods share with the harness."""
HEAVY = {
    "torch",
    "torchvision",
    "mmengine",
    "mmcv",
    "diffusers",
    "numpy",
    "pandas",
    "scipy",
    "cv2",
    "skimage",
    "seaborn",
    "matplotlib",
}
LOOSE = {"__init__.py", "__main__.py", "api.py"}
"""The files of `benchmark/` that lie in no room."""

PACKAGES = ("registry", "methods", "benchmark", "reports")
FILES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


NAMES = {name_of(path) for path in FILES}


@cache
def imports(path: Path, *, at_import: bool = False) -> tuple[str, ...]:
    """Dotted names of the modules that a file imports; `at_import` leaves out those of functions and of typing."""
    return tuple(_imports(path, at_import=at_import))


def _imports(path: Path, *, at_import: bool) -> Iterator[str]:
    waiting: list[ast.AST] = [tree_of(path)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in NAMES else str(node.module) for name in inner)
        elif at_import and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        elif at_import and isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting.extend(node.orelse)
            continue
        waiting.extend(ast.iter_child_nodes(node))


def floor_of(module: str) -> tuple[int, str] | None:
    """The number of a room's floor, counted from the top, and the room; None of what lies in none."""
    for number, rooms in enumerate(FLOORS):
        for room in rooms.split():
            if module == room or module.startswith(f"{room}."):
                return number, room
    return None


def offenders(package: str, forbidden: set[str], *, at_import: bool = False) -> list[str]:
    return [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in FILES
        if path.is_relative_to(ROOT / package)
        for name in imports(path, at_import=at_import)
        if name.partition(".")[0] in forbidden
    ]


def test_every_module_lies_in_a_room() -> None:
    homeless = {name for name in NAMES if floor_of(name) is None}
    assert homeless == {"benchmark", "benchmark.__main__", "reports"}
    assert {path.name for path in (ROOT / "benchmark").glob("*.py")} <= LOOSE


def test_imports_go_down_only() -> None:
    upwards = []
    for path in FILES:
        above = floor_of(name_of(path))
        for name in imports(path):
            below = floor_of(name)
            if above and below and above[1] != below[1] and above[0] >= below[0]:
                upwards.append(f"{path.relative_to(ROOT)} imports {name}")
    assert upwards == []


def test_no_files_import_each_other() -> None:
    below = {name_of(path): {name for name in imports(path) if name in NAMES} - {name_of(path)} for path in FILES}
    standing = dict(below)
    while free := {name for name, needs in standing.items() if not needs & standing.keys()}:
        standing = {name: needs for name, needs in standing.items() if name not in free}
    assert sorted(standing) == [], "these import each other, or what does"


def test_registry_imports_nothing_heavy_but_its_registries() -> None:
    found = offenders("registry", HEAVY, at_import=True)
    assert [offence for offence in found if not offence.startswith("registry/strict.py")] == []


def test_reports_never_import_networks() -> None:
    assert offenders("reports", {"torch", "torchvision", "mmengine", "mmcv", "methods"}) == []


def test_the_harness_imports_of_methods_only_what_they_share() -> None:
    names = {name for path in FILES if path.is_relative_to(ROOT / "benchmark") for name in imports(path)}
    assert {name.split(".")[1] for name in names if name.startswith("methods.")} <= OF_METHODS


def test_the_harness_names_no_method() -> None:
    # a word of its own, in code and messages; docstrings may cite a paper or show a run folder's name
    learned = [entry.card.name for entry in METHOD_CARDS if entry.card.entry.startswith("methods.")]
    pattern = re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, learned))})(?![\w-])", re.IGNORECASE)
    squeezed = {name.replace("-", "") for name in learned}
    found = []
    for path in FILES:
        if not path.is_relative_to(ROOT / "benchmark"):
            continue
        nodes = list(ast.walk(tree_of(path)))
        prose = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
        for node in nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
                words = {word.lower() for word in pattern.findall(node.value)}
            elif isinstance(node, ast.Name | ast.Attribute):
                spelt = node.id if isinstance(node, ast.Name) else node.attr
                words = {spelt.replace("_", "").lower()} & squeezed
            else:
                continue
            # the dataset knows true edits, which one of the reference methods is named after
            found += [f"{path.relative_to(ROOT)}: {word}" for word in words - {"oracle"}]
    assert found == []


def test_modules_stay_small() -> None:
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert {name: length for name, length in lengths.items() if length > 400} == {}
    assert statistics.median(lengths.values()) < 150


def test_a_module_is_named_for_its_idea() -> None:
    vague = re.compile(r"^(utils?|helpers?|commons?|misc|managers?)$")
    every = [*FILES, *(ROOT / "tests").rglob("*.py")]
    assert [str(path) for path in every if vague.match(path.stem) or vague.match(path.parent.name)] == []


def test_no_unfinished_work_lands() -> None:
    left = re.compile(r"\b(TODO|FIXME|XXX)\b")
    assert [str(path) for path in FILES if left.search(path.read_text(encoding="utf-8"))] == []


def test_a_module_opens_with_what_it_is_for() -> None:
    assert [str(path) for path in FILES if not ast.get_docstring(tree_of(path))] == []


def test_a_wait_in_a_page_is_given_a_function() -> None:
    """Where a page's policy forbids `eval`, Playwright asks again by a function only, and fails on an expression."""
    function = re.compile(r"\s*(async )?((\w+|\([^)]*\)) =>|function\b)")
    others = []
    for path in [*(ROOT / "tests").rglob("*.py"), *(ROOT / "benchmarks").glob("*.py")]:
        if "wait_for_function" not in path.read_text(encoding="utf-8"):
            continue
        tree = tree_of(path)
        constants = {
            target.id: node.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "wait_for_function":
                given: ast.AST = node.args[0]
                given = constants.get(given.id, given) if isinstance(given, ast.Name) else given
                begins = given.values[0] if isinstance(given, ast.JoinedStr) else given
                if not (isinstance(begins, ast.Constant) and function.match(str(begins.value))):
                    others.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert others == []
