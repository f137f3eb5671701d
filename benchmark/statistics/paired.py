"""Two methods on the same tasks: their difference, its interval, and the p-value of a sign-flip permutation test."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmark.statistics.bootstrap import NO_INTERVAL, percentile_interval
from benchmark.statistics.faces import Array, FaceSums, Figure, draw_faces, figures_of_runs, sum_by_face
from benchmark.statistics.seeds import SeedError, seed_error

DRAWS: Final = 2000
FLIPS: Final = 9999
_FLIPS_AT_ONCE: Final = 1000
"""Bounds memory: 10,000 flips of 5,000 faces would take 400 MB."""
_ROUNDING: Final = 1e-12
"""Flips that give the observed difference but for rounding count as giving it."""


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
        low: lower end of the interval of `ours - theirs`; NaN with fewer than two faces.
        high: upper end.
        p_value: two-sided; NaN with fewer than two faces.
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
    figure: Figure,
    clusters: NDArray[Any],
    *,
    draws: int = DRAWS,
    flips: int = FLIPS,
    level: float = 0.95,
    seed: int = 0,
) -> Difference:
    """Compare two methods on the tasks that every run of both has a figure for.

    The interval is the bootstrap of `bootstrap_interval`, with the same faces drawn for both methods. The test is
    `sign_flip_p`. Both take the error of seeds in where every trained method has two seeds or more; else they speak of
    these trained networks on other faces, not of the methods trained anew.

    Args:
        ours: the first method.
        theirs: the second.
        figure: figures (draws,) from summed tallies (draws, 2, K).
        clusters: (T,) labels, the source face of each task.
        draws: bootstrap draws.
        flips: permutations at most, beside the observed one.
        level: coverage of the interval, in (0, 1).
        seed: of the draws; equal arguments give equal results.
    """
    sums = sum_by_face([ours.runs, theirs.runs], clusters)
    first, second = (figure(method.sum(axis=1)) for method in sums.methods)
    values, counts = (float(first.mean()), float(second.mean())), (sums.num_tasks, sums.num_faces)
    if sums.num_faces < 2:
        return Difference(*values, *NO_INTERVAL, float("nan"), *counts, SeedError())
    weights, generator = _drawn(sums.num_faces, draws, seed)
    generator = deepcopy(generator)
    drawn = [figures_of_runs(method, weights, figure) for method in sums.methods]
    trained = [place for place, side in enumerate((ours, theirs)) if side.trained]
    error = seed_error([(first, second)[place] for place in trained], [drawn[place] for place in trained])
    difference = drawn[0].mean(axis=1) - drawn[1].mean(axis=1) + error.draw(draws, generator)
    low, high = percentile_interval(difference, level)
    p_value = sign_flip_p(sums, figure, error, flips, generator)
    return Difference(*values, low, high, p_value, *counts, error)


@lru_cache(maxsize=2)
def _drawn(num_faces: int, draws: int, seed: int) -> tuple[Array, np.random.Generator]:
    """Draws of faces and the generator after them: most of a comparison's time, and the same for every metric of it."""
    generator = np.random.default_rng(seed)
    weights = draw_faces(num_faces, draws, generator)
    weights.setflags(write=False)
    return weights, generator


def sign_flip_p(sums: FaceSums, figure: Figure, error: SeedError, flips: int, generator: np.random.Generator) -> float:
    """Two-sided p of the hypothesis that two methods differ in name alone.

    Then swapping the names on any set of source faces, with all of a face's tasks and seeds, gives a difference as
    likely as the observed one; for a mean that is to flip the signs of faces' differences (Good, Permutation,
    Parametric and Bootstrap Tests of Hypotheses, 2005). Seeds' tallies are averaged first. All swaps are tried where
    they are no more than `flips` and seeds add no error; else `flips` random ones, and p is (b + 1) / (m + 1), which is
    never 0 (Phipson and Smyth, Statistical Applications in Genetics and Molecular Biology 2010). Every difference gets
    a draw of the seeds' error, by which two methods that differ in name alone differ too.

    Returns:
        p in (0, 1]; NaN where the observed difference is.
    """
    ours, theirs = (method.mean(axis=0) for method in sums.methods)
    observed = float(figure(ours.sum(axis=0)) - figure(theirs.sum(axis=0)))
    if np.isnan(observed):
        return float("nan")
    reached = abs(observed) - _ROUNDING * max(1.0, abs(observed))
    exact = error.scale == 0 and 2 ** (sums.num_faces - 1) <= flips
    if exact:
        # swapping every face turns the sign of the difference alone: half of all swaps suffice
        swaps = np.array(list(product([0.0, 1.0], repeat=sums.num_faces - 1))).reshape(-1, sums.num_faces - 1)
        found = _swapped(ours, theirs, figure, np.pad(swaps, ((0, 0), (1, 0))))
        return float(np.mean(np.abs(found) >= reached))
    as_extreme = 0
    for start in range(0, flips, _FLIPS_AT_ONCE):
        number = min(_FLIPS_AT_ONCE, flips - start)
        swaps = generator.integers(2, size=(number, sums.num_faces), dtype=np.uint8).astype(np.float64)
        found = _swapped(ours, theirs, figure, swaps) + error.draw(number, generator)
        as_extreme += int(np.sum(np.abs(found) >= reached))
    return (as_extreme + 1) / (flips + 1)


def _swapped(ours: Array, theirs: Array, figure: Figure, swaps: Array) -> Array:
    """Differences (m,) after swapping the faces marked 1 in `swaps` (m, F) between sums (F, 2, K)."""
    moved = np.tensordot(swaps, theirs - ours, axes=1)
    return figure(ours.sum(axis=0) + moved) - figure(theirs.sum(axis=0) - moved)
