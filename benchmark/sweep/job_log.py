"""What a job said last, for whoever must know why it failed or how far it is."""

from __future__ import annotations

from pathlib import Path

from benchmark.runs.progress_log import last_lines, last_steps


def failure(log: Path, exit_code: int) -> str:
    """Why a job failed, in a line: what it said last, or the signal that ended it."""
    if exit_code < 0:
        return f"ended by signal {-exit_code}"
    said = last_lines(log, 1)
    return said[0].removeprefix("bench: ") if said else f"exit code {exit_code}"


def training_progress(run: Path) -> str:
    """How far the training of a run is, as its `progress.jsonl` says; empty before it begins."""
    steps = last_steps(run, 1)
    return f"{steps[0].stage} {steps[0].iteration} of {steps[0].of}" if steps else ""
