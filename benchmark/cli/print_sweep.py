"""How a sweep's jobs ended, on stdout: a table for people, JSON for programs."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.table import Table
from rich.text import Text

from benchmark.sweep.live_table import clock
from benchmark.sweep.record import JobRecord, SweepRecord


def print_record(record: SweepRecord, as_json: bool) -> None:
    """Print every job with its state and time, and of those that failed why, and where their logs are."""
    if as_json:
        print(record.model_dump_json(indent=2))
        return
    # where nobody watches, no terminal limits the width
    console = Console(width=None if sys.stdout.isatty() else 160, highlight=False)
    table = Table("job", "state")
    table.add_column("time", justify="right")
    for job in record.jobs:
        table.add_row(Text(job.name), job.state, "–" if job.seconds is None else clock(job.seconds))
    console.print(table)
    for job in record.failed:
        console.print(Text(_reason(job)), soft_wrap=True)
    console.print(", ".join(f"{number} {state}" for state, number in record.counts.items()))


def _reason(job: JobRecord) -> str:
    return f"{job.name} failed: {job.error}; log: {job.log}"
