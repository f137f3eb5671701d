"""The runs behind a table's rows, as the statistics of paired methods take them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmark.results.comparability import configuration
from benchmark.results.method_runs import Contender, FoundRun
from benchmark.tables.table import Row, Table
from benchmark.tables.groups import Run, comparable_groups
from benchmark.tables.build_tables import in_order


@dataclass(frozen=True)
class Contestant:
    """A row, its number in the table, and the runs it was made of."""

    number: int
    row: Row
    contender: Contender


def contestants(table: Table, runs: Sequence[Run]) -> list[Contestant]:
    """The rows of a table with their runs, in the table's order.

    Args:
        table: one of `tabulate(runs, allow_mixed=True)`.
        runs: what it was made of, and any others.
    """
    having = [run for run in in_order(runs) if run[1].dataset == table.dataset and table.protocol in run[1].protocols]
    if table.part is not None:
        having = comparable_groups(having, table.protocol, allow_mixed=True)[table.part[0] - 1]
    by_configuration: dict[tuple[str, str, str, str], list[FoundRun]] = {}
    for path, result in having:
        by_configuration.setdefault(configuration(result), []).append(FoundRun(path, result))
    return [
        Contestant(number, row, Contender(row.title, tuple(by_configuration[_configuration(row)])))
        for number, row in enumerate(table.rows)
    ]


def _configuration(row: Row) -> tuple[str, str, str, str]:
    return (row.kind, row.label, row.preset, row.weights_origin)
