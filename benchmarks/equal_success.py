"""How often intervals at equal success hold the truth, by simulated methods whose curves are known.

Usage: python -m benchmarks.equal_success [SIMULATIONS]
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from benchmark.statistics.curves import Curves, FaceDraws
from benchmark.statistics.equal_success import AtLevel, Estimate, at_levels, leads
from benchmark.statistics.ratios import Ratio, ratio_terms, terms_by_group

STRENGTHS = np.array([0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5])
LEVELS = (0.5, 0.75, 0.9)
FACES, TASKS_OF_FACE = 100, 2
SEED_ERROR = 0.05
"""Standard deviation, over training seeds, of the strength at which half of the edits succeed."""


@dataclass(frozen=True)
class SimulatedMethod:
    """A method whose edits succeed from a strength on that differs by face and task, and preserve ever less.

    Attributes:
        middle: strength at which half of the edits succeed.
        spread: standard deviation of that strength over edits.
        cost: what a strength of 1 takes off what is preserved; beyond, ever more.
        seeds: trainings.
    """

    middle: float
    spread: float
    cost: float
    seeds: int = 1

    def preserved_at(self, strength: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """The true mean of what is preserved at a strength."""
        return 1 - self.cost * np.asarray(strength, np.float64) ** 1.5

    def truth(self, level: float) -> tuple[float, float]:
        """The strength at which edits succeed so often, and what is preserved there."""
        # over seeds, what is preserved is a mean of curves; their spread is small against its curvature
        strength = self.middle + self.spread * float(ndtri(level))
        return strength, float(self.preserved_at(strength))

    def edits(self, generator: np.random.Generator, faces: NDArray[np.float64]) -> Iterator[tuple[NDArray, NDArray]]:
        """Success and what is preserved, (T, G) each, of the edits of every seed, from effects (F, 2) of faces."""
        of_tasks = generator.normal(size=(2, FACES, TASKS_OF_FACE))
        latent, kept = (
            (0.6 * of_face[:, None] + 0.8 * of_task).reshape(-1, 1)
            for of_face, of_task in zip(faces.T, of_tasks, strict=True)
        )
        for shift in generator.normal(0, SEED_ERROR, self.seeds) if self.seeds > 1 else (0.0,):
            success = (self.middle + shift + self.spread * latent <= STRENGTHS).astype(np.float64)
            noise = generator.normal(0, 0.02, success.shape)
            yield success, self.preserved_at(STRENGTHS) + 0.05 * kept + noise


ONE, OTHER = SimulatedMethod(0.55, 0.3, 0.10), SimulatedMethod(0.75, 0.25, 0.06)
SEVERAL_SEEDS = (SimulatedMethod(0.55, 0.3, 0.10, 3), SimulatedMethod(0.75, 0.25, 0.06, 3))


def coverage(
    simulations: int, methods: tuple[SimulatedMethod, SimulatedMethod] = (ONE, OTHER), draws: int = 1000
) -> dict[str, float]:
    """The share of simulations whose interval holds the truth, by what it is of, over both methods.

    The truth is that of the methods' curves, not of their values at the strengths of the ladder: what
    interpolation errs by counts against the interval.
    """
    held: dict[str, list[bool]] = defaultdict(list)
    sources = np.repeat(np.arange(FACES), TASKS_OF_FACE)
    for number in range(simulations):
        generator = np.random.default_rng(number)
        faces = FaceDraws.of(sources, draws=draws, seed=number)
        of_faces = generator.normal(size=(FACES, 2))
        curves = [_curves(list(method.edits(generator, of_faces)), faces) for method in methods]
        found = [at_levels(success, {"kept": kept}, STRENGTHS, LEVELS, faces) for success, kept in curves]
        for level, points in zip(LEVELS, zip(*found, strict=True), strict=True):
            truths = [method.truth(level) for method in methods]
            for point, (strength, kept) in zip(points, truths, strict=True):
                held[f"strength that reaches {level:g}"] += _holds(point.strength, strength)
                held[f"preserved at {level:g}"] += _holds(point.preserved["kept"], kept)
            held[f"difference at {level:g}"] += _difference(points, [kept for _, kept in truths], faces)
    return {name: float(np.mean(found)) for name, found in held.items()}


def _curves(seeds: list[tuple[NDArray, NDArray]], faces: FaceDraws) -> tuple[Curves, Curves]:
    success, kept = ([_tally(values) for values in of_seeds] for of_seeds in zip(*seeds, strict=True))
    return Curves.of(success, len(STRENGTHS), faces), Curves.of(kept, len(STRENGTHS), faces)


def _tally(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """What the tasks of (T, G) figures add to the sums of each strength, a row per task of a pair: (T, 2, G)."""
    number, strengths = values.shape
    terms = ratio_terms({"value": values.T.reshape(-1)}, [Ratio("value")])
    by_strength = terms_by_group(terms, np.repeat(np.arange(strengths), number), strengths)
    return by_strength.reshape(strengths, number, 2, strengths).sum(axis=0)


def _difference(points: Sequence[AtLevel], truths: list[float], faces: FaceDraws) -> list[bool]:
    """Whether the lead of the better one holds the true difference."""
    ahead = leads(points, "kept", faces, more_is_better=True)
    if ahead is None:
        return []
    return _holds(ahead.over[1 - ahead.best], truths[ahead.best] - truths[1 - ahead.best])


def _holds(estimate: Estimate, truth: float) -> list[bool]:
    """Whether an interval holds the truth; nothing where there is no interval."""
    return [estimate.low <= truth <= estimate.high] if np.isfinite(estimate.low) else []


if __name__ == "__main__":
    for methods in ((ONE, OTHER), SEVERAL_SEEDS):
        print(f"seeds: {methods[0].seeds}")
        for name, share in coverage(int(sys.argv[1]) if len(sys.argv) > 1 else 1000, methods).items():
            print(f"  {name}: {share:.1%}")
