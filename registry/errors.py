"""Errors that a user's input causes: each is one clear sentence, shown without a traceback."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

LONGEST = 1000
"""Characters of a message: nobody reads a value of thousands, and none must push the rest off the screen."""


class InputError(ValueError):
    """The user's input is wrong; the message names the key, file or value, and what would be right."""

    def __str__(self) -> str:
        """The message; of a very long one, the beginning and the end, where the place and the remedy stand."""
        return shortened(super().__str__())


class UnknownNameError(InputError):
    """A name that nothing answers to."""


class DuplicateNameError(InputError):
    """A name that two things claim."""


def shortened(text: str, longest: int = LONGEST) -> str:
    """A text whose middle is left out where it has more than `longest` characters."""
    half = longest // 2
    return text if len(text) <= longest else f"{text[:half]} … {len(text) - 2 * half} characters … {text[-half:]}"


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """A sentence for an unknown name: the near matches if there are any, else everything known."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    if near:
        return f"unknown {what} {name!r}; did you mean {' or '.join(repr(each) for each in near)}?"
    return f"unknown {what} {name!r}; known: {', '.join(names) if names else 'none'}"
