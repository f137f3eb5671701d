"""P-values by sign flips: how often methods that differ in name alone would differ as much as they do."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Final

import numpy as np

from benchmark.statistics.face_clusters import Array, FaceSums, Statistic
from benchmark.statistics.ratios import mean_of_ratios
from benchmark.statistics.seed_variance import SeedError, standard_t

_FLIPS_AT_ONCE: Final = 1000
"""Bounds memory: 10,000 flips of 5,000 faces would take 400 MB."""
_MAX_BLOCK_SUMS: Final = 2_000_000
"""Bounds memory likewise where one method meets hundreds."""
_ROUNDING: Final = 1e-12
"""Flips that give the observed difference but for rounding count as giving it."""


def sign_flip_p(
    sums: FaceSums, statistic: Statistic, error: SeedError, flips: int, generator: np.random.Generator
) -> float:
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
    return float(sign_flip_p_values(ours, theirs[None], statistic, [error], flips, generator)[0])


def sign_flip_p_values(
    ours: Array,
    others: Array,
    statistic: Statistic,
    errors: Sequence[SeedError],
    flips: int,
    generator: np.random.Generator,
    widening: Array | None = None,
) -> Array:
    """`sign_flip_p` of one method against each of M, under the same flips.

    Swaps of source faces show no more than what differs between these. Where their tasks share target faces too, the
    swapped differences are widened by the two-way standard error over that of sources alone.

    Args:
        ours: (F, 2, K) sums by face, the mean over seeds.
        others: (M, F, 2, K) theirs.
        statistic: figures (...) from summed ratio terms (..., 2, K).
        errors: what seeds add to each difference, all with the same `freedom_drawn`.
        flips: permutations at most, beside the observed one.
        generator: of the flips.
        widening: (M,) by which swapped differences are multiplied, as of `Resampled.widening`; 1 by default.
    """
    wider = np.ones(len(others)) if widening is None else widening
    scales, freedom = np.array([error.scale for error in errors]), errors[0].freedom_drawn
    observed = statistic(ours.sum(axis=0)) - statistic(others.sum(axis=1))
    reached = np.abs(observed) - _ROUNDING * np.maximum(1.0, np.abs(observed))
    num_faces = len(ours)
    if freedom == 0 and 2 ** (num_faces - 1) <= flips:
        # swapping every face turns the sign of the difference alone: half of all swaps suffice
        half = np.array(list(product([0.0, 1.0], repeat=num_faces - 1))).reshape(-1, num_faces - 1)
        swaps = np.pad(half, ((0, 0), (1, 0)))
        p_values = _as_extreme(ours, others, statistic, swaps, np.zeros((len(swaps), 1)), wider, reached)
        p_values = p_values / len(swaps)
    else:
        as_extreme = np.zeros(len(others))
        for start in range(0, flips, _FLIPS_AT_ONCE):
            number = min(_FLIPS_AT_ONCE, flips - start)
            swaps = generator.integers(2, size=(number, num_faces), dtype=np.uint8).astype(np.float64)
            unscaled = standard_t(freedom, number, generator)
            as_extreme += _as_extreme(ours, others, statistic, swaps, unscaled[:, None] * scales, wider, reached)
        p_values = (as_extreme + 1) / (flips + 1)
    return np.where(np.isnan(observed), np.nan, p_values)


def _as_extreme(
    ours: Array, others: Array, statistic: Statistic, swaps: Array, errors: Array, wider: Array, reached: Array
) -> Array:
    """How many swaps (m, F) of faces give differences, times `wider` (M,), less errors, that are `reached` (M,)."""
    found: list[Array] = []
    at_once = max(1, _MAX_BLOCK_SUMS // (len(swaps) * ours[0].size))
    errors = np.broadcast_to(errors, (len(swaps), len(others)))
    for start in range(0, len(others), at_once):
        block = slice(start, start + at_once)
        theirs = others[block]
        differences = _swapped_differences(ours, theirs, statistic, swaps)
        differences *= wider[block]
        differences += errors[:, block]
        found.append(np.count_nonzero(np.abs(differences, out=differences) >= reached[block], axis=0))
    return np.concatenate(found)


def _swapped_differences(ours: Array, theirs: Array, statistic: Statistic, swaps: Array) -> Array:
    """Differences (m, M) after swaps (m, F) of faces between one method's sums (F, 2, K) and M others' (M, F, 2, K)."""
    apart = theirs - ours
    totals = ours.sum(axis=0), theirs.sum(axis=1)
    if apart[:, :, 1].any():
        moved = np.tensordot(swaps, apart, axes=(1, 1))
        return statistic(totals[0] + moved) - statistic(totals[1] - moved)
    # denominators that all share stay as they are
    moved = np.tensordot(swaps, apart[:, :, 0], axes=(1, 1))
    denominators = totals[1][:, 1]
    if statistic is mean_of_ratios and moved.shape[-1] == 1 and (denominators > 0).all():
        # of one ratio, which most metrics are, the difference changes by twice what is moved
        differences: Array = moved[..., 0]
        differences *= 2 / denominators[:, 0]
        differences += (totals[0][0] - totals[1][:, 0])[:, 0] / denominators[:, 0]
        return differences
    one, other = (np.empty((2, *moved.shape)) for _ in totals)
    np.add(totals[0][0], moved, out=one[0])
    np.subtract(totals[1][:, 0], moved, out=other[0])
    one[1] = other[1] = denominators
    return statistic(np.moveaxis(one, 0, 2)) - statistic(np.moveaxis(other, 0, 2))
