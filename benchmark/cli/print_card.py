"""A card as text: YAML with what each option does beside it, or JSON."""

from __future__ import annotations

import textwrap
from typing import Any

from benchmark.cli.folded_table import stdout_console
from registry.cards import Card
from registry.options import Option, OptionTable
from registry.yaml_files import to_yaml

CARD_WIDTH = 100
"""Cells after which a line of a card is broken, where the terminal is not narrower."""
LONGEST_WORD = 20
"""Cells left for the word that passes that width, since YAML is broken after it, not before."""
WIDEST_OPTION = 40
"""Columns that an option with its default may take before what it does moves to the next line."""
NARROWEST_COMMENT = 30
"""Columns beside the options that must be left for what they do, or it stands below each."""


def described_card(card: Card) -> dict[str, Any]:
    """A card's content; of each option the default, the kind, and what it does."""
    content = card.model_dump(mode="json", exclude_none=True)
    if isinstance(options := getattr(card, "options", None), OptionTable):
        content["options"] = {
            name: {"default": option.default, "kind": option.kind, "description": option.description}
            for name, option in options.info.items()
        }
    return content


def card_as_yaml(card: Card) -> str:
    """A card as YAML, with a comment beside each option that says its kind and what it does."""
    text = ""
    width = min(CARD_WIDTH, stdout_console().width - LONGEST_WORD)
    for key, value in card.model_dump(mode="json", exclude_none=True).items():
        if value and isinstance(options := getattr(card, key), OptionTable):
            text += f"{key}:\n{textwrap.indent(_options_as_yaml(options), '  ')}"
        else:
            text += to_yaml({key: value}, width=width)
    return text


def _options_as_yaml(options: OptionTable) -> str:
    pairs = {name: f"{name}: {_value_as_yaml(option.default)}" for name, option in options.info.items()}
    width = min(stdout_console().width, CARD_WIDTH) - 4  # the options stand 4 columns in
    column = min(max(map(len, pairs.values())), WIDEST_OPTION) + 2
    if width - column < NARROWEST_COMMENT:
        column = 2
    room = width - column
    lines: list[str] = []
    for name, option in options.info.items():
        comment = f"{option.kind}: {option.description}" if option.description else option.kind
        beside = textwrap.wrap(comment, room, initial_indent="# ", subsequent_indent="#   ", break_on_hyphens=False)
        if len(pairs[name]) > column - 2:
            lines.append(pairs[name])
        else:
            lines.append(f"{pairs[name]:<{column}}{beside.pop(0)}")
        lines += [f"{'':<{column}}{line}" for line in beside]
    return "".join(f"{line}\n" for line in lines)


def _value_as_yaml(value: Option) -> str:
    """A value on one line, without the mark that ends a document of one word."""
    text = to_yaml(value, flow=True, width=1000)
    return text.removesuffix("...\n").strip()
