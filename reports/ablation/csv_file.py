"""An ablation as CSV: a row for every change and metric, and for every effect, with all that stands behind it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Final

from benchmark.ablation.tables import AblationReport, AblationTable, ChangeRow
from benchmark.runtime.spreadsheet_cells import guarded
from reports.ablation import wording as words

COLUMNS: Final = (
    "dataset", "protocol", "method", "cell", "change", "seeds", "metric", "level", "direction", "unit", "reference",
    "value", "gain", "printed", "low", "high", "p", "holm_p", "n", "verdict", "reason",
)  # fmt: skip

Entry = str | float | None


def render(report: AblationReport) -> str:
    """The whole file; `gain` is above 0 where the change is better, and a cell without figures says why."""
    text = StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    writer.writerow(COLUMNS)
    for table in report.tables:
        lines = [*(line for row in table.rows for line in _lines(report, table, row)), *_effects(report, table)]
        writer.writerows([guarded(cell) if isinstance(cell, str) else cell for cell in line] for line in lines)
    return text.getvalue()


def _lines(report: AblationReport, table: AblationTable, row: ChangeRow) -> Iterator[list[Entry]]:
    change = words.change(row.cell.changes)
    common: list[Entry] = [table.dataset, table.protocol, report.study.method, row.cell.label, change, len(row.seeds)]
    blank: list[Entry] = [None] * (len(COLUMNS) - len(common) - 1)
    if not row.contrasts:
        yield [*common, *blank, row.reason]
    for column in table.columns:
        contrast = row.contrasts.get(column.id)
        if contrast is not None:
            match, facts = contrast.match, column.facts
            yield [
                *common, column.id, facts.level, facts.direction, facts.unit,
                None if match.b is None else match.b.value, None if match.a is None else match.a.value,
                match.gain, None if match.gain is None else float(words.gain(column, contrast)),
                match.low, match.high, match.p_value, match.holm_p, match.n,
                words.verdict(row, contrast), match.reason or row.reason,
            ]  # fmt: skip
    for cost in row.costs:
        facts = cost.column.facts
        yield [
            *common, cost.column.id, facts.level, facts.direction, facts.unit, cost.reference, cost.cell,
            *blank[6:], None,
        ]  # fmt: skip


def _effects(report: AblationReport, table: AblationTable) -> Iterator[list[Entry]]:
    """Main effects and interactions of a factorial study, at the level "effect"; an interaction has a p alone."""
    for column in table.columns:
        found = table.effects.get(column.id)
        if found is None:
            continue
        facts = column.facts
        named: list[Entry] = [column.id, "effect", facts.direction, facts.unit, None, None]
        common: list[Entry] = [table.dataset, table.protocol, report.study.method, None]
        if isinstance(found, str):
            yield [*common, None, None, *named, *[None] * 8, found]
            continue
        for main in found.main:
            printed = float(words.signed(column, main.effect))
            effect = main.effect, printed, main.low, main.high, main.p_value
            yield [*common, words.main_effect(main), None, *named, *effect, None, found.num_runs, None, None]
        for both in found.interactions:
            none = [None] * 4
            yield [
                *common,
                words.interaction(both),
                None,
                *named,
                *none,
                both.p_value,
                None,
                found.num_runs,
                None,
                None,
            ]
