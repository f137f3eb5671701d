"""What each change of a method does to its figures: every cell of an ablation against the reference, paired."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from benchmark.found_runs import Contender
from benchmark.head_to_head import compare
from benchmark.matches import Match
from benchmark.statistics.holm import holm

MIN_SEEDS: Final = 3
"""Seeds of either side from which a difference may be called the change's doing."""
Verdict = Literal["better", "worse", "no difference shown", "test-set variation only", "too few seeds", "no interval", "no figure"]


@dataclass(frozen=True)
class Contrast:
    """One metric of one cell against the reference.

    Attributes:
        cell: label of the cell.
        match: the cell's figure as `a`, the reference's as `b`; its gain is above 0 where the cell is better, and its
            adjusted p counts every contrast of the study.
        seeds: the fewest of either side.
        verdict: what may be said of the change.
    """

    cell: str
    match: Match
    seeds: int
    verdict: Verdict


def contrasts(
    reference: Contender, cells: Sequence[Contender], protocols: Sequence[str] = (), metrics: Sequence[str] = ()
) -> list[Contrast]:
    """Set every cell against the reference, with Holm's adjustment over the whole study.

    Args:
        reference: the full method, a run a seed.
        cells: its variants.
        protocols: only these; all that both sides took part in where none is named.
        metrics: only these; all of images and sets where none is named.

    Raises:
        IncomparableError: if any two of the runs were not scored alike.
        ResultError: if scores cannot be read.
        InputError: if a cell has nothing to compare.
    """
    found = [(cell, match) for cell in cells for match in compare(cell, reference, protocols, metrics).matches]
    adjusted = holm([math.nan if match.p_value is None else match.p_value for _, match in found])
    return [
        _contrast(cell, reference, replace(match, holm_p=None if math.isnan(p_value) else float(p_value)))
        for (cell, match), p_value in zip(found, adjusted, strict=True)
    ]


def _contrast(cell: Contender, reference: Contender, match: Match) -> Contrast:
    seeds = min(len(cell.runs), len(reference.runs))
    return Contrast(cell.name, match, seeds, verdict(match, seeds))


def verdict(match: Match, seeds: int) -> Verdict:
    """What may be said: a difference is a change's doing from three seeds, where its interval leaves 0 out."""
    if match.gain is None:
        return "no figure"
    if seeds == 1:
        return "test-set variation only"
    if seeds < MIN_SEEDS:
        return "too few seeds"
    if match.low is None or match.high is None:
        return "no interval"
    if match.low <= 0 <= match.high:
        return "no difference shown"
    return "better" if match.gain > 0 else "worse"
