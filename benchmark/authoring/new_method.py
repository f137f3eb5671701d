"""Writes the skeleton of a method: a folder with its card and a model that already learns something."""

from __future__ import annotations

import re
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from benchmark.runtime.atomic_files import write_text_atomically
from registry.catalogue import METHOD_CARDS
from registry.errors import DuplicateNameError, InputError

FILES = ("method.yaml", "model.py")
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def write_skeleton(name: str, parent: Path) -> list[Path]:
    """Write `parent/name/method.yaml` and `parent/name/model.py`.

    Args:
        name: the method's name, lower-case words joined by hyphens.
        parent: folder that takes the method's.

    Returns:
        The files written; the last is what `--plugin` loads.

    Raises:
        InputError: if the name is no name or is taken, or the folder is there already or cannot be written.
    """
    if not _NAME.fullmatch(name):
        raise InputError(
            f"{name!r} is no name of a method: write lower-case words joined by hyphens, such as my-method"
        )
    if name in METHOD_CARDS:
        raise DuplicateNameError(f"method {name!r} is declared in {METHOD_CARDS.find(name).place}; choose another name")
    folder = parent / name
    if folder.exists():
        raise InputError(f"{folder} is there already; choose another name, or --out for another place")
    environment = Environment(
        loader=PackageLoader("benchmark.authoring", "skeleton"), undefined=StrictUndefined, keep_trailing_newline=True
    )
    words = name.split("-")
    facts = {
        "name": name,
        "title": " ".join(words).capitalize(),
        "class_name": "".join(word.capitalize() for word in words),
    }
    written = []
    for file in FILES:
        try:
            write_text_atomically(folder / file, environment.get_template(f"{file}.j2").render(facts))
        except OSError as error:
            raise InputError(f"{folder} cannot be written: {error.strerror or error}") from error
        written.append(folder / file)
    return written
