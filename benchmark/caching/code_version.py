"""Versions of code: a hash of what a module computes with, which is itself and all of the project that it imports."""

from __future__ import annotations

import ast
import hashlib
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from registry.packages import package_folder

PROJECT = frozenset({"registry", "methods", "benchmark", "reports"})
"""The packages whose imports are followed; of any other, the imported names alone count."""
DECIDES_NO_NUMBER = (
    "registry",
    "benchmark.caching",
    "benchmark.config",
    "benchmark.runtime.atomic_files",
    "benchmark.runtime.cache_folder",
    "benchmark.runtime.checked_files",
    "benchmark.runtime.home_folder",
    "benchmark.runtime.interruption",
    "benchmark.runtime.json_files",
    "benchmark.runtime.progress",
    "benchmark.runtime.system_failures",
    "benchmark.runtime.tracebacks",
    "benchmark.runtime.version",
    "benchmark.training.progress_hook",
    "benchmark.training.stall_watch",
    "methods.checkpoint.error",
    "methods.checkpoint.file_kinds",
)
"""Modules and packages that find, name, show or store things: what they return is hashed where it is used."""


def code_version(*modules: str) -> str:
    """Hash of what modules compute with: their code and that of every module of the project below them.

    Comments, docstrings, line ends and the names of the modules are no part of it, so that neither a better sentence
    nor a move changes it. Imports inside functions are followed too; those for type checking alone are not.

    Args:
        modules: dotted names; a package stands for every module in it.

    Raises:
        ModuleNotFoundError: if one of them does not exist.
    """
    codes = _codes_below(*modules)
    # which module a name is taken of decides too, where two modules below have the name
    return sha256_of_parts(
        sorted([code.sha256, sorted((name, codes[of].sha256) for of, name in code.imports)] for code in codes.values())
    )


def libraries_below(*modules: str) -> frozenset[str]:
    """The top-level modules, neither Python's own nor the project's, that the code of `code_version` imports.

    Args:
        modules: as of `code_version`.

    Raises:
        ModuleNotFoundError: if one of them does not exist.
    """
    return frozenset[str]().union(*(code.libraries for code in _codes_below(*modules).values()))


def _codes_below(*modules: str) -> dict[str, _Code]:
    """The code of modules and of every module of the project below them, by name."""
    waiting = [inner for name in modules for inner in _modules_of(name)]
    codes: dict[str, _Code] = {}
    while waiting:
        name = waiting.pop()
        if name not in codes:
            codes[name] = _code_in(_file_of(name))
            waiting.extend(module for module, _ in codes[name].imports)
    return codes


@dataclass(frozen=True)
class _Code:
    """A file's code: the hash of its own, and the modules of the project that it imports, with the names it takes.

    Attributes:
        libraries: the top-level modules of others that it imports, but for Python's own.
    """

    sha256: str
    imports: frozenset[tuple[str, str]]
    libraries: frozenset[str]


def _code_in(file: Path) -> _Code:
    """The code of a file, read again only where the file system says that it was written since."""
    facts = file.stat()
    return _read_code(file, (facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns))


@cache
def _read_code(file: Path, written: tuple[int, ...]) -> _Code:
    return _code_of(file.read_bytes())


@cache
def _code_of(content: bytes) -> _Code:
    tree = ast.parse(content)
    targets = {target for node in imports_in(tree) for target in _targets(node)}
    inner = {target for target in targets if _package_of(target[0]) in PROJECT}
    own = sha256_of_parts([dump_without_prose(tree), sorted(targets - inner)])
    counted = frozenset(target for target in inner if not decides_no_number(target[0]))
    return _Code(own, counted, libraries_among(target[0] for target in targets - inner))


def libraries_among(names: Iterable[str]) -> frozenset[str]:
    """The top-level modules of dotted names, but for Python's own and the project's."""
    return frozenset(map(_package_of, names)) - sys.stdlib_module_names - PROJECT


def dump_without_prose(tree: ast.AST) -> str:
    """What a module computes, as text: without comments, docstrings and imports, which `tree` loses."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        for block in _blocks_of(waiting.pop()):
            block[:] = [statement for statement in block if not _computes_nothing(statement)]
            waiting.extend(block)
    return ast.dump(tree)


def _computes_nothing(statement: ast.AST) -> bool:
    """Whether it is an import, or a text that stands alone: a docstring of a module, class, function or attribute."""
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant) and isinstance(statement.value.value, str)
    return isinstance(statement, ast.Import | ast.ImportFrom)


def _blocks_of(node: ast.AST) -> Iterator[list[ast.AST]]:
    """The lists of statements within a module or a statement; no expression has any."""
    for name in ("body", "handlers", "orelse", "finalbody", "cases"):
        if isinstance(block := getattr(node, name, None), list):
            yield block


def decides_no_number(module: str) -> bool:
    """Whether a module of the project finds, names, shows or stores things, and computes none."""
    return any(module == each or module.startswith(f"{each}.") for each in DECIDES_NO_NUMBER)


def _package_of(module: str) -> str:
    return module.partition(".")[0]


def imports_in(tree: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    """The import statements of a module, those inside functions too, but none for type checking alone."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif isinstance(node, ast.If) and _asks_for_type_checking(node.test):
            waiting.extend(node.orelse)
        else:
            for block in _blocks_of(node):
                waiting.extend(block)


def _asks_for_type_checking(test: ast.expr) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else test.id if isinstance(test, ast.Name) else None
    return name == "TYPE_CHECKING"


def _targets(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    """The modules that a statement imports, each with the name that is taken of it, "" for the module as a whole."""
    if isinstance(node, ast.Import):
        yield from ((alias.name, "") for alias in node.names)
        return
    parent = node.module or ""
    for alias in node.names:
        inner = f"{parent}.{alias.name}"
        whole = _package_of(parent) in PROJECT and _path_of(inner) is not None
        yield (inner, "") if whole else (parent, alias.name)


def _modules_of(name: str) -> Iterator[str]:
    file = _file_of(name)
    yield name
    if file.name == "__init__.py":
        for inner in sorted(file.parent.rglob("*.py")):
            parts = inner.relative_to(file.parent).with_suffix("").parts
            yield ".".join((name, *(parts[:-1] if parts[-1] == "__init__" else parts)))


@cache
def _file_of(name: str) -> Path:
    if _package_of(name) in PROJECT:
        file = _path_of(name)
    else:
        spec = find_spec(name)
        file = Path(spec.origin) if spec is not None and spec.origin is not None else None
    if file is None:
        raise ModuleNotFoundError(f"there is no module {name!r} whose code could be hashed", name=name)
    return file


def _path_of(name: str) -> Path | None:
    """The file of one of the project's modules, without importing it; None where there is none."""
    path = package_folder(name)
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)


def sha256_of_parts(parts: object) -> str:
    """SHA-256 of plain values as Python prints them."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()
