"""Variants: changed options under a name, one on a method's card or one that writes them out, `lambda_inter=3.0`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from benchmark.config.option_types import check_option
from benchmark.config.sources import parse_value
from registry.cards import MethodCard, Option
from registry.errors import InputError, UnknownNameError, unknown

WRITABLE = re.compile(r"-?[A-Za-z0-9][\w.+-]*")
"""Values that a folder's name may hold."""


def variant_changes(card: MethodCard, name: str) -> dict[str, Option]:
    """The options that a variant changes.

    Args:
        card: the method's.
        name: a variant on the card, or `OPTION=VALUE`, several with commas.

    Raises:
        InputError: for an unknown variant or option, or a value that the option does not take.
    """
    if name in card.variants:
        return card.options.cast(card.variants[name])
    if "=" not in name:
        raise UnknownNameError(unknown(f"variant of {card.name}", name, card.variants))
    changes: dict[str, Option] = {}
    for word in name.split(","):
        option, _, text = word.partition("=")
        value = parse_value(text, f"variant {name!r} of {card.name}, value of {option}")
        changes[option] = check_option(f"option of {card.name}", option, value, card.options)
    return changes


def variant_name(card: MethodCard, changes: Mapping[str, Option]) -> str | None:
    """The one name of a set of changes, which `variant_changes` reads back; None where nothing changes.

    Different changes never have the same name, and so never the same run folder.

    Args:
        card: the method's.
        changes: values by option, each known and of its option's kind.

    Raises:
        InputError: if no variant on the card has them and a value cannot stand in a folder's name.
    """
    if not changes:
        return None
    canonical = _canonical(card, changes)
    for name, each in card.variants.items():
        if _canonical(card, each) == canonical:
            return name
    return ",".join(f"{option}={_written(card, option, text)}" for option, text in canonical.items())


def _canonical(card: MethodCard, changes: Mapping[str, Option]) -> dict[str, str]:
    """Values as JSON in the order of the card's options, so that 4 and 4.0 are one where the option is a fraction."""
    return {
        option: json.dumps(float(value) if isinstance(default, float) and isinstance(value, int) else value)
        for option, default in card.options.items()
        if option in changes
        for value in [changes[option]]
    }


def _written(card: MethodCard, option: str, text: str) -> str:
    value = json.loads(text)
    word = value if isinstance(value, str) else text
    read = parse_value(word, word) if WRITABLE.fullmatch(word) else ...
    if read != value or type(read) is not type(value):
        raise InputError(
            f"{card.name} with {option}={text} has no name that a folder could have: "
            "list it under `variants` on the method's card"
        )
    return word
