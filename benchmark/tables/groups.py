"""Which runs may stand in one table: those that can be compared, each seed of a method once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmark.results.comparability import IncomparableError, configuration, differences, one_method, scoring
from benchmark.results.schema import Result

Run = tuple[Path, Result]
"""A result and the file that it was read from."""


def clashes(first: Result, second: Result, protocol: str) -> list[str]:
    """What keeps two results that both have `protocol` out of one table, in words; empty where nothing does."""
    found = differences(first, second, protocol)
    if configuration(first) == configuration(second):
        if not one_method(first, second):
            found.append(f"{first.label} ({first.preset}) has other options or another checkpoint in each")
        elif first.seed == second.seed:
            found.append(f"both are seed {first.seed} of {first.label} ({first.preset})")
    return found


def comparable_groups(runs: Sequence[Run], protocol: str, allow_mixed: bool) -> list[list[Run]]:
    """Split runs that have `protocol` into groups that may share a table, in the order of their first members.

    Raises:
        IncomparableError: if there is more than one group and `allow_mixed` is false.
    """
    groups: list[_Group] = []
    for run in runs:
        for group in groups:
            clash = group.clash(run, protocol)
            if clash is None:
                group.add(run, protocol)
                break
            if not allow_mixed:
                raise IncomparableError(
                    f"{clash[0]} and {run[0]} cannot share a table of {run[1].dataset}, {protocol}: "
                    f"{'; '.join(clashes(clash[1], run[1], protocol))}. "
                    "Score both the same way, or ask for separate tables (allow_mixed)."
                )
        else:
            groups.append(_Group())
            groups[-1].add(run, protocol)
    return [group.runs for group in groups]


class _Group:
    """Runs of one table. A new run is held against one member of each way of scoring, not against all of hundreds."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self._ways: dict[frozenset[tuple[str, str | int]], Run] = {}
        self._seeds: dict[tuple[tuple[str, ...], int], Run] = {}
        self._known: dict[tuple[str, ...], Run] = {}

    def add(self, run: Run, protocol: str) -> None:
        self.runs.append(run)
        self._ways.setdefault(frozenset(scoring(run[1], protocol).items()), run)
        self._seeds[configuration(run[1]), run[1].seed] = run
        if run[1].configuration_sha256 is not None:
            self._known.setdefault(configuration(run[1]), run)

    def clash(self, run: Run, protocol: str) -> Run | None:
        """A member that the run cannot stand beside."""
        known = self._known.get(configuration(run[1]))
        if known is not None and not one_method(known[1], run[1]):
            return known
        twin = self._seeds.get((configuration(run[1]), run[1].seed))
        if twin is not None:
            return twin
        if frozenset(scoring(run[1], protocol).items()) in self._ways:
            return None
        return next((other for other in self._ways.values() if differences(other[1], run[1], protocol)), None)
