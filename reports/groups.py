"""Which runs may stand in one table: those that can be compared, each seed of a method once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmark.comparable import IncomparableError, configuration, differences
from benchmark.results import Result

Run = tuple[Path, Result]
"""A result and the file that it was read from."""


def clashes(first: Result, second: Result, protocol: str) -> list[str]:
    """What keeps two results that both have `protocol` out of one table, in words; empty where nothing does."""
    found = differences(first, second, protocol)
    if configuration(first) == configuration(second) and first.seed == second.seed:
        found.append(f"both are seed {first.seed} of {first.label} ({first.preset})")
    return found


def comparable_groups(runs: Sequence[Run], protocol: str, allow_mixed: bool) -> list[list[Run]]:
    """Split runs that have `protocol` into groups that may share a table, in the order of their first members.

    Raises:
        IncomparableError: if there is more than one group and `allow_mixed` is false.
    """
    groups: list[list[Run]] = []
    for path, result in runs:
        for group in groups:
            clash = next(
                (pair for pair in ((run, clashes(run[1], result, protocol)) for run in group) if pair[1]), None
            )
            if clash is None:
                group.append((path, result))
                break
            if not allow_mixed:
                (other, _), found = clash
                raise IncomparableError(
                    f"{other} and {path} cannot share a table of {result.dataset}, {protocol}: {'; '.join(found)}. "
                    "Score both the same way, or ask for separate tables (allow_mixed)."
                )
        else:
            groups.append([(path, result)])
    return groups
