"""Errors that a user's input causes: each is one clear sentence, shown without a traceback."""

from __future__ import annotations

import difflib
import logging
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from registry.system_errors import is_of_the_system

LOGGER = logging.getLogger("bench")
"""Takes the tracebacks of plug-ins; runs write them to their log, and `bench --debug` shows them."""
LOGGER.setLevel(logging.DEBUG)
LOGGER.propagate = False
LOGGER.addHandler(logging.NullHandler())

LONGEST = 1000
"""Characters of a message: none must push the rest off the screen."""
_LONGEST_VALUE = 80
"""Characters of a value that a message repeats."""


_STEERING = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Unicode's categories of control characters, halves of pairs, and ends of lines and paragraphs."""


class InputError(ValueError):
    """The user's input is wrong; the message names the key, file or value, and what would be right."""

    def __str__(self) -> str:
        """The message as `sentence` has it."""
        return sentence(super().__str__())


class UnknownNameError(InputError):
    """A name that nothing answers to."""


class DuplicateNameError(InputError):
    """A name that two things claim."""


def on_one_line(text: str) -> str:
    """A text as messages have it: what would end the line or steer a terminal, as in a file's name, is escaped."""
    if text.isprintable():
        return text
    return "".join(
        repr(character)[1:-1] if unicodedata.category(character) in _STEERING else character for character in text
    )


def sentence(text: str) -> str:
    """A message on one line; of a very long one, the beginning and the end, where place and remedy stand."""
    message, half = on_one_line(text), LONGEST // 2
    if len(message) <= LONGEST:
        return message
    return f"{message[:half]} … {len(message) - 2 * half:,} characters … {message[-half:]}"


def shortened(text: str) -> str:
    """A text as messages repeat it: cut where it is long."""
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}… ({len(text):,} characters)"


def quoted(text: str) -> str:
    """A text as messages repeat it: in quotes, and cut where it is long."""
    return repr(text) if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]!r}… ({len(text):,} characters)"


class PluginError(RuntimeError):
    """Code that was plugged in failed, or gave something else than its contract says.

    The message names the class with its function, what came, and what was expected. Where the code raised something,
    that is the cause, with the author's traceback.

    Attributes:
        logged: whether the author's traceback is in the log.
    """

    def __init__(self, message: str, *, logged: bool = False) -> None:
        super().__init__(message)
        self.logged = logged

    def __str__(self) -> str:
        """The message as `sentence` has it; what other programs and people's code say comes in any form."""
        return sentence(super().__str__())


@contextmanager
def plugin_boundary(function: str, *passed: type[Exception]) -> Iterator[None]:
    """Turn whatever plugged-in code raises into one sentence, and log the author's traceback.

    Args:
        function: what is called in the block, as messages name it: "Painter.edit".
        passed: what the function may raise by its contract.

    Raises:
        PluginError: naming the function, and what it raised.
        InputError: as the block raises it; failures of the system, such as a full disk, likewise.
    """
    unchanged: tuple[type[Exception], ...] = (InputError, PluginError, *passed)
    try:
        yield
    except unchanged:
        raise
    except (Exception, SystemExit) as error:
        if is_of_the_system(error):
            raise
        said = f"{function} raised {described(error)}"
        LOGGER.debug("%s", said, exc_info=error)
        raise PluginError(said, logged=True) from error


def not_built(what: str, error: Exception) -> InputError:
    """The error of a thing whose options it cannot be built with.

    Args:
        what: the thing, as messages name it.
        error: its complaint, of which the first line is repeated.
    """
    reason = str(error).strip().partition("\n")[0]
    return InputError(f"{what} cannot be built: {reason}")


@contextmanager
def building(what: str, function: str) -> Iterator[None]:
    """Turn the complaint of a thing about its options into one for the user.

    Args:
        what: what is built in the block, as messages name it.
        function: as for `plugin_boundary`, to which any other failure belongs.

    Raises:
        InputError: naming what cannot be built and why, or as the block raises it.
        PluginError: as `plugin_boundary`.
    """
    complaints = (ArithmeticError, RuntimeError, TypeError, ValueError)
    try:
        with plugin_boundary(function, *complaints):
            yield
    except (InputError, PluginError):
        raise
    except complaints as error:
        if is_of_the_system(error):
            raise
        raise not_built(what, error) from error


def described(error: BaseException) -> str:
    """An error's kind, and the first line of what it says."""
    line = str(error).strip().partition("\n")[0]
    return f"{type(error).__name__}: {line}" if line else type(error).__name__


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """A sentence for an unknown name: the near matches if there are any, else everything known."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5) if len(name) <= _LONGEST_VALUE else []
    if near:
        return f"unknown {what} {quoted(name)}; did you mean {' or '.join(quoted(each) for each in near)}?"
    return f"unknown {what} {quoted(name)}; known: {', '.join(map(shortened, names)) if names else 'none'}"
