"""Made-up experiments of known truth: faces with several tasks each, several seeds, two methods that do not differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmark.statistics import ratios as tallies

FACES = 80


@dataclass(frozen=True)
class Made:
    """Two methods of expectation 0: tallies (T, 2, 1) a seed, and the faces of each task, (T,) or (T, 2)."""

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


CROSSED = (43, 64, 200)
"""Sources, targets and tasks of attribute transfer on the photographs of a small test split."""


def draw_crossed(
    generator: np.random.Generator, seeds: int, seed_spread: float, spreads: tuple[float, float] = (0.5, 0.5)
) -> Made:
    """Tasks of few sources and few targets; values share both faces, and methods differ in what these do to them.

    `spreads` are of what sources and targets do to values.
    """
    sources, targets, tasks = CROSSED
    faces = np.stack([np.resize(generator.permutation(number), tasks) for number in (sources, targets)], axis=1)

    def of_faces(spread: float) -> np.ndarray:
        effects = (
            generator.normal(0, spread * each, number) for each, number in zip(spreads, CROSSED[:2], strict=True)
        )
        return sum(of_way[faces[:, way]] for way, of_way in enumerate(effects))

    shared = of_faces(1.0) + generator.normal(0, 0.3, tasks)

    def method() -> list[np.ndarray]:
        own = shared + of_faces(0.6)
        trained = generator.normal(0, seed_spread, seeds)
        return [tally(own + effect + generator.normal(0, 0.5, tasks)) for effect in trained]

    return Made(method(), method(), faces)
