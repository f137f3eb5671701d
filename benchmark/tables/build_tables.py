"""Results to tables: one for each dataset and protocol, a row for each method over its seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from benchmark.human_study.analysis.findings import Findings
from benchmark.results.comparability import comparable_groups, configuration, table_conflicts
from benchmark.results.find_results import FinishedRun
from benchmark.results.method_runs import MethodRuns, group_by_method
from benchmark.results.schema import Kind, MetricInfo, ProtocolResult, Result, Value
from benchmark.results.task_scores import ScoreFiles
from benchmark.tables.bold import emphasise
from benchmark.tables.costs import cost_cells, cost_columns
from benchmark.tables.human_column import human_column
from benchmark.tables.operating_points import operating_points
from benchmark.tables.ranking import rank_rows
from benchmark.tables.seed_intervals import nest_seeds
from benchmark.tables.table import Cell, Column, Row, Table, cell_of_seeds
from benchmark.tables.table_scores import TableScores
from benchmark.tables.tests_against_best import against_best
from registry.catalogue import METRIC_CARDS

_KINDS: tuple[Kind, ...] = ("real", "reference", "learned")
_LEVELS = ("image", "set", "cost")


def tabulate(
    runs: Sequence[FinishedRun],
    allow_mixed: bool = False,
    human: Findings | None = None,
    files: ScoreFiles | None = None,
) -> list[Table]:
    """Tables of all runs, by dataset, then by protocol.

    Args:
        runs: results with the files that they were read from.
        allow_mixed: split runs that cannot be compared into tables of their own, rather than refuse them.
        human: what a human study found, for a column of it.
        files: opens the score files beside the results, and keeps them for whoever needs them next.

    Raises:
        IncomparableError: if runs of one dataset and protocol cannot be compared and `allow_mixed` is false.
    """
    files = files or ScoreFiles()
    ordered = in_order(runs)
    tables: list[Table] = []
    for dataset in sorted({run.result.dataset for run in ordered}):
        of_dataset = [run for run in ordered if run.result.dataset == dataset]
        for protocol in dict.fromkeys(name for run in of_dataset for name in run.result.protocols):
            having = [run for run in of_dataset if protocol in run.result.protocols]
            groups = comparable_groups(having, protocol, allow_mixed)
            reached = {configuration(run.result) for run in having}
            absent = [run.result for run in of_dataset if configuration(run.result) not in reached]
            not_run = tuple(dict.fromkeys(row_title(result) for result in absent))
            for number, group in enumerate(groups, start=1):
                table = replace(_table(group, protocol, human, files), not_run=not_run)
                if len(groups) > 1:
                    first, other = groups[0][0].result, group[0].result
                    apart = table_conflicts(other, first, protocol) if number > 1 else []
                    table = replace(table, part=(number, len(groups)), apart=tuple(apart))
                tables.append(table)
    return tables


def in_order(runs: Sequence[FinishedRun]) -> list[FinishedRun]:
    """Runs as tables list them: real images, reference methods, learned methods, each by title."""
    return sorted(runs, key=_order)


def row_title(result: Result) -> str:
    """A method's name as its row prints it."""
    if result.kind == "real":
        return "real images"
    return f"{result.title} ({result.variant})" if result.variant else result.title


def _order(run: FinishedRun) -> tuple[int, str, str, str, int, str]:
    path, result = run
    return (
        _KINDS.index(result.kind),
        row_title(result).casefold(),
        result.preset,
        result.weights_origin,
        result.seed,
        str(path),
    )


def _table(runs: Sequence[FinishedRun], protocol: str, human: Findings | None, files: ScoreFiles) -> Table:
    results = [result for _, result in runs]
    of_protocol = [result.protocols[protocol] for result in results]
    facts = next((found for found in of_protocol if found.metrics), of_protocol[0])
    columns, costs = _columns(results, of_protocol), cost_columns(results)
    rows = _rows(runs, protocol, columns, costs)
    scores = TableScores(rows, protocol, files)
    rows = emphasise(against_best(nest_seeds(rows, scores), scores, protocol), scores)
    operating = operating_points(rows, columns, protocol, files)
    ranking = rank_rows(rows, scores)
    said = human_column(human, rows, results[0].dataset, protocol, facts.tasks_sha256) if human else None
    if said is not None and said.cells:
        rows = tuple(replace(row, cells=(cell, *row.cells)) for row, cell in zip(rows, said.cells, strict=True))
    if ranking.cells:
        rows = tuple(replace(row, cells=(*cells, *row.cells)) for row, cells in zip(rows, ranking.cells, strict=True))
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
        axes=ranking.axes,
        voteless=ranking.voteless,
        unranked=ranking.reason,
        human=said.remark if said else None,
        devices=tuple(dict.fromkeys(result.cost.device for result in results if result.kind != "real")),
        operating=operating,
    )


def _columns(results: Sequence[Result], of_protocol: Sequence[ProtocolResult]) -> tuple[Column, ...]:
    """The metrics that any of the results has under this protocol: of images, then of sets."""
    facts = {name: fact for result in reversed(results) for name, fact in result.metrics.items()}
    order = dict.fromkeys(name for result in results for name in result.metrics)
    scored = {name for found in of_protocol for name in found.metrics}
    columns = [Column(name, _with_axis(name, facts[name])) for name in order if name in scored]
    return tuple(sorted(columns, key=lambda column: _LEVELS.index(column.level)))


def _with_axis(metric: str, facts: MetricInfo) -> MetricInfo:
    """A metric as results have it, with the axis that its card names where these are older than axes."""
    if facts.axis is not None or metric not in METRIC_CARDS:
        return facts
    card = METRIC_CARDS.find(metric).card
    return facts.model_copy(update={"axis": card.axis, "fallback": card.fallback})


def _rows(
    runs: Sequence[FinishedRun], protocol: str, columns: Sequence[Column], costs: Sequence[Column]
) -> tuple[Row, ...]:
    return tuple(_row(method, protocol, columns, costs) for method in group_by_method(runs))


def _row(method: MethodRuns, protocol: str, columns: Sequence[Column], costs: Sequence[Column]) -> Row:
    results = method.results
    cells = [
        cell_of_seeds(column, [_value(result.protocols[protocol], column.id) for result in results])
        for column in columns
    ]
    return Row(replace(method, name=row_title(results[0])), (*cells, *cost_cells(costs, results)))


def _value(found: ProtocolResult, metric: str) -> Value | None:
    if found.reason is not None and metric not in found.metrics:
        return Value(value=None, n=0, reason=found.reason)
    return found.metrics.get(metric)


def _number_notes(rows: Sequence[Row]) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    """Number the distinct reasons; costs go without."""
    numbers: dict[str, int] = {}

    def numbered(cell: Cell) -> Cell:
        if cell.reason is None or cell.column.level == "cost":
            return cell
        return replace(cell, note=numbers.setdefault(cell.reason, len(numbers) + 1))

    done = tuple(replace(row, cells=tuple(numbered(cell) for cell in row.cells)) for row in rows)
    return done, tuple(numbers)
