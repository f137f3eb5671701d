"""`bench list` and `bench show`: what there is, from cards alone."""

from __future__ import annotations

import json as json_format
import shutil
import textwrap
from typing import Annotated, Any, get_args

import typer
import yaml
from rich.console import Console
from rich.table import Table
from rich.text import Text

from benchmark.cli.plugins import PluginOption, load_plugins
from registry.cards import Card
from registry.catalogue import CATALOGUES, Kind
from registry.errors import UnknownNameError, unknown
from registry.options import Option, OptionTable

PRESETS = "presets"
WIDEST_OPTION = 40
"""Columns that an option with its default may take before what it does moves to the next line."""


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
    if json:
        cards = {kind: _described_card(entry.card) for kind, entry in found.items()}
        print(json_format.dumps(cards, indent=2))
        return
    for kind, entry in found.items():
        print(f"{kind}:\n{textwrap.indent(_card_as_yaml(entry.card), '  ')}", end="")


def _entries(kind: str) -> list[dict[str, Any]]:
    if kind == PRESETS:
        from benchmark.config.presets import preset_names, read_preset

        return [{"name": name, "title": read_preset(name).title} for name in preset_names()]
    catalogue = CATALOGUES[kind]  # type: ignore[index]
    return [{"name": entry.card.name, "title": entry.card.title} for entry in catalogue]


def _described_card(card: Card) -> dict[str, Any]:
    """A card's content; of each option the default, the kind, and what it does."""
    content = card.model_dump(mode="json", exclude_none=True)
    if isinstance(options := getattr(card, "options", None), OptionTable):
        content["options"] = {
            name: {"default": option.default, "kind": option.kind, "description": option.description}
            for name, option in options.info.items()
        }
    return content


def _card_as_yaml(card: Card) -> str:
    """A card as YAML, with a comment beside each option that says its kind and what it does."""
    text = ""
    for key, value in card.model_dump(mode="json", exclude_none=True).items():
        if value and isinstance(options := getattr(card, key), OptionTable):
            text += f"{key}:\n{textwrap.indent(_options_as_yaml(options), '  ')}"
        else:
            text += yaml.safe_dump({key: value}, sort_keys=False, allow_unicode=True, width=96)
    return text


def _options_as_yaml(options: OptionTable) -> str:
    pairs = {name: f"{name}: {_value_as_yaml(option.default)}" for name, option in options.info.items()}
    column = min(max(map(len, pairs.values())), WIDEST_OPTION) + 2
    room = max(shutil.get_terminal_size().columns - column - 4, 30)  # the options stand 4 columns in
    lines: list[str] = []
    for name, option in options.info.items():
        comment = f"{option.kind}: {option.description}" if option.description else option.kind
        beside = textwrap.wrap(comment, room, initial_indent="# ", subsequent_indent="#   ")
        if len(pairs[name]) > WIDEST_OPTION:
            lines.append(pairs[name])
        else:
            lines.append(f"{pairs[name]:<{column}}{beside.pop(0)}")
        lines += [f"{'':<{column}}{line}" for line in beside]
    return "".join(f"{line}\n" for line in lines)


def _value_as_yaml(value: Option) -> str:
    """A value on one line, without the mark that ends a document of one word."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=1000)
    return text.removesuffix("...\n").strip()
