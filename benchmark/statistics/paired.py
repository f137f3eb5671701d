"""Two methods on the same tasks: their difference, its interval, and the p-value of a sign-flip permutation test."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import combinations
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmark.statistics.bootstrap import NO_INTERVAL, percentile_intervals
from benchmark.statistics.crossed_faces import draw_weights, resample
from benchmark.statistics.face_clusters import (
    Array,
    FaceSums,
    Statistic,
    group_equal,
    sum_by_face,
    tasks_with_values,
)
from benchmark.statistics.seed_variance import (
    SeedError,
    means_over_seeds,
    pooled_error,
    seed_error,
    seed_spreads,
    standard_t,
)
from benchmark.statistics.sign_flips import sign_flip_p_values

DRAWS: Final = 2000
FLIPS: Final = 9999


@dataclass(frozen=True)
class Side:
    """One method of a comparison.

    Attributes:
        runs: tallies (T, 2, K), a run a seed, on the tasks of the comparison.
        trained: whether another seed would give another method; false of editors that learn nothing.
    """

    runs: Sequence[Array]
    trained: bool


@dataclass(frozen=True)
class Difference:
    """A paired difference.

    Attributes:
        ours: figure of the first method, the mean over its seeds; NaN where there is none.
        theirs: that of the second.
        low: lower end of the interval of `ours - theirs`; NaN with fewer than two faces, or where none was wanted.
        high: upper end.
        p_value: two-sided; NaN with fewer than two faces, or without flips.
        num_tasks: tasks that every run has a figure for.
        num_faces: source faces of these.
        error: what seeds add.
    """

    ours: float
    theirs: float
    low: float
    high: float
    p_value: float
    num_tasks: int
    num_faces: int
    error: SeedError

    @property
    def value(self) -> float:
        """The first figure less the second."""
        return self.ours - self.theirs


def paired_difference(
    ours: Side,
    theirs: Side,
    statistic: Statistic,
    clusters: NDArray[Any],
    *,
    draws: int = DRAWS,
    flips: int = FLIPS,
    level: float = 0.95,
    seed: int = 0,
    seeds_paired: bool = False,
) -> Difference:
    """Compare two methods on the tasks that every run of both has a figure for.

    The interval is the bootstrap of `bootstrap_interval`, with the same faces drawn for both methods. The test is
    `sign_flip_p`. Both take the error of seeds in where every trained method has two seeds or more; else they speak of
    these trained networks on other faces, not of the methods trained anew.

    Args:
        ours: the first method.
        theirs: the second.
        statistic: figures (draws,) from summed ratio terms (draws, 2, K).
        clusters: (T,) labels, the source face of each task; or (T, 2), its source and its target face.
        draws: bootstrap draws.
        flips: permutations at most, beside the observed one.
        level: coverage of the interval, in (0, 1).
        seed: of the draws; equal arguments give equal results.
        seeds_paired: whether the runs of both, in their order, were trained from the same seeds and share what comes of
            that, as variants of one method do: the error is then that of the mean of their differences.

    Raises:
        ValueError: if seeds are paired, and the two do not have the same number.
    """
    (found,) = paired_differences(
        ours,
        [theirs],
        statistic,
        clusters,
        draws=draws,
        flips=flips,
        level=level,
        seed=seed,
        seeds_paired=seeds_paired,
    )
    return found


def paired_differences(
    ours: Side,
    others: Sequence[Side],
    statistic: Statistic,
    clusters: NDArray[Any],
    *,
    draws: int = DRAWS,
    flips: int = FLIPS,
    level: float | None = 0.95,
    seed: int = 0,
    seeds_paired: bool = False,
) -> list[Difference]:
    """`paired_difference` of one method to each of many.

    Others that have figures for the same tasks share draws and flips, so that hundreds take seconds.

    Args:
        ours: the first method of every comparison.
        others: the second of each.
        statistic: as for two.
        clusters: as for two.
        draws: as for two.
        flips: as for two.
        level: as for two; None for no intervals, where p-values are all that is needed.
        seed: as for two.
        seeds_paired: as for two.
    """
    if seeds_paired and any(len(other.runs) != len(ours.runs) for other in others):
        raise ValueError("seeds can be paired only where both methods have the same number")
    pairs = [(0, place) for place in range(1, len(others) + 1)]
    return _of_pairs([ours, *others], pairs, statistic, clusters, draws, flips, level, seed, seeds_paired)


def differences_of_all_pairs(
    sides: Sequence[Side], statistic: Statistic, clusters: NDArray[Any], *, draws: int = DRAWS, level: float = 0.95
) -> dict[tuple[int, int], Difference]:
    """`paired_difference` of every two methods, by their places, without p-values.

    Args:
        sides: the methods.
        statistic: as for two.
        clusters: as for two.
        draws: as for two.
        level: as for two.
    """
    pairs = list(combinations(range(len(sides)), 2))
    found = _of_pairs(sides, pairs, statistic, clusters, draws, 0, level, 0, seeds_paired=False)
    return dict(zip(pairs, found, strict=True))


def _of_pairs(
    sides: Sequence[Side],
    pairs: Sequence[tuple[int, int]],
    statistic: Statistic,
    clusters: NDArray[Any],
    draws: int,
    flips: int,
    level: float | None,
    seed: int,
    seeds_paired: bool,
) -> list[Difference]:
    """Those of pairs of methods; pairs with figures for the same tasks share draws, and what they come to."""
    known = tasks_with_values([side.runs for side in sides])
    found: dict[tuple[int, int], Difference] = {}
    for places in group_equal([known[one] & known[other] for one, other in pairs]):
        having = [pairs[place] for place in places]
        methods = sorted({method for pair in having for method in pair})
        # the tasks that all of these have figures for are just those of each pair
        sums = sum_by_face([sides[method].runs for method in methods], clusters)
        renumbered = {method: number for number, method in enumerate(methods)}
        within = [(renumbered[one], renumbered[other]) for one, other in having]
        trained = [sides[method].trained for method in methods]
        differences = _differences(sums, within, trained, statistic, draws, flips, level, seed, seeds_paired)
        found.update(zip(having, differences, strict=True))
    return [found[pair] for pair in pairs]


def _differences(
    sums: FaceSums,
    pairs: Sequence[tuple[int, int]],
    trained: Sequence[bool],
    statistic: Statistic,
    draws: int,
    flips: int,
    level: float | None,
    seed: int,
    seeds_paired: bool,
) -> list[Difference]:
    """Of pairs of the methods of `sums`."""
    values = sums.figures(statistic)
    means = means_over_seeds(np.concatenate(values), sums.num_seeds).tolist()
    counts = (sums.num_tasks, sums.num_faces)
    if sums.num_faces < 2:
        return [
            Difference(means[one], means[other], *NO_INTERVAL, float("nan"), *counts, SeedError())
            for one, other in pairs
        ]
    weights, generator = _drawn(sums.counts, draws, seed)
    all_drawn = resample(sums, weights, statistic)
    drawn = np.split(all_drawn.by_source, np.cumsum(sums.num_seeds)[:-1], axis=1)
    spreads = seed_spreads(values, all_drawn.by_source)
    errors = [
        seed_error([values[one] - values[other]], [drawn[one] - drawn[other]])
        if seeds_paired and trained[one] and trained[other]
        else pooled_error([spreads[method] for method in (one, other) if trained[method]])
        for one, other in pairs
    ]
    drawn_means = all_drawn.map(partial(means_over_seeds, seeds=sums.num_seeds))
    found: dict[int, Difference] = {}
    # Student's t of the same freedom is drawn once, and scaled to each
    for freedom in sorted({error.freedom_drawn for error in errors}):
        places = [place for place, error in enumerate(errors) if error.freedom_drawn == freedom]
        after = deepcopy(generator)
        unscaled = standard_t(freedom, draws, after)
        same = [pairs[place] for place in places]
        scales = np.array([errors[place].scale for place in places])
        intervals = [NO_INTERVAL] * len(places)
        differences = drawn_means.map(partial(_between, same))
        if level is not None:
            intervals = percentile_intervals(differences.two_way + unscaled[:, None] * scales, level)
        of_places = [errors[place] for place in places]
        p_values = _p_values(sums, same, statistic, of_places, differences.widening, flips, after)
        for place, (one, other), interval, p_value in zip(places, same, intervals, p_values, strict=True):
            found[place] = Difference(means[one], means[other], *interval, p_value, *counts, errors[place])
    return [found[place] for place in range(len(pairs))]


def _between(pairs: Sequence[tuple[int, int]], figures: Array) -> Array:
    """Differences (draws, P) of pairs of methods from figures (draws, M)."""
    firsts, seconds = zip(*pairs, strict=True)
    apart: Array = figures[:, firsts] - figures[:, seconds]
    return apart


def _p_values(
    sums: FaceSums,
    pairs: Sequence[tuple[int, int]],
    statistic: Statistic,
    errors: Sequence[SeedError],
    widening: Array,
    flips: int,
    generator: np.random.Generator,
) -> list[float]:
    """Those of pairs of methods; NaN where no flips are wanted."""
    found = [float("nan")] * len(pairs)
    if not flips:
        return found
    means = {method: sums.methods[method].mean(axis=0) for method in {method for pair in pairs for method in pair}}
    for first in dict.fromkeys(one for one, _ in pairs):
        places = [place for place, (one, _) in enumerate(pairs) if one == first]
        others = np.stack([means[pairs[place][1]] for place in places])
        of_first = [errors[place] for place in places]
        wider = widening[places]
        p_values = sign_flip_p_values(means[first], others, statistic, of_first, flips, deepcopy(generator), wider)
        for place, p_value in zip(places, p_values.tolist(), strict=True):
            found[place] = p_value
    return found


@lru_cache(maxsize=2)
def _drawn(counts: tuple[int, ...], draws: int, seed: int) -> tuple[list[Array], np.random.Generator]:
    """Draws of faces, the same for every metric of a comparison, and the generator after them, to be copied."""
    generator = np.random.default_rng(seed)
    weights = draw_weights(counts, draws, generator)
    return weights, generator
