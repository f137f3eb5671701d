"""The tracebacks of plug-ins that fail, as text: for the log of a run, or for another process to send."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from registry.errors import LOGGER


class _NotingHandler(logging.Handler):
    """Gives log records as text to a function."""

    def __init__(self, note: Callable[[str], object]) -> None:
        super().__init__()
        self._text_to = note

    def emit(self, record: logging.LogRecord) -> None:
        """Give one record."""
        self._text_to(self.format(record))


@contextmanager
def tracebacks_to(note: Callable[[str], object]) -> Iterator[None]:
    """Give every traceback of a plug-in within the block to a function, below the sentence that says what failed."""
    handler = _NotingHandler(note)
    LOGGER.addHandler(handler)
    try:
        yield
    finally:
        LOGGER.removeHandler(handler)
