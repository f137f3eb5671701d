"""Versions of what is registered: hashes of its source, so that what was made by other code of it is made again."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from benchmark.caching.code_version import PROJECT, code_version
from benchmark.caching.fingerprints import hash_of_files
from registry.catalogue import Entry

INSTALLED = ("site-packages", "dist-packages")
"""Names of the folders that pip installs to, where a file's neighbours are other people's."""


def entry_version(entry: Entry[Any]) -> str:
    """Version of the code that a registered name stands for, built in or of a plug-in; "" where there is none."""
    module = entry.card.entry.partition(":")[0]
    if not module:
        return plugin_code(entry) or ""
    package, _, rest = module.partition(".")
    return code_version(module if package in PROJECT or not rest else module.rpartition(".")[0])


def plugin_code(entry: Entry[Any]) -> str | None:
    """Hash of the source that a plug-in's class was registered from; None for what is built in.

    Of a class in a package, every module of the outermost package. Of one in a file of its own, that file and what it
    imports from its folder, directly or through one another, wherever in the file the import stands; where the folder
    is the one that pip installs to, the file alone.
    """
    file = Path(entry.place)
    return None if entry.card.entry or file.suffix != ".py" else _code_of_file(file)


@cache
def _code_of_file(file: Path) -> str:
    root = file.parent
    if root.name in INSTALLED:
        files = {file}
    elif not (root / "__init__.py").is_file():
        files = _imported(file)
    else:
        while (root.parent / "__init__.py").is_file():
            root = root.parent
        files = set(root.rglob("*.py"))
    return hash_of_files((str(each.relative_to(root)), each) for each in sorted(files) if each.is_file())


def _imported(file: Path) -> set[Path]:
    """A file and those of its folder that it imports; of a package in its folder, every module."""
    found: set[Path] = set()
    waiting = [file]
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            for name in _imported_names(current):
                module = file.parent / f"{name}.py"
                waiting.extend([module] if module.is_file() else (file.parent / name).rglob("*.py"))
    return found


def _imported_names(file: Path) -> Iterator[str]:
    """The first part of every dotted name that a file imports; none of a file that does not parse."""
    with suppress(OSError, SyntaxError, ValueError):
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.Import):
                yield from (each.name.partition(".")[0] for each in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module is not None and node.level == 0:
                yield node.module.partition(".")[0]
