"""Made-up experiments of known truth: faces with several tasks each, several seeds, two methods that do not differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmark.statistics import ratios as tallies

FACES = 80


@dataclass(frozen=True)
class Made:
    """Two methods of expectation 0: tallies (T, 2, 1) a seed, and the source face of each task."""

    ours: list[np.ndarray]
    theirs: list[np.ndarray]
    faces: np.ndarray


def tally(values: np.ndarray) -> np.ndarray:
    """The tally of one value a task."""
    return tallies.ratio_terms({"value": np.asarray(values, np.float64)}, [tallies.Ratio("value")])


def draw_experiment(generator: np.random.Generator, seeds: int, seed_spread: float, seeds_shared: float = 0.0) -> Made:
    """One to five tasks per face; values share the face and the task, and differ by method, seed and noise.

    `seeds_shared` is the spread of what both methods have of a seed in common.
    """
    faces = np.repeat(np.arange(FACES), generator.integers(1, 6, size=FACES))
    shared = generator.normal(0, 0.5, FACES)[faces] + generator.normal(0, 0.3, len(faces))

    in_common = generator.normal(0, seeds_shared, seeds) if seeds_shared else np.zeros(seeds)

    def method() -> list[np.ndarray]:
        own = shared + generator.normal(0, 0.3, FACES)[faces]
        trained = in_common + generator.normal(0, seed_spread, seeds)
        return [tally(own + effect + generator.normal(0, 0.5, len(faces))) for effect in trained]

    return Made(method(), method(), faces)
