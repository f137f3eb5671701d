"""The page of each run, written once everything that it shows is there."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from benchmark.runtime.progress import Reporter


def write_run_pages(folders: Iterable[Path], reporter: Reporter) -> None:
    """Write the page of each run folder that has a result.

    A run's page shows edits of the reference runs beside it, so that it is written after them, not by the run itself.
    """
    # imported here: the registry loads what a report needs, such as its drawing library
    from registry import REPORTS

    report = REPORTS.get("run")
    for folder in folders:
        if (folder / "result.json").is_file():
            reporter.say(f"wrote {report(folder)}")
