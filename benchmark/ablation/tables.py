"""An ablation as tables, one a protocol: the reference's figures, and a row for what each change does to them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.ablation.contrasts import Contrast, contrasts
from benchmark.ablation.study import AblationCell, AblationStudy
from benchmark.comparison.compare_metric import Estimate
from benchmark.results.method_runs import MethodRuns
from benchmark.results.schema import ProtocolResult, Result
from benchmark.statistics.factorial import FactorialEffects, NotFactorial, factorial_effects
from benchmark.tables.costs import cost_cells, cost_columns
from benchmark.tables.table import Cell, Column


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
        seeds: those that have a result.
        contrasts: by metric, in no order; empty where `reason` says why.
        costs: in the order of the table's.
        reason: why it has no figures, or fewer seeds than the study asked for.
        same_weights: whether every seed trained to the reference's weights, bit for bit.
    """

    cell: AblationCell
    seeds: tuple[int, ...]
    contrasts: Mapping[str, Contrast]
    costs: tuple[CostChange, ...]
    reason: str | None = None
    same_weights: bool = False


@dataclass(frozen=True)
class AblationTable:
    """What an ablation says under one protocol.

    Attributes:
        facts: what the reference's first result says of the protocol.
        columns: metrics that the reference was scored with, of images and then of sets, without those of which neither
            it nor a difference to it has a figure.
        reference: its figures by metric, each the mean over its seeds.
        reference_costs: its costs, in the order of `costs`.
        effects: of a factorial study, by metric, in the direction of better; the reason instead where there are none.
    """

    dataset: str
    protocol: str
    facts: ProtocolResult
    columns: tuple[Column, ...]
    costs: tuple[Column, ...]
    reference: Mapping[str, Estimate]
    reference_costs: tuple[Cell, ...]
    rows: tuple[ChangeRow, ...]
    effects: Mapping[str, FactorialEffects | str]


@dataclass(frozen=True)
class AblationReport:
    """A study with its figures.

    Attributes:
        num_tests: p-values that Holm's adjustment counts.
        reason: why there are no tables.
    """

    study: AblationStudy
    reference_seeds: tuple[int, ...]
    tables: tuple[AblationTable, ...]
    num_tests: int = 0
    reason: str | None = None


def tabulate_ablation(
    study: AblationStudy, reference: MethodRuns | None, cells: Mapping[str, MethodRuns]
) -> AblationReport:
    """Tables of a study.

    Args:
        study: what was to be run.
        reference: the runs of the full method; None where none finished.
        cells: those of each cell that has any, by label.
    """
    if reference is None:
        reason = f"{study.reference}, the reference, has no finished run; run the command again to go on"
        return AblationReport(study, (), (), reason=reason)
    found = contrasts(reference, cells)
    protocols = [name for name, each in reference.runs[0].result.protocols.items() if each.metrics]
    tables = tuple(_table(study, reference, cells, found, protocol) for protocol in protocols)
    tested = [each.match.p_value for row in found.values() if not isinstance(row, str) for each in row]
    return AblationReport(
        study,
        reference.seeds,
        tables,
        num_tests=sum(p_value is not None for p_value in tested),
    )


def _table(
    study: AblationStudy,
    reference: MethodRuns,
    cells: Mapping[str, MethodRuns],
    found: Mapping[str, list[Contrast] | str],
    protocol: str,
) -> AblationTable:
    results = reference.results
    costs = cost_columns(results)
    changed = [cell for cell in study.cells if cell.label != study.reference]
    rows = tuple(
        _row(cell, reference, cells.get(cell.label), found.get(cell.label, []), protocol, costs) for cell in changed
    )
    columns = _columns(results, [row.contrasts for row in rows], protocol)
    figures = {
        column.id: Estimate(float(np.mean(values)))
        for column in columns
        if (values := [each for result in results if (each := _figure(result, protocol, column.id)) is not None])
    }
    effects = {}
    if study.design == "factorial":
        effects = {column.id: _effects(study, reference, cells, protocol, column) for column in columns}
    return AblationTable(
        results[0].dataset,
        protocol,
        results[0].protocols[protocol],
        columns,
        costs,
        figures,
        tuple(cost_cells(costs, results)),
        rows,
        effects,
    )


def _columns(results: Sequence[Result], rows: Sequence[Mapping[str, Contrast]], protocol: str) -> tuple[Column, ...]:
    first = results[0]
    having = {metric for row in rows for metric, contrast in row.items() if contrast.match.gain is not None}
    facts = {
        name: first.metrics[name]
        for name in first.protocols[protocol].metrics
        if name in having or any(_figure(result, protocol, name) is not None for result in results)
    }
    columns = [Column(name, fact) for name, fact in facts.items()]
    return tuple(sorted(columns, key=lambda column: column.facts.level != "image"))


def _row(
    cell: AblationCell,
    reference: MethodRuns,
    method: MethodRuns | None,
    contrasted: Sequence[Contrast] | str,
    protocol: str,
    costs: Sequence[Column],
) -> ChangeRow:
    failed = failures(cell)
    if method is None:
        return ChangeRow(cell, (), {}, (), failed or "no finished run")
    own, theirs = (side.results for side in (method, reference))
    changed = tuple(
        CostChange(column, ours.value, full.value)
        for column, ours, full in zip(costs, cost_cells(costs, own), cost_cells(costs, theirs), strict=True)
    )
    seeds = tuple(result.seed for result in own)
    if isinstance(contrasted, str):
        return ChangeRow(cell, seeds, {}, changed, contrasted)
    of_protocol = {each.match.metric: each for each in contrasted if each.match.protocol == protocol}
    return ChangeRow(cell, seeds, of_protocol, changed, failed, _same_weights(own, theirs))


def _same_weights(own: Sequence[Result], theirs: Sequence[Result]) -> bool:
    full = {result.seed: result.weights_sha256 for result in theirs}
    return all(result.weights_sha256 is not None and result.weights_sha256 == full.get(result.seed) for result in own)


def failures(cell: AblationCell) -> str | None:
    """Which of a cell's seeds failed, and why."""
    return "; ".join(f"seed {seed}: {reason}" for seed, reason in cell.failures.items()) or None


def _effects(
    study: AblationStudy, reference: MethodRuns, cells: Mapping[str, MethodRuns], protocol: str, column: Column
) -> FactorialEffects | str:
    methods = {**cells, study.reference: reference}
    runs = [
        (study.levels(cell.changes), run)
        for cell in study.cells
        if cell.label in methods
        for run in methods[cell.label].runs
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
