"""How a sweep's jobs ended, on stdout: a table for people, JSON for programs."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from benchmark.cli.folded_table import stdout_console
from benchmark.runtime.printed_values import MISSING
from benchmark.runtime.progress_line import clock
from benchmark.sweep.record import JobRecord, SweepRecord


def print_record(record: SweepRecord, as_json: bool) -> None:
    """Print every job with its state and time, and of those that failed why, and where their logs are."""
    if as_json:
        print(record.model_dump_json(indent=2))
        return
    console = stdout_console()
    table = Table(box=None, pad_edge=False)
    table.add_column("time", justify="right", no_wrap=True)
    table.add_column("state", no_wrap=True)
    table.add_column("job", overflow="fold")
    for job in record.jobs:
        table.add_row(MISSING if job.seconds is None else clock(job.seconds), job.state, Text(job.name))
    console.print(table)
    for job in record.failed:
        console.print(Text(_reason(job)), soft_wrap=True)
    console.print(", ".join(f"{number} {state}" for state, number in record.counts.items()))


def _reason(job: JobRecord) -> str:
    return f"{job.name} failed: {job.error}; log: {job.log}"
