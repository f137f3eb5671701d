"""How much the choice of training seeds adds to the uncertainty of a mean over seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

Array = NDArray[np.float64]
MIN_SEEDS: Final = 3
"""Seeds of every trained method that a set metric, whose spread is known over seeds alone, needs for a p-value."""


@dataclass(frozen=True)
class SeedError:
    """The error of a mean over seeds, or of a difference of such means: `scale` times Student's t.

    Faces are many and are resampled; seeds are few and must not be: three seeds drawn with replacement show two thirds
    of their variance and none of its tails, and such an interval covers 80% instead of 95%. Seeds and faces are
    crossed, so that their interaction is part of the variance over either; it is counted once, as in the cluster-robust
    variance for two ways of clustering (Cameron, Gelbach and Miller, Journal of Business & Economic Statistics 2011),
    where a bootstrap of both ways counts it up to three times (Owen, Annals of Applied Statistics 2007).

    Attributes:
        scale: in the unit of the scores; 0 where no seed varies, or there are too few to tell.
        freedom: degrees of freedom.
    """

    scale: float = 0.0
    freedom: int = 0

    def draw(self, draws: int, generator: np.random.Generator) -> Array:
        """Errors (draws,); zeros where the scale is 0."""
        return self.scale * standard_t(self.freedom_drawn, draws, generator)

    @property
    def freedom_drawn(self) -> int:
        """Degrees of freedom of the t that `draw` scales; 0 where the scale is 0 and nothing is drawn."""
        return self.freedom if self.scale else 0

    def half_width(self, level: float = 0.95) -> float:
        """Half the width of the t interval."""
        return float(self.scale * student.ppf((1 + level) / 2, self.freedom))

    def p_value(self, difference: float) -> float:
        """Two-sided p of a difference under the hypothesis of none."""
        return float(2 * student.sf(abs(difference) / self.scale, self.freedom))


def standard_t(freedom: int, draws: int, generator: np.random.Generator) -> Array:
    """Draws (draws,) of Student's t; zeros, and nothing drawn, where there are no degrees of freedom."""
    return generator.standard_t(freedom, size=draws) if freedom else np.zeros(draws)


def seed_error(scores: Sequence[Array], resampled: Sequence[Array] | None = None) -> SeedError:
    """The error that seeds add to a mean (one method, or differences of two by seed) or to a difference of means (two).

    The variance between seeds is pooled over the methods, assuming that it is the same, as it is where they do
    not differ. Where a method has a single seed, its variance is unknown, and the error is left at 0: a caller says so,
    and leaves out methods without training, whose seeds mean nothing.

    Args:
        scores: of every method, (S,) scores of its seeds.
        resampled: the same under resampled faces, (draws, S); they show how much of the variance between seeds is
            due to their interaction with faces. Without them nothing is subtracted.
    """
    if not scores or any(len(of_method) < 2 for of_method in scores):
        return SeedError()
    freedom = sum(len(of_method) - 1 for of_method in scores)
    squares = sum(float(np.square(of_method - of_method.mean()).sum()) for of_method in scores)
    for drawn in resampled or ():
        deviations = drawn - drawn.mean(axis=1, keepdims=True)
        known = deviations[~np.isnan(deviations[:, 0])]  # a draw without a value of one run has no mean over runs
        squares -= float(known.var(axis=0).sum())
    variance = max(squares, 0.0) / freedom * sum(1 / len(of_method) for of_method in scores)
    return SeedError(float(np.sqrt(variance)), freedom)
