"""The ranking of a table's learned methods: their win rates, one vote for each axis of metrics, and ranks by them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

import numpy as np

from benchmark.results.schema import MetricInfo
from benchmark.statistics.crossed_faces import Resampled, draw_weights
from benchmark.statistics.face_clusters import Array, face_numbers, statistics_of_runs
from benchmark.statistics.seed_variance import means_over_seeds, pooled_error, seed_spreads
from benchmark.statistics.win_rates import Rank, rank_methods, rate_against
from benchmark.tables.seed_intervals import DRAWS, nested
from benchmark.tables.table import Cell, Column, Row
from benchmark.tables.table_scores import NO_SCORES, PARTIAL, TableScores

NOT_RANKED: Final = "only learned methods are ranked"
SET_AGAINST: Final = "the share of the ranked methods that this one, which is not ranked, beats"
NO_RIVAL: Final = "there is no other learned method"
NO_FIGURES: Final = "it has no figure here"
NONE_SHARED: Final = "no two learned methods have per-task scores of the same metric"
NO_METRIC: Final = "the table has no metric of single images that names its axis"
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
        axes: that have a vote, by name, with their metrics, on which two ranked methods or more have figures.
        voteless: image metrics whose cards name no axis.
    """

    cells: tuple[tuple[Cell, Cell], ...] = ()
    axes: Mapping[str, tuple[Column, ...]] = field(default_factory=dict)
    voteless: tuple[Column, ...] = ()
    reason: str | None = None


def rank_rows(rows: Sequence[Row], scores: TableScores) -> Ranking:
    """Rank a table's learned methods by `rank_methods` over its image metrics, those of an axis sharing one vote.

    Every draw resamples faces, the same for all methods and metrics, and adds a draw of the error of seeds. A method
    without per-task scores, or with edits of some of the tasks alone, takes no part and is no rival of others. Each
    reference method is set against the ranked ones, which do not meet it.
    """
    of_images = [cell.column for cell in rows[0].cells if cell.column.level == "image"]
    axis_of = {column.id: axis for column in of_images if (axis := column.facts.axis) is not None}
    metrics = [column for column in of_images if column.id in axis_of]
    learned = [number for number, row in enumerate(rows) if row.kind == "learned" and _has_figures(row)]
    ranked = [
        number
        for number in learned
        if not scores.is_partial(number) and any(scores.tallies(number, metric.id) for metric in metrics)
    ]
    if len(ranked) < 2:
        there_are_learned = any(row.kind == "learned" for row in rows)
        return Ranking(reason=_why_nobody_is_ranked(len(learned), len(metrics)) if there_are_learned else None)
    references = [
        number for number, row in enumerate(rows) if row.kind == "reference" and not scores.is_partial(number)
    ]
    merits, drawn = _merits([*ranked, *references], metrics, scores)
    known = np.flatnonzero(np.isfinite(merits[: len(ranked)]).sum(axis=0) > 1)
    leading = {axis_of[metrics[place].id] for place in known if not metrics[place].facts.fallback}
    voting = [
        place for place in known if not metrics[place].facts.fallback or axis_of[metrics[place].id] not in leading
    ]
    if not voting:
        return Ranking(reason=NONE_SHARED)
    merits, drawn, metrics = merits[:, voting], drawn[:, :, voting], [metrics[place] for place in voting]
    names = list(dict.fromkeys(axis_of[column.id] for column in metrics))
    axes = [names.index(axis_of[column.id]) for column in metrics]
    rivals, rivals_drawn = merits[: len(ranked)], drawn[:, : len(ranked)]
    found = dict(zip(ranked, rank_methods(rivals, rivals_drawn, axes), strict=True))
    for place, number in enumerate(references, start=len(ranked)):
        found[number] = rate_against(merits[place], drawn[:, place], rivals, rivals_drawn, axes)
    made = nested(scores)
    return Ranking(
        tuple(_cells(row, found.get(number), _why_not(row, number, scores), made) for number, row in enumerate(rows)),
        {name: tuple(column for column in metrics if axis_of[column.id] == name) for name in names},
        tuple(column for column in of_images if column.id not in axis_of),
    )


def _why_nobody_is_ranked(num_rivals: int, num_metrics: int) -> str:
    if num_rivals < 2:
        return NO_RIVAL
    return FEW_SCORES if num_metrics else NO_METRIC


def _has_figures(row: Row) -> bool:
    """Whether a row took part: some methods can do nothing under a protocol."""
    return any(cell.value is not None for cell in row.cells if cell.column.level in ("image", "set"))


def _merits(compared: Sequence[int], metrics: Sequence[Column], scores: TableScores) -> tuple[Array, Array]:
    """Figures (M, K) signed so that more is better, and the same (draws, M, K) under resampled faces and seeds."""
    generator = np.random.default_rng(0)
    of_tasks = face_numbers(scores.faces)
    drawn_faces = draw_weights([int(numbers.max()) + 1 for numbers in of_tasks], DRAWS, generator)
    weights = [of_way[:, numbers] for of_way, numbers in zip(drawn_faces, of_tasks, strict=True)]
    merits = np.full((len(compared), len(metrics)), np.nan)
    drawn = np.full((DRAWS, len(compared), len(metrics)), np.nan)
    for place, metric in enumerate(metrics):
        sign = 1.0 if metric.facts.direction == "up" else -1.0
        having = {method: runs for method, number in enumerate(compared) if (runs := scores.tallies(number, metric.id))}
        if not having:
            continue
        stacked = np.stack([run for runs in having.values() for run in runs])
        num_seeds = [len(runs) for runs in having.values()]
        every = scores.statistic(stacked.sum(axis=1))
        figures, means = np.split(every, np.cumsum(num_seeds)[:-1]), means_over_seeds(every, num_seeds)
        resampled = Resampled(tuple(statistics_of_runs(stacked, of_way, scores.statistic) for of_way in weights))
        drawn_means = resampled.map(partial(means_over_seeds, seeds=num_seeds)).two_way_comparable
        for number, (method, spread) in enumerate(zip(having, seed_spreads(figures, resampled.by_source), strict=True)):
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


def _cells(row: Row, found: Rank | None, reason: str, made: str) -> tuple[Cell, Cell]:
    if found is None or math.isnan(found.win_rate):
        return Cell(RANK, None, seeds=0, reason=reason), Cell(WIN_RATE, None, seeds=0, reason=reason)
    seeds = len(row.runs)
    rate = Cell(WIN_RATE, found.win_rate, None, seeds, seeds, found.low, found.high, made)
    if found.rank is None:
        return Cell(RANK, None, seeds=0, reason=reason), replace(rate, reason=SET_AGAINST)
    return Cell(RANK, found.rank, seeds=seeds, seeds_run=seeds), rate
