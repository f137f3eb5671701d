"""`bench list` and `bench show`: what there is, from cards alone."""

from __future__ import annotations

import json as json_format
import textwrap
from typing import Annotated, Any

import typer

from benchmark.cli.plugins import PluginOption, load_plugins
from registry.errors import UnknownNameError, unknown


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("list", help="List methods, datasets, protocols, metrics, encoders, judges, or presets.")(_list)
    app.command("show", help="Show the card of a name.")(_show)


def _list(
    kind: Annotated[str | None, typer.Argument(help="One kind only.")] = None,
    plugin: PluginOption = None,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    load_plugins(plugin)
    # imported here: pydantic and rich's tables take a third of the time of `bench --help`, which has no use for them
    from registry.catalogue import CATALOGUES

    if kind is not None and kind not in CATALOGUES:
        raise UnknownNameError(unknown("kind", kind, CATALOGUES))
    found = {name: _entries(name) for name in CATALOGUES if kind in (None, name)}
    if json:
        print(json_format.dumps(found, indent=2))
        return
    from rich.table import Table
    from rich.text import Text

    from benchmark.cli.folded_table import stdout_console

    console = stdout_console()
    for name, entries in found.items():
        table = Table(title=Text(name), title_justify="left", show_header=False, box=None, padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True)
        table.add_column()
        for entry in entries:
            table.add_row(Text(entry["name"], style="bold"), Text(entry["title"]))
        console.print(table)


def _show(
    name: Annotated[str, typer.Argument(help="A registered name.")],
    plugin: PluginOption = None,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    load_plugins(plugin)
    from benchmark.cli.print_card import card_as_yaml, described_card
    from registry.catalogue import CATALOGUES

    found = {kind: catalogue.find(name) for kind, catalogue in CATALOGUES.items() if name in catalogue}
    if not found:
        raise UnknownNameError(
            unknown("name", name, [entry.card.name for catalogue in CATALOGUES.values() for entry in catalogue])
        )
    if json:
        cards = {kind: described_card(entry.card) for kind, entry in found.items()}
        print(json_format.dumps(cards, indent=2))
        return
    for kind, entry in found.items():
        print(f"{kind}:\n{textwrap.indent(card_as_yaml(entry.card), '  ')}", end="")


def _entries(kind: str) -> list[dict[str, Any]]:
    from registry.catalogue import CATALOGUES

    catalogue = CATALOGUES[kind]  # type: ignore[index]
    return [{"name": entry.card.name, "title": entry.card.title} for entry in catalogue]
