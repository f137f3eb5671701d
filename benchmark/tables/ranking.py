"""The ranking of a table's learned methods over all of its image metrics: their win rates, and ranks by them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmark.results.schema import MetricInfo
from benchmark.statistics.face_clusters import Array, draw_faces, statistics_of_runs
from benchmark.statistics.seed_variance import means_over_seeds, pooled_error, seed_spreads
from benchmark.statistics.win_rates import Rank, rank_methods
from benchmark.tables.seed_intervals import DRAWS, NESTED
from benchmark.tables.table import Cell, Column, Row
from benchmark.tables.table_scores import NO_SCORES, PARTIAL, TableScores

NOT_RANKED: Final = "only learned methods are ranked"
NO_RIVAL: Final = "there is no other learned method"
NO_FIGURES: Final = "it has no figure here"
NO_METRIC: Final = "the table has no metric of single images"
FEW_SCORES: Final = f"fewer than two learned methods have per-task scores: {NO_SCORES}"

RANK: Final = Column(
    "rank",
    MetricInfo(title="Rank", direction="down", unit="", decimals=0, level="image", min_n=0, citation=""),
    group="standing",
)
WIN_RATE: Final = Column(
    "win-rate",
    MetricInfo(
        title="Win rate",
        direction="up",
        unit="",
        decimals=2,
        level="image",
        min_n=0,
        citation="Liang et al., Holistic Evaluation of Language Models, TMLR 2023",
    ),
    group="standing",
)


@dataclass(frozen=True)
class Ranking:
    """The cells of rank and win rate, one pair per row; none where `reason` says why nobody is ranked.

    Attributes:
        num_metrics: on how many metrics two ranked methods or more were set against each other.
    """

    cells: tuple[tuple[Cell, Cell], ...] = ()
    num_metrics: int = 0
    reason: str | None = None


def rank_rows(rows: Sequence[Row], scores: TableScores) -> Ranking:
    """Rank a table's learned methods by `rank_methods` over its image metrics.

    Every draw resamples source faces, the same for all methods and metrics, and adds a draw of the error of seeds. A
    method without per-task scores, or with edits of some of the tasks alone, takes no part and is no rival of others.
    """
    metrics = [cell.column for cell in rows[0].cells if cell.column.level == "image"]
    learned = [number for number, row in enumerate(rows) if row.kind == "learned" and _has_figures(row)]
    ranked = [
        number
        for number in learned
        if not scores.is_partial(number) and any(scores.tallies(number, metric.id) for metric in metrics)
    ]
    if len(ranked) < 2:
        there_are_learned = any(row.kind == "learned" for row in rows)
        return Ranking(reason=_why_nobody_is_ranked(len(learned), len(metrics)) if there_are_learned else None)
    merits, drawn = _merits(ranked, metrics, scores)
    found = dict(zip(ranked, rank_methods(merits, drawn), strict=True))
    num_metrics = int((np.isfinite(merits).sum(axis=0) > 1).sum())
    return Ranking(
        tuple(_cells(row, found.get(number), _why_not(row, number, scores)) for number, row in enumerate(rows)),
        num_metrics,
    )


def _why_nobody_is_ranked(num_rivals: int, num_metrics: int) -> str:
    if num_rivals < 2:
        return NO_RIVAL
    return FEW_SCORES if num_metrics else NO_METRIC


def _has_figures(row: Row) -> bool:
    """Whether a row took part: some methods can do nothing under a protocol."""
    return any(cell.value is not None for cell in row.cells if cell.column.level in ("image", "set"))


def _merits(ranked: Sequence[int], metrics: Sequence[Column], scores: TableScores) -> tuple[Array, Array]:
    """Figures (M, K) signed so that more is better, and the same (draws, M, K) under resampled faces and seeds."""
    generator = np.random.default_rng(0)
    _, face_of_task = np.unique(scores.faces, return_inverse=True)
    weights = draw_faces(int(face_of_task.max()) + 1, DRAWS, generator)[:, face_of_task]
    merits = np.full((len(ranked), len(metrics)), np.nan)
    drawn = np.full((DRAWS, len(ranked), len(metrics)), np.nan)
    for place, metric in enumerate(metrics):
        sign = 1.0 if metric.facts.direction == "up" else -1.0
        having = {method: runs for method, number in enumerate(ranked) if (runs := scores.tallies(number, metric.id))}
        if not having:
            continue
        stacked = np.stack([run for runs in having.values() for run in runs])
        num_seeds = [len(runs) for runs in having.values()]
        every = scores.statistic(stacked.sum(axis=1))
        figures, means = np.split(every, np.cumsum(num_seeds)[:-1]), means_over_seeds(every, num_seeds)
        resampled = statistics_of_runs(stacked, weights, scores.statistic)
        drawn_means = means_over_seeds(resampled, num_seeds)
        for number, (method, spread) in enumerate(zip(having, seed_spreads(figures, resampled), strict=True)):
            error = pooled_error([spread])
            merits[method, place] = sign * means[number]
            drawn[:, method, place] = sign * (drawn_means[:, number] + error.draw(DRAWS, generator))
    return merits, drawn


def _why_not(row: Row, number: int, scores: TableScores) -> str:
    """Why a row has no rank, if it has none."""
    if row.kind != "learned":
        return NOT_RANKED
    if not _has_figures(row):
        return NO_FIGURES
    return PARTIAL if scores.is_partial(number) else NO_SCORES


def _cells(row: Row, found: Rank | None, reason: str) -> tuple[Cell, Cell]:
    if found is None or found.rank is None:
        return Cell(RANK, None, seeds=0, reason=reason), Cell(WIN_RATE, None, seeds=0, reason=reason)
    seeds = len(row.runs)
    return (
        Cell(RANK, found.rank, seeds=seeds, seeds_run=seeds),
        Cell(WIN_RATE, found.win_rate, None, seeds, seeds, found.low, found.high, NESTED),
    )
