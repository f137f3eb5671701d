"""Plug-ins: installed packages that offer `bench.plugins` entry points, and files or modules named on the command."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from registry.errors import InputError

GROUP = "bench.plugins"


def load_installed() -> Iterator[str]:
    """Import every installed plug-in, giving a sentence for each that failed; those are skipped."""
    from importlib.metadata import entry_points  # slow to import, and `bench --help` loads no plug-in

    for point in entry_points(group=GROUP):
        try:
            point.load()
        except Exception as error:
            yield f"plug-in {point.name!r} ({point.value}) was skipped: {_reason(error)}"


def load_named(plugin: str) -> None:
    """Import a plug-in that the user named: a Python file, which may import its neighbours, or a module.

    Raises:
        InputError: if it is not there or fails to import.
    """
    try:
        if plugin.endswith(".py"):
            _import_file(Path(plugin))
        else:
            import_module(plugin)
    except Exception as error:
        raise InputError(f"plug-in {plugin!r} was not loaded: {_reason(error)}") from error


def _import_file(path: Path) -> None:
    path = path.resolve()
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    # files of one name in several folders are several plug-ins
    name = f"bench_plugin_{path.stem}_{hashlib.sha256(str(path).encode()).hexdigest()[:8]}"
    if name in sys.modules:
        return
    spec = spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not a Python file")
    if (folder := str(path.parent)) not in sys.path:
        sys.path.append(folder)  # last, so that a neighbouring file named like a library does not hide it
    module = module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, InputError) else f"{type(error).__name__}: {error}"
