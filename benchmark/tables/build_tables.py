"""Results to tables: one for each dataset and protocol, a row for each method over its seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from benchmark.results.comparability import configuration
from benchmark.human_study.analysis.findings import Findings
from benchmark.results.schema import ProtocolResult, Result, Value
from benchmark.tables.table import Cell, Column, Row, Table, cell_of_seeds
from benchmark.results.schema import Kind
from benchmark.tables.costs import cost_cells, cost_columns
from benchmark.tables.bold import emphasise
from benchmark.tables.groups import Run, clashes, comparable_groups
from benchmark.tables.human_column import human_column
from benchmark.tables.seed_intervals import nest_seeds
from benchmark.tables.tests_against_best import against_best
from benchmark.tables.ranking import standings
from benchmark.tables.task_scores import TableScores

_KINDS: tuple[Kind, ...] = ("real", "reference", "learned")
_LEVELS = ("image", "set", "cost")


def tabulate(runs: Sequence[Run], allow_mixed: bool = False, human: Findings | None = None) -> list[Table]:
    """Tables of all runs, by dataset, then by protocol.

    Args:
        runs: results with the files that they were read from.
        allow_mixed: split runs that cannot be compared into tables of their own, rather than refuse them.
        human: what a human study found, for a column of it.

    Raises:
        IncomparableError: if runs of one dataset and protocol cannot be compared and `allow_mixed` is false.
    """
    ordered = in_order(runs)
    tables: list[Table] = []
    for dataset in sorted({result.dataset for _, result in ordered}):
        of_dataset = [run for run in ordered if run[1].dataset == dataset]
        for protocol in dict.fromkeys(name for _, result in of_dataset for name in result.protocols):
            having = [run for run in of_dataset if protocol in run[1].protocols]
            groups = comparable_groups(having, protocol, allow_mixed)
            reached = {configuration(result) for _, result in having}
            absent = [result for _, result in of_dataset if configuration(result) not in reached]
            not_run = tuple(dict.fromkeys(row_title(result) for result in absent))
            for number, group in enumerate(groups, start=1):
                table = replace(_table(group, protocol, human), not_run=not_run)
                if len(groups) > 1:
                    apart = clashes(group[0][1], groups[0][0][1], protocol) if number > 1 else []
                    table = replace(table, part=(number, len(groups)), apart=tuple(apart))
                tables.append(table)
    return tables


def in_order(runs: Sequence[Run]) -> list[Run]:
    """Runs as tables list them: real images, reference methods, learned methods, each by title."""
    return sorted(runs, key=_order)


def row_title(result: Result) -> str:
    """A method's name as its row prints it."""
    if result.kind == "real":
        return "real images"
    return f"{result.title} ({result.variant})" if result.variant else result.title


def _order(run: Run) -> tuple[int, str, str, str, int, str]:
    path, result = run
    return (
        _KINDS.index(result.kind),
        row_title(result).casefold(),
        result.preset,
        result.weights_origin,
        result.seed,
        str(path),
    )


def _table(runs: Sequence[Run], protocol: str, human: Findings | None) -> Table:
    results = [result for _, result in runs]
    asked = [result.protocols[protocol] for result in results]
    facts = next((each for each in asked if each.metrics), asked[0])
    columns, costs = _columns(results, asked), cost_columns(results)
    rows = _rows(runs, protocol, columns, costs)
    scores = TableScores(rows, protocol)
    rows = emphasise(against_best(nest_seeds(rows, scores), scores, protocol))
    ranks = standings(rows, scores)
    said = human_column(human, rows, results[0].dataset, protocol, facts.tasks_sha256) if human else None
    if said is not None and said.cells:
        rows = tuple(replace(row, cells=(cell, *row.cells)) for row, cell in zip(rows, said.cells, strict=True))
    if ranks.cells:
        rows = tuple(replace(row, cells=(*cells, *row.cells)) for row, cells in zip(rows, ranks.cells, strict=True))
    rows, notes = _number_notes(rows)
    return Table(
        dataset=results[0].dataset,
        dataset_facts=results[0].dataset_facts,
        protocol=protocol,
        title=facts.title,
        rule=facts.rule,
        num_tasks=facts.num_tasks,
        tasks_sha256=facts.tasks_sha256,
        judges={name: judge for result in reversed(results) for name, judge in result.judges.items()},
        columns=tuple(cell.column for cell in rows[0].cells),
        rows=rows,
        notes=notes,
        num_rank_metrics=ranks.num_metrics,
        unranked=ranks.reason,
        human=said.remark if said else None,
        devices=tuple(dict.fromkeys(result.cost.device for result in results if result.kind != "real")),
    )


def _columns(results: Sequence[Result], asked: Sequence[ProtocolResult]) -> tuple[Column, ...]:
    """The metrics that any of the results has under this protocol: of images, then of sets."""
    facts = {name: fact for result in reversed(results) for name, fact in result.metrics.items()}
    order = dict.fromkeys(name for result in results for name in result.metrics)
    scored = {name for each in asked for name in each.metrics}
    columns = [Column(name, facts[name]) for name in order if name in scored]
    return tuple(sorted(columns, key=lambda column: _LEVELS.index(column.level)))


def _rows(runs: Sequence[Run], protocol: str, columns: Sequence[Column], costs: Sequence[Column]) -> tuple[Row, ...]:
    by_configuration: dict[tuple[str, str, str, str], list[Run]] = {}
    for run in runs:
        by_configuration.setdefault(configuration(run[1]), []).append(run)
    return tuple(_row(seeds, protocol, columns, costs) for seeds in by_configuration.values())


def _row(runs: Sequence[Run], protocol: str, columns: Sequence[Column], costs: Sequence[Column]) -> Row:
    results = [result for _, result in runs]
    first = results[0]
    cells = [
        cell_of_seeds(column, [_value(result.protocols[protocol], column.id) for result in results])
        for column in columns
    ]
    return Row(
        title=row_title(first),
        label=first.label,
        kind=first.kind,
        preset=first.preset,
        weights_origin=first.weights_origin,
        runs=tuple(runs),
        cells=(*cells, *cost_cells(costs, results)),
    )


def _value(asked: ProtocolResult, metric: str) -> Value | None:
    if asked.reason is not None and metric not in asked.metrics:
        return Value(value=None, n=0, reason=asked.reason)
    return asked.metrics.get(metric)


def _number_notes(rows: Sequence[Row]) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    """Number the distinct reasons; costs go without."""
    numbers: dict[str, int] = {}

    def numbered(cell: Cell) -> Cell:
        if cell.reason is None or cell.column.level == "cost":
            return cell
        return replace(cell, note=numbers.setdefault(cell.reason, len(numbers) + 1))

    done = tuple(replace(row, cells=tuple(numbered(cell) for cell in row.cells)) for row in rows)
    return done, tuple(numbers)
