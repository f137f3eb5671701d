"""What each change of a method does to its figures: every cell of an ablation against the reference, paired."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from benchmark.comparison.compare_methods import compare
from benchmark.comparison.compare_metric import MetricComparison
from benchmark.results.method_runs import MethodRuns
from benchmark.statistics.holm import holm
from registry.errors import InputError

MIN_SEEDS: Final = 3
"""Seeds of either side from which a difference may be called the change's doing."""
Verdict = Literal[
    "better",
    "worse",
    "no difference shown",
    "below the last digit",
    "test-set variation only",
    "too few seeds",
    "no interval",
    "no figure",
]


@dataclass(frozen=True)
class Contrast:
    """One metric of one cell against the reference.

    Attributes:
        match: the cell's figure as `a`, the reference's as `b`; its gain is above 0 where the cell is better, and its
            adjusted p counts every contrast of the study.
        seeds: how many both sides have figures of.
        verdict: what may be said of the change.
    """

    match: MetricComparison
    seeds: int
    verdict: Verdict


def contrasts(
    reference: MethodRuns, cells: Mapping[str, MethodRuns], protocols: Sequence[str] = (), metrics: Sequence[str] = ()
) -> dict[str, list[Contrast] | str]:
    """Set every cell against the reference, seed by seed, with Holm's adjustment over the whole study.

    Cells share their seeds' faces, first weights and whole training stages, so that seeds are paired.

    Args:
        reference: the full method, a run a seed.
        cells: its variants by label.
        protocols: only these; all that both sides took part in where none is named.
        metrics: only these; all of images and sets where none is named.

    Returns:
        By label, its contrasts, or why it has none.
    """
    found: dict[str, tuple[MetricComparison, ...]] = {}
    refused: dict[str, str] = {}
    for label, cell in cells.items():
        try:
            found[label] = compare(cell, reference, protocols, metrics, seeds_paired=True).matches
        except InputError as error:  # scored otherwise, or not at all: the other cells stand
            refused[label] = str(error)
    every = [match for matches in found.values() for match in matches]
    adjusted = iter(holm([math.nan if match.p_value is None else match.p_value for match in every]))
    return {
        label: refused[label]
        if label in refused
        else [
            _contrast(match, float(next(adjusted)), _shared_seeds(cells[label], reference, match.protocol))
            for match in found[label]
        ]
        for label in cells
    }


def _shared_seeds(cell: MethodRuns, reference: MethodRuns, protocol: str) -> int:
    """How many seeds of both have figures under the protocol."""
    ours, theirs = (
        {
            run.result.seed
            for run in each.runs
            if protocol in run.result.protocols and run.result.protocols[protocol].metrics
        }
        for each in (cell, reference)
    )
    return len(ours & theirs)


def _contrast(match: MetricComparison, holm_p: float, seeds: int) -> Contrast:
    match = replace(match, holm_p=None if math.isnan(holm_p) else holm_p)
    return Contrast(match, seeds, verdict(match, seeds))


def verdict(match: MetricComparison, seeds: int) -> Verdict:
    """What may be said: a difference is a change's doing from three seeds, where its adjusted p is below 0.05."""
    if match.gain is None:
        return "no figure"
    if seeds == 1:
        return "test-set variation only"
    if seeds < MIN_SEEDS:
        return "too few seeds"
    if match.low is None or match.high is None:
        return "no interval"
    if not match.is_significant:
        return "no difference shown"
    if match.is_below_the_last_digit:
        return "below the last digit"
    return "better" if match.gain > 0 else "worse"
