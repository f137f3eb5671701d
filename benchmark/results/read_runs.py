"""The runs that patterns name, where those that cannot be read are said and left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from benchmark.results.find_results import FinishedRun, read_results, result_files


def read_runs(patterns: Sequence[str], say: Callable[[str], object]) -> list[FinishedRun]:
    """Read runs.

    Args:
        patterns: as `result_files` takes them.
        say: is told of each result that is left out.

    Raises:
        InputError: if a pattern leads to no result file.
        ResultError: if there are files and none can be read.
    """
    found, errors = read_results(result_files(patterns))
    for error in errors:
        say(f"left out: {error}")
    return found
