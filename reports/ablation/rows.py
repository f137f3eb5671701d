"""The long tables of an ablation as text, cell by cell, the same in every format; plain, escaped by the renderers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from benchmark.ablation.tables import AblationTable
from benchmark.runtime.printed_values import MISSING, p_value
from reports.ablation import wording as words

DETAILS: Final = ("Change", "Metric", "Full", "Changed", "Gain", "95% interval", "p", "Holm p", "Verdict")
EFFECTS: Final = ("Metric", "Effect", "Gain", "95% interval", "p")


def details(table: AblationTable) -> Iterator[tuple[str, ...]]:
    """A line of `DETAILS` for every change and metric."""
    for row in words.with_figures(table):
        for column in table.columns:
            contrast = row.contrasts.get(column.id)
            if contrast is None:
                continue
            match = contrast.match
            yield (
                words.change(row.cell.changes),
                column.facts.title,
                words.estimate(column, match.b),
                words.estimate(column, match.a),
                words.gain(column, contrast),
                words.interval(column, contrast) or MISSING,
                p_value(match.p_value),
                p_value(match.holm_p),
                words.verdict(row, contrast) + (f" ({match.reason})" if match.reason else ""),
            )


def effects(table: AblationTable) -> Iterator[tuple[str, ...]]:
    """A line of `EFFECTS` for every metric and effect of a factorial study, or why a metric has none."""
    for column in table.columns:
        found = table.effects.get(column.id)
        if found is None:
            continue
        if isinstance(found, str):
            yield column.facts.title, found, MISSING, MISSING, MISSING
            continue
        for main in found.main:
            ends = f"{words.signed(column, main.low)} to {words.signed(column, main.high)}"
            gain = words.signed(column, main.effect)
            yield column.facts.title, words.main_effect(main), gain, ends, p_value(main.p_value)
        for both in found.interactions:
            test = f"F({both.freedom[0]}, {both.freedom[1]}) = {both.f_value:.2f}"
            yield column.facts.title, words.interaction(both), test, MISSING, p_value(both.p_value)
