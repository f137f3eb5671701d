"""Plug-ins: installed packages that offer entry points, and files, folders or modules named on the command."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from registry.errors import InputError, described
from registry.neighbours import PREFIX, import_file, outermost_module
from registry.packages import package_folder

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from registry.catalogue import Plugin

MODULES = "bench.plugins"
"""The entry points that name a module to import, which registers what it has."""
CARDS = "bench.cards"
"""The entry points that name a package whose cards say where the code is, which is imported when it is used."""


def load_installed() -> Iterator[str]:
    """Load every installed plug-in, giving a sentence for each that failed; of those nothing stays registered."""
    from importlib.metadata import entry_points  # slow to import, and `bench --help` loads no plug-in

    from registry.catalogue import Plugin

    for group in (CARDS, MODULES):
        for point in entry_points(group=group):
            try:
                with _all_or_nothing(Plugin(point.module.partition(".")[0], installed=True)):
                    _declare_cards(point) if group == CARDS else point.load()
            except (Exception, SystemExit) as error:
                yield f"plug-in {point.name!r} ({point.value}) was skipped: {_reason(error)}"


def load_named(plugin: str) -> None:
    """Import a plug-in that the user named: a Python file, which may import its neighbours, a folder, or a module.

    One that was loaded already, as an installed package for example, is not loaded again. Where the package is
    installed from another place, what is named takes the place of what is installed.

    Raises:
        InputError: if it is not there or fails to import; nothing of it stays registered.
    """
    from registry.catalogue import Plugin

    try:
        file = _file_of(plugin)
        package = plugin.partition(".")[0] if file is None else outermost_module(file)
        with _all_or_nothing(Plugin(package, installed=False)), _named() as places:
            if file is None:
                file = Path(import_module(plugin).__file__ or plugin)
            elif not _is_loaded(file):
                import_file(file)
            places.append(file.parent if file.name == "__init__.py" else file)
    except (Exception, SystemExit) as error:
        raise InputError(f"plug-in {plugin!r} was not loaded: {_reason(error)}") from error


def _file_of(plugin: str) -> Path | None:
    """The file that a word names: itself, or that of a folder written with or without `.py`; None of a module."""
    path = Path(plugin).expanduser()
    if path.is_file():
        return path
    folder = path.with_suffix("") if plugin.endswith(".py") else path
    package = folder / folder.name.replace("-", "_")
    for file in (folder / "__init__.py", package / "__init__.py"):
        if file.is_file():
            return file
    if folder.is_dir() and not plugin.endswith(".py"):
        raise FileNotFoundError(f"the folder {folder} is no plug-in: it has neither __init__.py nor {package.name}/")
    return path if plugin.endswith(".py") else None


def _is_loaded(file: Path) -> bool:
    """Whether a module that Python has imported already is this file."""
    resolved = file.resolve()
    places = [Path(place) for module in list(sys.modules.values()) if (place := getattr(module, "__file__", None))]
    return any(place.name == resolved.name and place.resolve() == resolved for place in places)


def _declare_cards(point: EntryPoint) -> None:
    """Declare every card below an installed package, whose code is imported when it is used; each once in a process.

    A card's file is named after its kind, `method.yaml`, with a word before it where there are several:
    `sharpness.metric.yaml`.
    """
    from registry.cards import CardError, read_card
    from registry.catalogue import CATALOGUES

    folder = package_folder(point.value)
    for catalogue in CATALOGUES.values():
        declared = {entry.place for entry in catalogue}
        for path in sorted(folder.rglob("*.yaml")):
            if path.name.removesuffix(".yaml").rpartition(".")[2] == catalogue.kind and str(path) not in declared:
                card = read_card(path, catalogue.card_type)
                if not card.entry:
                    raise CardError(f"{path}: entry: write the class that the card is of, as module:Class")
                catalogue.declare(card, str(path))


@contextmanager
def _all_or_nothing(plugin: Plugin) -> Iterator[None]:
    """Where a plug-in fails, forget what it has registered, and its modules, so that it can be loaded again."""
    from registry.catalogue import CATALOGUES  # as above, none of it is needed where there is no plug-in

    known = set(sys.modules)
    try:
        with ExitStack() as stack:
            for catalogue in CATALOGUES.values():
                stack.enter_context(catalogue.all_or_nothing(plugin))
            yield
    except BaseException:
        for name in set(sys.modules) - known:
            if name.startswith(PREFIX):
                del sys.modules[name]
        raise


@contextmanager
def _named() -> Iterator[list[Path]]:
    """Note as named what is declared within the block, and what was declared in the places that it gives."""
    from registry.catalogue import CATALOGUES

    places: list[Path] = []
    yield places
    roots = [place.resolve() for place in places]
    for catalogue in CATALOGUES.values():
        catalogue.note_named(
            lambda entry: (
                (entry.plugin is not None and not entry.plugin.installed)
                or any(Path(entry.place).resolve().is_relative_to(root) for root in roots)
            )
        )


def _reason(error: BaseException) -> str:
    return str(error) if isinstance(error, InputError) else described(error)
