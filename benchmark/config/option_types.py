"""Values of options: known by name, and of their default's kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry.cards import Option
from registry.errors import InputError, UnknownNameError, unknown


def check_option(what: str, name: str, value: Any, known: Mapping[str, Option]) -> None:
    """Refuse an option that is unknown, or a value of another kind than the default.

    Args:
        what: whose option it is, as messages say it: "option of sean".
        name: of the option.
        value: asked for.
        known: options with their defaults; None takes anything, and a fraction takes whole numbers too.

    Raises:
        InputError: naming the option, and the nearest known one or the default.
    """
    if name not in known:
        raise UnknownNameError(unknown(what, name, known))
    default = known[name]
    if default is not None and not _same_kind(value, default):
        raise InputError(f"{what} {name} is {default!r} by default and cannot be {value!r}")


def _same_kind(value: Any, default: Option) -> bool:
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(default, bool) and isinstance(value, bool)
    if isinstance(default, float):
        return isinstance(value, int | float)
    return isinstance(value, type(default))
