"""The processor time that work has taken, whichever process did it."""

from __future__ import annotations

import os
import time


def processor_time() -> float:
    """Seconds of this process, and of those that it started and that have ended."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system
