"""Gives every plug-in file the modules beside it as its own, whatever files of the same names others have."""

from __future__ import annotations

import builtins
import hashlib
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from importlib import import_module, invalidate_caches
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

PREFIX = "bench_plugin_"
"""Begins the names of the packages that plug-in folders are to Python."""


def import_file(path: Path) -> ModuleType:
    """Import a plug-in's file once; it may import its neighbours, absolutely or relatively.

    The file's folder (of a package, the one that it lies in) is a package to Python, of a name that no other has, and
    `import net` in one of its modules means the `net.py` beside it. A library of that name comes first, so that a
    neighbour never hides one.

    Raises:
        FileNotFoundError: if there is no such file.
        Exception: whatever the file raises.
    """
    path = path.resolve()
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    root = _root_of(path)
    invalidate_caches()
    return import_module(".".join((_package_of(root), *_dotted(path.relative_to(root)))))


def outermost_module(path: Path) -> str:
    """The name of the module that a plug-in's file is, or of the package that it lies in, where that is installed."""
    path = path.resolve()
    return _dotted(path.relative_to(_root_of(path)))[0]


def _root_of(path: Path) -> Path:
    """The folder in which the names of a file's modules begin."""
    root = path.parent
    while (root / "__init__.py").is_file():
        root = root.parent
    return root


def own_name(importer: str, name: str) -> str:
    """The full name of the module that code in the module `importer` gets by importing `name`."""
    package = importer.partition(".")[0]
    if not package.startswith(PREFIX) or name.startswith(PREFIX):
        return name
    top = name.partition(".")[0]
    return f"{package}.{name}" if _is_neighbour(package, top) and not _is_library(top) else name


def _dotted(path: Path) -> tuple[str, ...]:
    return path.parent.parts if path.name == "__init__.py" else path.with_suffix("").parts


def _package_of(folder: Path) -> str:
    """The name of the package that a plug-in's folder is, which is entered among Python's modules."""
    name = f"{PREFIX}{hashlib.sha256(str(folder).encode()).hexdigest()[:16]}"
    if not any(isinstance(finder, _NeighbourFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _NeighbourFinder())
    if name not in sys.modules:
        package = ModuleType(name, f"The plug-in folder {folder}.")
        package.__path__ = [str(folder)]
        sys.modules[name] = package
    return name


class _NeighbourFinder(MetaPathFinder):
    """Finds the modules of plug-in folders, and has them loaded with an `import` of their own."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """As `importlib` asks for it."""
        if not fullname.startswith(PREFIX):
            return None
        found = PathFinder.find_spec(fullname, path, target)
        if found is not None and isinstance(found.loader, SourceFileLoader):
            found.loader = _NeighbourLoader(fullname, found.loader.path)
        return found


class _NeighbourLoader(SourceFileLoader):
    """Runs a module whose import statements find the modules beside it."""

    def exec_module(self, module: ModuleType) -> None:
        """Run the module; its functions keep its `import`, for what they import when they are called."""
        own_import = partial(_import, module.__name__)
        vars(module)["__builtins__"] = {**vars(builtins), "__import__": own_import}
        super().exec_module(module)


def _import(
    importer: str,
    name: str,
    globals: Mapping[str, object] | None = None,
    locals: Mapping[str, object] | None = None,
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> ModuleType:
    """`__import__` of a plug-in's module."""
    full = name if level else own_name(importer, name)
    if full == name:
        return builtins.__import__(name, globals, locals, fromlist or (), level)
    if fromlist:
        return builtins.__import__(full, globals, locals, fromlist, 0)
    import_module(full)  # `import a.b` gives `a`
    return sys.modules[f"{importer.partition('.')[0]}.{name.partition('.')[0]}"]


def _is_library(name: str) -> bool:
    if name in sys.modules:
        return True
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def _is_neighbour(package: str, name: str) -> bool:
    (place,) = sys.modules[package].__path__
    folder = Path(place)
    return (folder / f"{name}.py").is_file() or (folder / name).is_dir()
