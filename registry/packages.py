"""Where the framework's packages lie, found without importing them."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path


@cache
def package_folder(package: str) -> Path:
    """The folder of a package, such as `benchmark.protocols`; only the outermost is looked for.

    Raises:
        ModuleNotFoundError: if that is not installed.
    """
    parent, _, inner = package.partition(".")
    spec = find_spec(parent)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"package {parent} is not installed", name=parent)
    return Path(spec.submodule_search_locations[0]).joinpath(*filter(None, inner.split(".")))
