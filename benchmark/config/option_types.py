"""Values of options: known by name, and of their option's kind."""

from __future__ import annotations

from typing import Any

from registry.errors import InputError, UnknownNameError, unknown
from registry.options import OptionTable


def check_option(what: str, name: str, value: Any, known: OptionTable) -> Any:
    """The value as the option's kind has it; refuses an option that is unknown, or a value of another kind.

    Args:
        what: whose option it is, as messages say it: "option of sean".
        name: of the option.
        value: to be checked.
        known: the options there are.

    Raises:
        InputError: naming the option, and the nearest known one or its default and kind.
    """
    if name not in known:
        raise UnknownNameError(unknown(what, name, known))
    option = known.info[name]
    value = option.cast(value)
    if not option.accepts(value):
        raise InputError(
            f"{what} {name} is {option.default!r} by default and cannot be {value!r}; it takes {option.kind}"
        )
    return value
