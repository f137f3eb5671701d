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

CARD = ".yaml"
"""Ends the name of a card's file."""


def load_installed() -> Iterator[str]:
    """Load every installed plug-in, giving a sentence for each that failed; of those nothing stays registered."""
    from importlib.metadata import entry_points  # slow to import, and `bench --help` loads no plug-in

    from registry.catalogue import Plugin

    installed = entry_points()  # once for both groups: of every installed package a file is read
    for group in (CARDS, MODULES):
        for point in installed.select(group=group):
            try:
                with _all_or_nothing(Plugin(point.module.partition(".")[0], installed=True)):
                    _declare_cards(point) if group == CARDS else point.load()
            except (Exception, SystemExit) as error:
                yield f"plug-in {point.name!r} ({point.value}) was skipped: {_reason(error)}"


def load_named(plugin: str) -> None:
    """Load a plug-in that the user named: a Python file, which may import its neighbours, a folder, module or card.

    A card alone is a file named as in packages, `method.yaml` or `tiny.encoder.yaml`; its `entry` leads to code that is
    here, or its `command` is that of a process that edits.

    One that was loaded already, as an installed package for example, is not loaded again. Where the package is
    installed from another place, what is named takes the place of what is installed.

    Raises:
        InputError: if it is not there or fails to import; nothing of it stays registered.
    """
    from registry.catalogue import Plugin

    try:
        if plugin.endswith(CARD):
            card = Path(plugin).expanduser()
            with _all_or_nothing(Plugin(str(card.resolve()), installed=False)), _named() as places:
                places.append(_declare_card(card))
            return
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
        if path.suffix != ".py":
            raise InputError(f"{path} is no Python file; name one, a folder with __init__.py, a module, or a card")
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
    from registry.catalogue import CATALOGUES

    kinds = {catalogue.kind for catalogue in CATALOGUES.values()}
    for path in sorted(package_folder(point.value).rglob(f"*{CARD}")):
        if _kind_of(path) in kinds:
            _declare_card(path)


def _declare_card(path: Path) -> Path:
    """Declare the card of a file, once, and give the place that it is known by.

    Raises:
        CardError: if its name says no kind, or the card is wrong or leads to no code.
    """
    from registry.cards import CardError, read_card
    from registry.catalogue import CATALOGUES

    catalogue = next((each for each in CATALOGUES.values() if each.kind == _kind_of(path)), None)
    if catalogue is None:
        kinds = ", ".join(f"NAME.{each.kind}{CARD}" for each in CATALOGUES.values())
        raise CardError(f"{path}: a card's file is named after its kind: {kinds}")
    place = path.resolve()
    if not any(entry.place == str(place) for entry in catalogue):
        card = read_card(path, catalogue.card_type)
        if catalogue.kind != "preset" and not (card.entry or getattr(card, "command", None)):
            commands = ", or the command of a process that edits" if catalogue.kind == "method" else ""
            raise CardError(f"{path}: entry: write the class that the card is of, as module:Class{commands}")
        catalogue.declare(card, str(place))
    return place


def _kind_of(path: Path) -> str:
    """What a card's file says of its kind: the last word of its name."""
    return path.name.removesuffix(CARD).rpartition(".")[2]


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
        for entry in list(catalogue):
            place = Path(entry.place).resolve()
            of_file = entry.plugin is not None and not entry.plugin.installed
            if of_file or any(place.is_relative_to(root) for root in roots):
                catalogue.note_named(entry)


def _reason(error: BaseException) -> str:
    return str(error) if isinstance(error, InputError) else described(error)
