"""Versions of what is registered: hashes of its source, so that what was made by other code of it is made again."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from benchmark.caching.code_version import (
    PROJECT,
    code_version,
    decides_no_number,
    dump_without_prose,
    imports_in,
    libraries_among,
    libraries_below,
    sha256_of_parts,
)
from benchmark.caching.data_files import named_files, version_of_file, version_of_folder
from registry.catalogue import CATALOGUES, Entry
from registry.packages import package_folder

INSTALLED: Final = ("site-packages", "dist-packages")
"""Names of the folders that pip installs to, where a file's neighbours are other people's."""


def entry_version(entry: Entry[Any]) -> str:
    """Version of the code that a registered name stands for, built in or of a plug-in; "" where there is none."""
    module = entry.card.entry.partition(":")[0]
    if entry.builtin:
        return code_version(module) if module else ""
    return plugin_code(entry) or ""


def entry_libraries(entry: Entry[Any]) -> frozenset[str]:
    """The top-level modules of libraries that the code of `entry_version` imports; none of a command."""
    module = entry.card.entry.partition(":")[0]
    if entry.builtin or (entry.thing is None and module.partition(".")[0] in PROJECT):
        return libraries_below(module) if module else frozenset()
    if getattr(entry.card, "command", None):
        return frozenset()
    file = _file_of_module(module) if entry.thing is None and module else Path(entry.place)
    return _libraries_of_file(file) if file.suffix == ".py" else frozenset()


def plugin_code(entry: Entry[Any]) -> str | None:
    """Hash of what a plug-in's class, or command, computes with; None for what is built in.

    It is the code of the file that declares the class and of what that imports, directly or through one another, of
    its own package or, where it is in none, of its folder (of a folder that pip installs to, nothing), and of the
    framework; wherever in a file an import stands, and where a text names the module. Comments, docstrings and line
    ends are no part of it. Data files beside a module count where its code spells out their name, or that of their
    folder; the files of cards do not, since what a card says counts by itself. Of a command all of the card's folder
    counts, as `version_of_folder` has it.
    """
    if entry.builtin:
        return None
    if getattr(entry.card, "command", None):
        return version_of_folder(Path(entry.place).parent)
    if entry.thing is None and entry.card.entry:
        module = entry.card.entry.partition(":")[0]
        if module.partition(".")[0] in PROJECT:  # a card of its own for a class of the framework
            return code_version(module)
        return _code_of_file(_file_of_module(module))
    file = Path(entry.place)
    return _code_of_file(file) if file.suffix == ".py" else None


def _file_of_module(name: str) -> Path:
    """The file of an installed module, found without importing it."""
    top, _, inner = name.partition(".")
    path = package_folder(top).joinpath(*filter(None, inner.split(".")))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    if not file.is_file():
        raise ModuleNotFoundError(f"there is no module {name!r} whose code could be hashed", name=name)
    return file


@cache
def _code_of_file(file: Path) -> str:
    found = _closure(file)
    cards = {entry.card_file for catalogue in CATALOGUES.values() for entry in catalogue}
    data = sorted((str(path.relative_to(found.root)), version_of_file(path)) for path in found.data - cards)
    project = code_version(*sorted(found.project)) if found.project else ""
    return sha256_of_parts([found.codes(), project, data])


@cache
def _libraries_of_file(file: Path) -> frozenset[str]:
    found = _closure(file)
    return found.libraries | (libraries_below(*sorted(found.project)) if found.project else frozenset())


@dataclass
class _Closure:
    """What a file computes with.

    Attributes:
        root: the folder in which the names of its modules begin.
        modules: the plug-in's files whose imports count too, with their code.
        packages: the `__init__.py` of packages that imports run on their way; what these import in turn does not count.
        project: modules of the framework.
        data: files beside the code that it names.
        libraries: top-level modules of others.
    """

    root: Path
    modules: dict[Path, str] = field(default_factory=dict)
    packages: set[Path] = field(default_factory=set)
    project: set[str] = field(default_factory=set)
    data: set[Path] = field(default_factory=set)
    libraries: frozenset[str] = frozenset()

    def codes(self) -> list[str]:
        """Hashes of all code of the plug-in, in an order that names do not decide."""
        passed = (_without_metadata(_parsed(file)) for file in self.packages - self.modules.keys())
        return sorted([*self.modules.values(), *(sha256_of_parts(dump_without_prose(tree)) for tree in passed)])


def _closure(file: Path) -> _Closure:
    root = file.parent
    while (root / "__init__.py").is_file():
        root = root.parent
    package = file.relative_to(root).parts[0] if root != file.parent else None
    alone = package is None and root.name in INSTALLED
    found = _Closure(root, packages=set(_packages_of(root, file)))
    waiting = [file]
    while waiting:
        current = waiting.pop()
        if current in found.modules:
            continue
        tree = _parsed(current)
        others = []
        for name in _imported_names(tree, current.relative_to(root)):
            top = name.partition(".")[0]
            own = None if alone or package not in (None, top) else _module_file(root, name)
            if own is not None:
                waiting.append(own)
                found.packages.update(_packages_of(root, own))
            elif top in PROJECT:
                found.project.update(_module_of_project(name))
            else:
                others.append(name)
        code = dump_without_prose(tree)
        found.modules[current] = sha256_of_parts([code, sorted(others)])
        found.libraries |= libraries_among(name for name in others if name.partition(".")[0] != package)
        for text in [] if alone else _texts(tree):
            named = _module_file(root, text.partition(":")[0])
            waiting.extend([] if named is None else [named])
            found.data.update(named_files(current.parent, text))
    return found


def _parsed(file: Path) -> ast.AST:
    """A file's syntax tree; of one that does not parse, its text as if it were all that it has."""
    content = file.read_bytes()
    try:
        return ast.parse(content)
    except (SyntaxError, ValueError):
        return ast.Constant(content)


def _without_metadata(tree: ast.AST) -> ast.AST:
    """The tree of a package's `__init__.py` without values such as `__version__`."""
    if isinstance(tree, ast.Module):
        tree.body = [
            node
            for node in tree.body
            if not (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).startswith("__"))
        ]
    return tree


def _imported_names(tree: ast.AST, place: Path) -> Iterator[str]:
    """Dotted names of what a module imports; the part behind the last dot may be a name in a module.

    Args:
        tree: the module's.
        place: its file, from the folder in which names begin.
    """
    for node in imports_in(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        else:
            above = place.parts[: len(place.parts) - node.level] if node.level else ()
            parent = [*above, *([node.module] if node.module else [])]
            yield from (".".join([*parent, alias.name]) for alias in node.names)


def _module_file(root: Path, name: str) -> Path | None:
    """The file of the module below `root` that a dotted name is of, or of the one that has what it names."""
    parts = name.split(".")
    if not all(part.isidentifier() or part == "*" for part in parts):
        return None
    for end in range(len(parts), 0, -1):
        path = root.joinpath(*parts[:end])
        for file in (path.with_suffix(".py"), path / "__init__.py"):
            if file.is_file():
                return file
    return None


def _packages_of(root: Path, file: Path) -> Iterator[Path]:
    folder = file.parent
    while folder != root:
        if (package := folder / "__init__.py").is_file():
            yield package
        folder = folder.parent


def _module_of_project(name: str) -> Iterator[str]:
    """The module of the framework that a dotted name is of, unless nothing that it gives decides a number."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        module = ".".join(parts[:end])
        path = package_folder(parts[0]).joinpath(*parts[1:end])
        if path.with_suffix(".py").is_file() or (path / "__init__.py").is_file():
            if end > 1 and not decides_no_number(module):
                yield module
            return


def _texts(tree: ast.AST) -> set[str]:
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
