"""`bench list` and `bench show`: what there is, from cards alone."""

from __future__ import annotations

import json as json_format
from typing import Annotated, Any, get_args

import typer
import yaml
from rich.console import Console
from rich.table import Table
from rich.text import Text

from benchmark.cli.plugins import PluginOption, load_plugins
from registry.catalogue import CATALOGUES, Kind
from registry.errors import UnknownNameError, unknown

PRESETS = "presets"


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("list", help="List methods, datasets, protocols, metrics, judges, reports, or presets.")(_list)
    app.command("show", help="Show the card of a name.")(_show)


def _list(
    kind: Annotated[str | None, typer.Argument(help="One kind only.")] = None,
    plugin: PluginOption = None,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    load_plugins(plugin)
    kinds = [*get_args(Kind), PRESETS]
    if kind is not None and kind not in kinds:
        raise UnknownNameError(unknown("kind", kind, kinds))
    found = {each: _entries(each) for each in kinds if kind in (None, each)}
    if json:
        print(json_format.dumps(found, indent=2))
        return
    console = Console()
    for name, entries in found.items():
        table = Table(title=Text(name), title_justify="left", show_header=False, box=None, padding=(0, 2, 0, 0))
        for entry in entries:
            table.add_row(Text(entry["name"], style="bold"), Text(entry["title"]))
        console.print(table)


def _show(
    name: Annotated[str, typer.Argument(help="A registered name.")],
    plugin: PluginOption = None,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    load_plugins(plugin)
    found = {kind: each.find(name) for kind, each in CATALOGUES.items() if name in each}
    if not found:
        raise UnknownNameError(
            unknown("name", name, [entry.card.name for each in CATALOGUES.values() for entry in each])
        )
    cards = {kind: entry.card.model_dump(mode="json", exclude_none=True) for kind, entry in found.items()}
    if json:
        print(json_format.dumps(cards, indent=2))
    else:
        print(yaml.safe_dump(cards, sort_keys=False, allow_unicode=True, width=100), end="")


def _entries(kind: str) -> list[dict[str, Any]]:
    if kind == PRESETS:
        from benchmark.config.presets import preset_names, read_preset

        return [{"name": name, "title": read_preset(name).title} for name in preset_names()]
    catalogue = CATALOGUES[kind]  # type: ignore[index]
    return [{"name": entry.card.name, "title": entry.card.title} for entry in catalogue]
