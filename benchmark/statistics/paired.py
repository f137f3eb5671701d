"""Two methods on the same tasks: their difference, its interval, and the p-value of a sign-flip permutation test."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmark.statistics.bootstrap import NO_INTERVAL, percentile_interval
from benchmark.statistics.face_clusters import (
    Array,
    FaceSums,
    Statistic,
    draw_faces,
    group_equal,
    statistics_of_runs,
    sum_by_face,
    tasks_with_values,
)
from benchmark.statistics.seed_variance import SeedError, seed_error, standard_t
from benchmark.statistics.sign_flips import sign_flip_p_values

DRAWS: Final = 2000
FLIPS: Final = 9999


@dataclass(frozen=True)
class Side:
    """One method of a comparison.

    Attributes:
        runs: tallies (T, 2, K), one run per seed, on the tasks of the comparison.
        trained: whether another seed would give another model; false for editors that are not trained.
    """

    runs: Sequence[Array]
    trained: bool


@dataclass(frozen=True)
class Difference:
    """A paired difference.

    Attributes:
        ours: score of the first method, the mean over its seeds; NaN where there is none.
        theirs: that of the second.
        low: lower end of the interval of `ours - theirs`; NaN with fewer than two faces.
        high: upper end.
        p_value: two-sided; NaN with fewer than two faces.
        num_tasks: tasks with values in every run.
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
        """The first score minus the second."""
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
    """Compare two methods on the tasks with values in every run of both.

    The interval is the bootstrap of `bootstrap_interval`, with the same faces drawn for both methods. The test is
    `sign_flip_p`. Both include the error of seeds where every trained method has two seeds or more; otherwise they hold
    for these trained networks on other faces, not for the methods trained anew.

    Args:
        ours: the first method.
        theirs: the second.
        statistic: scores (draws,) from summed tallies (draws, 2, K).
        clusters: (T,) labels, the source face of each task.
        draws: bootstrap draws.
        flips: permutations at most, beside the observed one.
        level: coverage of the interval, in (0, 1).
        seed: of the draws; equal arguments give equal results.
        seeds_paired: whether the runs of both, in their order, were trained from the same seeds and share their
            effects, as variants of one method do: the error is then that of the mean of their differences.

    Raises:
        ValueError: if seeds are paired, and the methods have different numbers of them.
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
    level: float = 0.95,
    seed: int = 0,
    seeds_paired: bool = False,
) -> list[Difference]:
    """`paired_difference` of one method to each of many.

    Others with values for the same tasks share draws and flips, so that hundreds take seconds.

    Args:
        ours: the first method of every comparison.
        others: the second of each.
        statistic: as for two.
        clusters: as for two.
        draws: as for two.
        flips: as for two.
        level: as for two.
        seed: as for two.
        seeds_paired: as for two.
    """
    if seeds_paired and any(len(other.runs) != len(ours.runs) for other in others):
        raise ValueError("seeds can be paired only where both methods have the same number")
    found: dict[int, Difference] = {}
    for indices in group_equal([tasks_with_values([*ours.runs, *other.runs]) for other in others]):
        sides = [others[index] for index in indices]
        sums = sum_by_face([ours.runs, *(side.runs for side in sides)], clusters)
        differences = _differences(
            sums, ours.trained, [side.trained for side in sides], statistic, draws, flips, level, seed, seeds_paired
        )
        found.update(zip(indices, differences, strict=True))
    return [found[index] for index in range(len(others))]


def _differences(
    sums: FaceSums,
    trained: bool,
    others_trained: Sequence[bool],
    statistic: Statistic,
    draws: int,
    flips: int,
    level: float,
    seed: int,
    seeds_paired: bool,
) -> list[Difference]:
    """Of the first method of `sums` to each of the others."""
    scores = [statistic(method.sum(axis=1)) for method in sums.methods]
    own, *theirs = (float(of_method.mean()) for of_method in scores)
    counts = (sums.num_tasks, sums.num_faces)
    if sums.num_faces < 2:
        return [Difference(own, other, *NO_INTERVAL, float("nan"), *counts, SeedError()) for other in theirs]
    weights, generator = _drawn(sums.num_faces, draws, seed)
    ends = np.cumsum([len(method) for method in sums.methods])[:-1]
    drawn = np.split(statistics_of_runs(np.concatenate(sums.methods), weights, statistic), ends, axis=1)
    errors = []
    for index, other_trained in enumerate(others_trained, start=1):
        if seeds_paired and trained and other_trained:
            errors.append(seed_error([scores[0] - scores[index]], [drawn[0] - drawn[index]]))
            continue
        learned = [number for number, is_trained in ((0, trained), (index, other_trained)) if is_trained]
        errors.append(seed_error([scores[number] for number in learned], [drawn[number] for number in learned]))
    ours, *others = (method.mean(axis=0) for method in sums.methods)
    found: dict[int, Difference] = {}
    # Student's t with the same degrees of freedom is drawn once, then scaled
    for freedom in sorted({error.freedom_drawn for error in errors}):
        indices = [index for index, error in enumerate(errors) if error.freedom_drawn == freedom]
        generator_copy = deepcopy(generator)
        unscaled = standard_t(freedom, draws, generator_copy)
        same = [errors[index] for index in indices]
        p_values = sign_flip_p_values(
            ours, np.stack([others[index] for index in indices]), statistic, same, flips, generator_copy
        )
        for index, p_value in zip(indices, p_values, strict=True):
            difference = drawn[0].mean(axis=1) - drawn[index + 1].mean(axis=1) + errors[index].scale * unscaled
            interval = percentile_interval(difference, level)
            found[index] = Difference(own, theirs[index], *interval, float(p_value), *counts, errors[index])
    return [found[index] for index in range(len(theirs))]


@lru_cache(maxsize=2)
def _drawn(num_faces: int, draws: int, seed: int) -> tuple[Array, np.random.Generator]:
    """Draws of faces, the same for every metric of a comparison, and the generator after them, to be copied."""
    generator = np.random.default_rng(seed)
    weights = draw_faces(num_faces, draws, generator)
    weights.setflags(write=False)
    return weights, generator
