"""Runs commands in processes of their own and tells what they printed and took."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Finished:
    """A command that ended well.

    Attributes:
        out: its stdout.
        wall: seconds from start to end.
        cpu: seconds of CPU time of it and its children, which other processes on the machine do not stretch.
    """

    out: str
    wall: float
    cpu: float


def python(*words: object, **environment: str) -> Finished:
    """Run Python with these words."""
    before, started = _children_seconds(), time.perf_counter()
    process = subprocess.run(
        [sys.executable, *map(str, words)], env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True
    )
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, words))} ended with {process.returncode}")
    return Finished(process.stdout, time.perf_counter() - started, _children_seconds() - before)


def bench(*words: object, **environment: str) -> Finished:
    """Run the command `bench`."""
    return python("-c", "from benchmark.cli import main; main()", *words, **environment)


def ratio(name: str, theirs: tuple[float, float], ours: tuple[float, float]) -> None:
    """Print two (wall, CPU) seconds and how many times faster ours are."""
    print(
        f"{name}: {theirs[0]:.3g} s -> {ours[0]:.3g} s, {theirs[0] / ours[0]:.2f} x faster "
        f"(CPU {theirs[1]:.3g} s -> {ours[1]:.3g} s, {theirs[1] / ours[1]:.2f} x)"
    )


def _children_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
