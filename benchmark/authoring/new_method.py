"""Writes the skeleton of a method: a package to install, with its card and a model that already learns something."""

from __future__ import annotations

import keyword
import re
from importlib.util import find_spec
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from benchmark.runtime.atomic_files import write_text_atomically
from registry.catalogue import METHOD_CARDS
from registry.errors import DuplicateNameError, InputError

PROJECT_FILES = ("pyproject.toml",)
PACKAGE_FILES = ("__init__.py", "method.yaml", "model.py")
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def write_skeleton(name: str, parent: Path) -> list[Path]:
    """Write `parent/name/pyproject.toml`, and beside it a package with the card and the model.

    The package is named as the method, with `_` in place of `-`, which no name in Python has.

    Args:
        name: the method's name, lower-case words joined by hyphens.
        parent: folder that takes the method's.

    Returns:
        The files written, the model last; `--plugin` loads the folder.

    Raises:
        InputError: if the name is no name or is taken, also by a module, or the folder is there already or cannot be
            written.
    """
    if not _NAME.fullmatch(name):
        raise InputError(
            f"{name!r} is no name of a method: write lower-case words joined by hyphens, such as my-method"
        )
    if name in METHOD_CARDS:
        raise DuplicateNameError(f"method {name!r} is declared in {METHOD_CARDS.find(name).place}; choose another name")
    module = name.replace("-", "_")
    if keyword.iskeyword(module) or find_spec(module) is not None:
        raise InputError(f"{name!r} is the name of a module or a word of Python; choose another name")
    folder = parent / name
    if folder.exists():
        raise InputError(f"{folder} is there already; choose another name, or --out for another place")
    environment = Environment(
        loader=PackageLoader("benchmark.authoring", "skeleton"), undefined=StrictUndefined, keep_trailing_newline=True
    )
    words = name.split("-")
    facts = {
        "name": name,
        "module": module,
        "title": " ".join(words).capitalize(),
        "class_name": "".join(word.capitalize() for word in words),
    }
    files = [folder / file for file in PROJECT_FILES] + [folder / module / file for file in PACKAGE_FILES]
    for file in files:
        try:
            write_text_atomically(file, environment.get_template(f"{file.name}.j2").render(facts))
        except OSError as error:
            raise InputError(f"{folder} cannot be written: {error.strerror or error}") from error
    return files
