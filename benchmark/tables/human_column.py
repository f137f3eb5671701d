"""What people said, as a column of the leaderboard: only beside the very runs that a study showed them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from benchmark.human_study.analysis.exclusion_summary import exclusions
from benchmark.human_study.analysis.findings import Findings, MethodFinding, Part
from benchmark.human_study.schema import Mode
from benchmark.results.comparability import SHORT_HASH
from benchmark.results.find_results import FinishedRun
from benchmark.results.schema import MetricInfo
from benchmark.runtime.atomic_files import sha256_of
from benchmark.tables.table import Cell, Column, Row

NOT_SHOWN: Final = "not in the human study"
CHANGED: Final = "scored or made again since the human study, which showed other runs"
_TITLES: Final[dict[Mode, tuple[str, str]]] = {
    "2afc": ("Human preference", "the share of choices that it got as one of two, a tie as half a choice"),
    "kway": ("Human preference", "the share of choices that it got where it was shown, a tie shared out evenly"),
    "mos": ("Human score", "the mean of scores from 1 to 5"),
    "realfake": ("Human fool rate", "the share of its images that were taken for photographs"),
}


@dataclass(frozen=True)
class HumanColumn:
    """A table's column of what people said.

    Attributes:
        cells: one per row; none where the study says nothing of the table.
        remark: what the column is, or why there is none.
    """

    cells: tuple[Cell, ...]
    remark: str


def human_column(findings: Findings, rows: Sequence[Row], dataset: str, protocol: str, tasks: str) -> HumanColumn:
    """The preference under the study's first question.

    Args:
        findings: of a study.
        rows: of one table.
        dataset: the table's.
        protocol: the table's.
        tasks: SHA-256 of its task table.
    """
    main = findings.parts[0].question if findings.parts else None
    part = next((part for part in findings.parts if part.question == main and part.protocol == protocol), None)
    reason = _apart(findings, part, dataset, protocol, tasks)
    if part is None or reason is not None:
        return HumanColumn((), f"No human figures: {reason}.")
    title, meaning = _TITLES[findings.mode]
    unit, decimals = ("", 2) if findings.mode == "mos" else ("%", 1)
    facts = MetricInfo(title=title, direction="up", unit=unit, decimals=decimals, level="image", min_n=0, citation="")
    column = Column("human", facts, group="human")
    remark = (
        f"{title}: {meaning}, asked “{part.text}” in study {findings.study_id}; n counts votes. 95% intervals: "
        f"{findings.interval}. {exclusions(findings)} These figures are neither bold nor part of the rank."
    )
    found = {method.method: method for method in part.methods}
    return HumanColumn(tuple(_cell(column, findings, row, found.get(row.label)) for row in rows), remark)


def _apart(findings: Findings, part: Part | None, dataset: str, protocol: str, tasks: str) -> str | None:
    """Why a study says nothing of a table; None where it does."""
    if findings.dataset != dataset:
        return f"the study was made on {findings.dataset}"
    if part is None:
        return f"the study did not ask about {protocol}"
    theirs = findings.tasks_sha256.get(protocol)
    if theirs != tasks:
        return f"the study showed another task table, {(theirs or 'unknown')[:SHORT_HASH]}, not {tasks[:SHORT_HASH]}"
    return None


def _cell(column: Column, findings: Findings, row: Row, found: MethodFinding | None) -> Cell:
    num_seeds = len(row.runs)
    if found is None:
        return Cell(column, None, seeds=0, seeds_run=num_seeds, reason=NOT_SHOWN)
    shown = {name: sha for name, sha in findings.results_sha256.items() if name.rpartition("/")[0] == row.label}
    same = [run for run in row.runs if shown.get(f"{row.label}/seed{run.result.seed}") == _sha256(run)]
    if len(same) < len(shown) or not (shown or row.kind == "real"):
        return Cell(column, None, seeds=0, seeds_run=num_seeds, reason=CHANGED)
    preference = found.preference
    scale = 1.0 if findings.mode == "mos" else 100.0
    value, low, high = (
        None if number is None else scale * number for number in (preference.value, preference.low, preference.high)
    )
    return Cell(
        column,
        value,
        n=preference.votes,
        seeds=len(same) or num_seeds,
        seeds_run=num_seeds,
        low=low,
        high=high,
        interval=f"{findings.interval}; {preference.raters} raters, {preference.items} source faces",
        reason=preference.reason,
    )


def _sha256(run: FinishedRun) -> str | None:
    """Of a run's result file; None where it cannot be read any more."""
    try:
        return sha256_of(run.path)
    except OSError:
        return None
