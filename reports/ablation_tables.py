"""An ablation as tables, one a protocol: the reference's figures, and a row for what each change does to them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.ablation.contrasts import Contrast, contrasts
from benchmark.ablation.study import Study
from benchmark.found_runs import Contender
from benchmark.matches import Figure
from benchmark.results import ProtocolResult, Result
from benchmark.statistics.factorial import FactorialEffects, NotFactorial, factorial_effects
from registry.cards import Option
from reports.cells import Column
from reports.costs import cost_cells, cost_columns


@dataclass(frozen=True)
class CostChange:
    """A cost of a cell beside the reference's, each the mean over its seeds, in the column's unit."""

    column: Column
    cell: float | None
    reference: float | None

    @property
    def factor(self) -> float | None:
        """How many times the reference's; None where either is missing, or the reference's is 0."""
        if self.cell is None or not self.reference:
            return None
        return self.cell / self.reference


@dataclass(frozen=True)
class ChangeRow:
    """One cell of the study.

    Attributes:
        label: its name in run folders.
        changes: options by which it differs from the reference.
        seeds: those that have a result.
        contrasts: by metric, in no order; empty where `reason` says why.
        costs: in the order of the table's.
    """

    label: str
    changes: Mapping[str, Option]
    seeds: tuple[int, ...]
    contrasts: Mapping[str, Contrast]
    costs: tuple[CostChange, ...]
    reason: str | None = None


@dataclass(frozen=True)
class AblationTable:
    """What an ablation says under one protocol.

    Attributes:
        facts: what the reference's first result says of the protocol.
        columns: metrics that the reference was scored with, of images and then of sets, without those of which no run
            has a figure.
        reference: its figures by metric.
        effects: of a factorial study, by metric, in the direction of better; the reason instead where there are none.
    """

    dataset: str
    protocol: str
    facts: ProtocolResult
    columns: tuple[Column, ...]
    costs: tuple[Column, ...]
    reference: Mapping[str, Figure]
    rows: tuple[ChangeRow, ...]
    effects: Mapping[str, FactorialEffects | str]


@dataclass(frozen=True)
class AblationReport:
    """A study with its figures.

    Attributes:
        num_tests: p-values that Holm's adjustment counts.
        reason: why there are no tables.
    """

    study: Study
    title: str
    reference_seeds: tuple[int, ...]
    tables: tuple[AblationTable, ...]
    num_tests: int = 0
    reason: str | None = None


def tabulate_ablation(study: Study, reference: Contender | None, cells: Mapping[str, Contender]) -> AblationReport:
    """Tables of a study.

    Args:
        study: what was to be run.
        reference: the runs of the full method; None where none finished.
        cells: those of each cell that has any, by label.
    """
    if reference is None:
        reason = f"{study.reference}, the reference, has no finished run; run the command again to go on"
        return AblationReport(study, study.method, (), (), reason=reason)
    found = contrasts(reference, cells)
    first = reference.runs[0].result
    protocols = [name for name, each in first.protocols.items() if each.metrics]
    tables = tuple(_table(study, reference, cells, found, protocol) for protocol in protocols)
    tested = [each.match.p_value for row in found.values() if not isinstance(row, str) for each in row]
    return AblationReport(
        study,
        first.title,
        tuple(run.result.seed for run in reference.runs),
        tables,
        num_tests=sum(p_value is not None for p_value in tested),
    )


def _table(
    study: Study,
    reference: Contender,
    cells: Mapping[str, Contender],
    found: Mapping[str, list[Contrast] | str],
    protocol: str,
) -> AblationTable:
    results = [run.result for run in reference.runs]
    costs = cost_columns(results)
    rows = tuple(
        _row(cell.label, cell.changes, cell.failed, reference, cells, found, protocol, costs) for cell in study.cells
    )
    columns = _columns(results[0], [row.contrasts for row in rows], protocol)
    figures = {
        column.id: contrast.match.b
        for column in columns
        for row in reversed(rows)
        if (contrast := row.contrasts.get(column.id)) is not None and contrast.match.b is not None
    }
    effects = {}
    if study.design == "factorial":
        effects = {column.id: _effects(study, reference, cells, protocol, column) for column in columns}
    return AblationTable(
        results[0].dataset, protocol, results[0].protocols[protocol], columns, costs, figures, rows, effects
    )


def _columns(first: Result, rows: Sequence[Mapping[str, Contrast]], protocol: str) -> tuple[Column, ...]:
    having = {metric for row in rows for metric, contrast in row.items() if contrast.match.gain is not None}
    facts = {name: first.metrics[name] for name in first.protocols[protocol].metrics if name in having}
    columns = [Column(name, fact) for name, fact in facts.items()]
    return tuple(sorted(columns, key=lambda column: column.facts.level != "image"))


def _row(
    label: str,
    changes: Mapping[str, Option],
    failed: str | None,
    reference: Contender,
    cells: Mapping[str, Contender],
    found: Mapping[str, list[Contrast] | str],
    protocol: str,
    costs: Sequence[Column],
) -> ChangeRow:
    if label not in cells:
        return ChangeRow(label, changes, (), {}, (), failed or "no finished run")
    own = [run.result for run in cells[label].runs]
    theirs = [run.result for run in reference.runs]
    changed = tuple(
        CostChange(column, cell.value, other.value)
        for column, cell, other in zip(costs, cost_cells(costs, own), cost_cells(costs, theirs), strict=True)
    )
    seeds = tuple(result.seed for result in own)
    contrasted = found[label]
    if isinstance(contrasted, str):
        return ChangeRow(label, changes, seeds, {}, changed, contrasted)
    of_protocol = {each.match.metric: each for each in contrasted if each.match.protocol == protocol}
    return ChangeRow(label, changes, seeds, of_protocol, changed, failed)


def _effects(
    study: Study, reference: Contender, cells: Mapping[str, Contender], protocol: str, column: Column
) -> FactorialEffects | str:
    runs = [(study.levels({}), run) for run in reference.runs]
    runs += [
        (study.levels(cell.changes), run)
        for cell in study.cells
        if cell.label in cells
        for run in cells[cell.label].runs
    ]
    sign = 1.0 if column.facts.direction == "up" else -1.0
    figures = [(levels, _figure(run.result, protocol, column.id)) for levels, run in runs]
    having = [(levels, figure) for levels, figure in figures if figure is not None]
    try:
        return factorial_effects(
            study.factor_levels, [levels for levels, _ in having], np.array([sign * figure for _, figure in having])
        )
    except NotFactorial as error:
        return str(error)


def _figure(result: Result, protocol: str, metric: str) -> float | None:
    value = result.protocols[protocol].metrics.get(metric) if protocol in result.protocols else None
    return None if value is None or value.value is None or not math.isfinite(value.value) else value.value
