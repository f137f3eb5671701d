"""What the pages of an ablation say in words; plain text, escaped by the renderers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from benchmark.ablation.contrasts import MIN_SEEDS, Contrast
from benchmark.ablation.tables import AblationReport, AblationTable, ChangeRow, CostChange, failures
from benchmark.comparison.compare_metric import Estimate
from benchmark.runtime.printed_values import MISSING, decimal
from benchmark.statistics.factorial import Interaction, MainEffect
from benchmark.statistics.holm import ALPHA
from benchmark.tables.table import Column
from registry.cards import Option

BOLD_RULE: Final = (
    f"Bold: significantly different from the full method, which takes {MIN_SEEDS} seeds of both, a Holm p below "
    f"{ALPHA:g}, and a difference that does not print as 0."
)
SIGN_RULE: Final = "A figure above 0 is better than the full method, whichever way the metric points."
SAME_WEIGHTS: Final = "trained to the full method's weights, bit for bit: here the change does nothing to training."
LEVEL_WORDS: Final = {"True": "on", "False": "off"}


def change(changes: Mapping[str, Option]) -> str:
    """The options that a cell changes: `ebst off, lambda_inter 4.0`."""
    return ", ".join(f"{name} {level(value)}" for name, value in changes.items())


def level(value: object) -> str:
    """A level of a factor."""
    return LEVEL_WORDS.get(str(value), str(value))


def signed(column: Column, value: float | None) -> str:
    """A difference with its sign and the metric's decimals."""
    return MISSING if value is None else decimal(value, column.facts.decimals, "+")


def gain(column: Column, contrast: Contrast | None) -> str:
    """By how much the cell is better."""
    return MISSING if contrast is None else signed(column, contrast.match.gain)


def interval(column: Column, contrast: Contrast) -> str:
    """The gain's 95% interval; empty where there is none."""
    match = contrast.match
    if match.low is None or match.high is None:
        return ""
    return f"{signed(column, match.low)} to {signed(column, match.high)}"


def estimate(column: Column, found: Estimate | None) -> str:
    """A figure of a cell or of the reference."""
    return MISSING if found is None else column.format(found.value)


def is_significant(contrast: Contrast | None) -> bool:
    """Whether the rule lets the change be called better or worse."""
    return contrast is not None and contrast.verdict in ("better", "worse")


def verdict(row: ChangeRow, contrast: Contrast) -> str:
    """The verdict; of a component that the cell goes without, whether it helps."""
    removed = list(row.cell.changes) if all(value is False or value == 0 for value in row.cell.changes.values()) else []
    if len(removed) == 1 and contrast.verdict in ("better", "worse"):
        return f"{removed[0]} {'helps' if contrast.verdict == 'worse' else 'hurts'}"
    return str(contrast.verdict)


def main_effect(effect: MainEffect) -> str:
    """What a main effect is of: `ebst off`."""
    return f"{effect.factor} {level(effect.level)}"


def interaction(effect: Interaction) -> str:
    """What an interaction is of: `ebst × sft`."""
    return " × ".join(effect.factors)


def cost(change: CostChange) -> str:
    """A cost of a cell as a multiple of the reference's."""
    return MISSING if change.factor is None else f"×{change.factor:.2f}"


def cost_title(column: Column) -> str:
    """The header of a cost, whose unit is that of the full method's."""
    return f"{column.facts.title} ({column.facts.unit})" if column.facts.unit else column.facts.title


def seeds(row: ChangeRow) -> str:
    """The seeds of a row."""
    return f"{len(row.seeds)} seed{'' if len(row.seeds) == 1 else 's'}"


def size(report: AblationReport, table: AblationTable) -> str:
    """What stands behind a table."""
    number = len(report.reference_seeds)
    return (
        f"{table.facts.num_tasks:,} tasks; the full method is {report.study.reference}, "
        f"{number} seed{'' if number == 1 else 's'}, preset {report.study.preset}, on {table.dataset}."
    )


def remarks(report: AblationReport) -> list[str]:
    """How to read every table."""
    tests = f"{report.num_tests:,} test{'' if report.num_tests == 1 else 's'}"
    lines = [
        SIGN_RULE,
        BOLD_RULE,
        "Differences are taken seed by seed: a change and the full method share a seed's faces and, where they can, "
        "its whole training stages. Intervals resample faces, the same for both sides, with the spread of these "
        "differences over two seeds or more (Student's t); p is that of sign flips of whole source faces with the same "
        f"spread, Holm's adjustment counts {tests}. Metrics of whole sets go by the spread over seeds alone.",
        "Of 100 such intervals five leave 0 out by chance; verdicts go by Holm's p, which allows for all of them.",
    ]
    if any(table.effects for table in report.tables):
        lines.append(
            "Main effects and interactions: least squares over runs. Their intervals and p-values speak of training "
            "seeds on these test faces, are not adjusted, and count interactions of three factors as spread of seeds."
        )
    if len(report.reference_seeds) == 1:
        lines.append("With one seed everything here is test-set variation only: another training may turn it round.")
    return lines


def missing(report: AblationReport) -> list[str]:
    """Cells without figures, or with fewer seeds than requested, and why; and those that changed nothing."""
    rows = [(table, row) for table in report.tables for row in table.rows]
    shown = {row.cell.label for _, row in rows}
    lines = [
        f"{cell.label}: {why}"
        for cell in report.study.cells
        if cell.label not in shown and (why := failures(cell)) is not None
    ]
    everywhere = {row.cell.label: row.reason for _, row in rows if row.reason is not None}
    lines += [f"{label}: {reason}" for label, reason in everywhere.items()]
    lines += [
        f"{row.cell.label}: no figures under {table.facts.title}"
        for table, row in rows
        if not row.contrasts and row.reason is None
    ]
    same = dict.fromkeys(row.cell.label for _, row in rows if row.same_weights)
    return lines + [f"{label}: {SAME_WEIGHTS}" for label in same]


def with_figures(table: AblationTable) -> Sequence[ChangeRow]:
    """Rows that have contrasts."""
    return [row for row in table.rows if row.contrasts]
