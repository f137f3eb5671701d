"""What the choice of training seeds adds to the uncertainty of a mean over seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit  # Student's t without the second that scipy.stats takes to import

Array = NDArray[np.float64]
MIN_SEEDS: Final = 3
"""Seeds of each trained method from which a set metric, whose spread is known over seeds alone, gets a p-value."""
SUMMED_IN_ORDER: Final = 8
"""Seeds up to which numpy adds one after the other."""


@dataclass(frozen=True)
class SeedError:
    """The error of a mean over seeds, or of a difference of such means: `scale` times Student's t.

    Faces are many and are resampled; seeds are few and must not be: three seeds drawn with replacement show two thirds
    of their variance and none of its tails, and an interval made so covers 80% where 95% is claimed. Seeds and faces
    are crossed, so that their interaction is in the variance over either; it is counted once, as in the cluster-robust
    variance for two ways of clustering (Cameron, Gelbach and Miller, Journal of Business & Economic Statistics 2011),
    where a bootstrap of both ways counts it up to three times (Owen, Annals of Applied Statistics 2007).

    Attributes:
        scale: in the unit of the figures; 0 where no seed varies, or too few are known to tell.
        freedom: degrees of freedom.
    """

    scale: float = 0.0
    freedom: int = 0

    def draw(self, draws: int, generator: np.random.Generator) -> Array:
        """Errors (draws,); zeros where the scale is 0."""
        return self.scale * standard_t(self.freedom_drawn, draws, generator)

    @property
    def freedom_drawn(self) -> int:
        """The freedom of the t that `draw` scales; 0 where the scale is 0 and nothing is drawn."""
        return self.freedom if self.scale else 0

    def half_width(self, level: float = 0.95) -> float:
        """Half the width of the t interval."""
        return float(self.scale * stdtrit(self.freedom, (1 + level) / 2))

    def p_value(self, difference: float) -> float:
        """Two-sided p of a difference under the hypothesis of none."""
        return float(2 * stdtr(self.freedom, -abs(difference) / self.scale))


def standard_t(freedom: int, draws: int, generator: np.random.Generator) -> Array:
    """Draws (draws,) of Student's t; zeros, and nothing drawn, where the freedom is 0."""
    return generator.standard_t(freedom, size=draws) if freedom else np.zeros(draws)


@dataclass(frozen=True)
class SeedSpread:
    """How far the figures of one method's seeds lie apart.

    Attributes:
        num_seeds: how many have a figure.
        squares: sum of the squared deviations from their mean, less what resampled faces account for.
    """

    num_seeds: int
    squares: float


def seed_error(figures: Sequence[Array], resampled: Sequence[Array] | None = None) -> SeedError:
    """The error that seeds add to a mean (one method, or differences of two by seed) or to a difference of means (two).

    Args:
        figures: a method each, (S,) figures of its seeds.
        resampled: the same under resampled faces, (draws, S); they tell how much of the variance between seeds is
            that of their interaction with faces. Without them nothing is taken off.
    """
    if any(len(of_seeds) < 2 for of_seeds in figures):  # of which nothing is known: see `pooled_error`
        return SeedError()
    drawn = None if resampled is None else np.concatenate(resampled, axis=1)
    return pooled_error(seed_spreads(figures, drawn))


def seed_spreads(figures: Sequence[Array], drawn: Array | None = None) -> list[SeedSpread]:
    """The spread of each method's seeds.

    Args:
        figures: a method each, (S,) figures of its seeds.
        drawn: figures (draws, R) of all methods' seeds, in their order, under resampled faces; as in `seed_error`.
    """
    seeds = [len(values) for values in figures]
    every = np.concatenate(figures)
    deviations = every - np.repeat(means_over_seeds(every, seeds), seeds)
    squares = np.add.reduceat(np.square(deviations), _starts(seeds))
    if drawn is not None:
        squares -= _variances_of_interaction(drawn, seeds)
    return [SeedSpread(number, square) for number, square in zip(seeds, squares.tolist(), strict=True)]


def means_over_seeds(drawn: Array, seeds: Sequence[int]) -> Array:
    """Means (..., M) of figures (..., R) over each method's seeds, of which there are so many."""
    equal = len(set(seeds)) == 1 and seeds[0] <= SUMMED_IN_ORDER
    sums = _sums_of_equally_many(drawn, seeds[0]) if equal else _sums(drawn, seeds)
    return sums / np.asarray(seeds, dtype=np.float64)


def _sums(drawn: Array, seeds: Sequence[int]) -> Array:
    sums: Array = np.add.reduceat(drawn, _starts(seeds), axis=-1)
    return sums


def _sums_of_equally_many(drawn: Array, number: int) -> Array:
    """The same to the last bit, several times faster: a first figure, and the sum of the others added to it."""
    if number == 1:
        return drawn
    others: Array = drawn[..., 1::number].copy()
    for place in range(2, number):
        others += drawn[..., place::number]
    return drawn[..., ::number] + others


def _starts(seeds: Sequence[int]) -> NDArray[np.intp]:
    return np.cumsum([0, *seeds[:-1]])


def _variances_of_interaction(drawn: Array, seeds: Sequence[int]) -> Array:
    """By method (M,), the variance over draws of each seed's deviation from the mean over seeds, summed over seeds."""
    deviations = drawn - np.repeat(means_over_seeds(drawn, seeds), seeds, axis=1)
    starts = _starts(seeds)
    variances: Array = np.add.reduceat(deviations.var(axis=0), starts)
    for method in np.flatnonzero(np.isnan(variances)).tolist():
        start = int(starts[method])
        of_method = deviations[:, start : start + seeds[method]]
        known = of_method[~np.isnan(of_method[:, 0])]  # a draw without a figure of one seed has no mean over seeds
        variances[method] = known.var(axis=0).sum()
    return variances


def pooled_error(spreads: Sequence[SeedSpread]) -> SeedError:
    """The error of a mean over one method's seeds, or of a difference of two such means.

    The variance between seeds is pooled over the methods, which take it to be the same, as it is where they do not
    differ. Where a method has a single seed, nothing is known of its variance, and the error is left at 0: a caller
    says so, and leaves out methods without training, whose seeds mean nothing.
    """
    if not spreads or any(spread.num_seeds < 2 for spread in spreads):
        return SeedError()
    freedom = sum(spread.num_seeds - 1 for spread in spreads)
    squares = sum(spread.squares for spread in spreads)
    variance = max(squares, 0.0) / freedom * sum(1 / spread.num_seeds for spread in spreads)
    return SeedError(float(np.sqrt(variance)), freedom)
