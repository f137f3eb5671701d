"""Ctrl-C and SIGTERM as a request to stop at the next safe point; a second one stops at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interrupted(Exception):
    """The user requested a stop; everything finished so far is on disk."""


class StopRequest:
    """Whether a stop was requested while a `deferred_interruption` block runs."""

    def __init__(self) -> None:
        self.requested = False

    def check(self, doing: str) -> None:
        """Raise at a safe point if a stop was requested; `doing` completes "stopped while …"."""
        if self.requested:
            raise Interrupted(f"stopped while {doing}; run the same command again to go on from here")


@contextmanager
def deferred_interruption() -> Iterator[StopRequest]:
    """Turn the first SIGINT or SIGTERM into a request, the second into KeyboardInterrupt.

    Outside the main thread, where Python delivers no signals, the request is never set.
    """
    request = StopRequest()
    if threading.current_thread() is not threading.main_thread():
        yield request
        return

    def ask(signal_number: int, frame: FrameType | None) -> None:
        if request.requested:
            raise KeyboardInterrupt
        request.requested = True

    previous = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield request
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
