"""How a sweep's jobs ended, on stdout: a table for people, JSON for programs."""

from __future__ import annotations

from rich.text import Text

from benchmark.cli.folded_table import Column, print_table, stdout_console
from benchmark.runtime.progress_line import clock
from benchmark.sweep.record import JobRecord, SweepRecord
from reports.printed_values import MISSING


def print_record(record: SweepRecord, as_json: bool) -> None:
    """Print every job with its state and time, and of those that failed why, and where their logs are."""
    if as_json:
        print(record.model_dump_json(indent=2))
        return
    console = stdout_console()
    print_table(
        console,
        "jobs",
        Column("job", [job.name for job in record.jobs], "left"),
        [
            Column("state", [job.state for job in record.jobs], "left"),
            Column("time", [MISSING if job.seconds is None else clock(job.seconds) for job in record.jobs]),
        ],
    )
    for job in record.failed:
        console.print(Text(_reason(job)), soft_wrap=True)
    console.print(", ".join(f"{number} {state}" for state, number in record.counts.items()))


def _reason(job: JobRecord) -> str:
    return f"{job.name} failed: {job.error}; log: {job.log}"
