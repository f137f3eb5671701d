"""`bench status`: what the runs under a folder are doing."""

from __future__ import annotations

import json as json_format
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from benchmark.runs.status import RunStatus


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("status")(_status)


def _status(
    runs: Annotated[
        list[Path] | None, typer.Argument(metavar="[RUNS]...", help="Folders of runs, by default runs.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="The status of every run as JSON.")] = False,
) -> None:
    """Say which runs are finished, which some process works on and how far it is, and which were stopped."""
    from benchmark.runs.status import statuses

    found = [status for folder in runs or [Path("runs")] for status in statuses(folder)]
    if json:
        print(json_format.dumps([status.as_json() for status in found], indent=2))
    else:
        _print(found)


def _print(found: list[RunStatus]) -> None:
    from benchmark.cli.folded_table import Column, print_table, stdout_console
    from benchmark.runtime.progress_line import clock

    open_ones = [status for status in found if status.state != "finished"]
    seconds_left = [status.seconds_left for status in open_ones]
    counts = Counter(status.state for status in found)
    title = ", ".join(f"{counts[state]} {state}" for state in ("finished", "working", "stopped"))
    if not open_ones:
        print(title)
        return
    print_table(
        stdout_console(),
        title,
        Column("run", [str(status.run) for status in open_ones], "left"),
        [
            Column("state", [status.state for status in open_ones], "left"),
            Column("last wrote", [f"{clock(status.idle_seconds)} ago" for status in open_ones]),
            Column("left of stage", ["" if left is None else clock(left) for left in seconds_left]),
            Column("images/s", [_speed(status.images_per_second) for status in open_ones]),
            Column("doing", [status.doing for status in open_ones], "left"),
        ],
    )


def _speed(images_per_second: float | None) -> str:
    return "" if images_per_second is None else f"{images_per_second:.3g}"
