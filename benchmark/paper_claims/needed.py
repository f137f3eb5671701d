"""How many seeds or tasks would tell a difference apart, if it is as large as it looks and varies as it does here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from scipy.special import ndtri, stdtrit

from benchmark.statistics.holm import ALPHA
from benchmark.statistics.seed_variance import MIN_SEEDS

POWER: Final = 0.8
"""With which probability what is needed would show a difference of this size."""
MAX_SEEDS: Final = 200
MAX_TASKS: Final = 1_000_000


@dataclass(frozen=True)
class Spread:
    """What a difference varies by.

    Attributes:
        faces: its standard error over test faces, with the tasks at hand; 0 of a metric of sets, which has none.
        seeds: the standard deviation that it would have over training seeds, with one seed of each trained method; None
            where nothing here tells, 0 where nothing is trained.
        num_trained: trained methods whose seeds vary each on its own; 1 of a difference seed by seed.
        num_seeds: of each of them at hand, the fewest.
        source: whose seeds told it.
    """

    faces: float
    seeds: float | None
    num_trained: int
    num_seeds: int = 0
    source: str = ""


@dataclass(frozen=True)
class Needed:
    """What would decide a claim.

    Attributes:
        seeds: of each trained method, with the tasks at hand; None where no number up to `MAX_SEEDS` is enough.
        tasks: with the seeds at hand; None where no number up to `MAX_TASKS` is enough.
        both: seeds and tasks where neither alone is enough.
        reason: why nothing can be said, where it cannot.
        source: whose seeds the estimate rests on.
    """

    seeds: int | None = None
    tasks: int | None = None
    both: tuple[int, int] | None = None
    reason: str | None = None
    source: str = ""

    @property
    def words(self) -> str:
        """As a sentence says it."""
        if self.reason is not None:
            return self.reason
        ways = []
        if self.seeds is not None:
            ways.append(f"{self.seeds} seeds of each trained method")
        if self.tasks is not None:
            ways.append(f"{self.tasks:,} tasks")
        if self.both is not None:
            ways.append(f"{self.both[0]} seeds of each trained method and {self.both[1]:,} tasks")
        said = " or ".join(ways) or f"more than {MAX_SEEDS} seeds and {MAX_TASKS:,} tasks"
        return f"{said} (seeds vary as those of {self.source} do)" if self.source else said


def needed(effect: float, spread: Spread, *, tasks: int, num_tests: int) -> Needed:
    """What would show an effect with the probability `POWER`, taken that it is as large as it was measured.

    The test is two-sided at the level of Holm's first step, `ALPHA` over the number of tests, so that the estimate is
    on the safe side. The variance over faces falls with the number of tasks, that over seeds with the number of seeds,
    whose few degrees of freedom count too (Student's t).

    Args:
        effect: the difference, or what lies between it and the edge of a tolerance; its sign does not matter.
        spread: what it varies by.
        tasks: at hand.
        num_tests: of the page.
    """
    if effect == 0:
        return Needed(reason="the figures are the same")
    if spread.seeds is None:
        return Needed(reason=f"{MIN_SEEDS} seeds of each, to learn how much seeds vary")
    test = _Test(abs(effect), spread, tasks, ALPHA / max(1, num_tests))
    if not spread.num_trained:
        return Needed(tasks=test.tasks_for(1))
    first = max(spread.num_seeds, MIN_SEEDS)
    more_seeds = next((number for number in range(first, MAX_SEEDS + 1) if test.shows(number, tasks)), None)
    more_tasks = test.tasks_for(spread.num_seeds) if spread.num_seeds >= MIN_SEEDS and spread.faces else None
    both = None
    if more_seeds is None and more_tasks is None and spread.faces:
        balanced = next((number for number in range(first, MAX_SEEDS + 1) if test.leaves_half(number)), None)
        with_tasks = None if balanced is None else test.tasks_for(balanced)
        both = None if balanced is None or with_tasks is None else (balanced, with_tasks)
    return Needed(more_seeds, more_tasks, both, source=spread.source)


@dataclass(frozen=True)
class _Test:
    effect: float
    spread: Spread
    tasks: int
    level: float

    def shows(self, seeds: int, tasks: float) -> bool:
        """Whether so many seeds and tasks have the power."""
        return self._budget(seeds) >= self.spread.faces**2 * self.tasks / tasks + self._of_seeds(seeds)

    def leaves_half(self, seeds: int) -> bool:
        """Whether seeds take half of the variance that may be, at most."""
        return self._of_seeds(seeds) <= self._budget(seeds) / 2

    def tasks_for(self, seeds: int) -> int | None:
        """The fewest tasks that have the power with so many seeds; None where none have."""
        left = self._budget(seeds) - self._of_seeds(seeds)
        if left <= 0:
            return None
        tasks = math.ceil(self.spread.faces**2 * self.tasks / left)
        return max(tasks, self.tasks) if tasks <= MAX_TASKS else None

    def _of_seeds(self, seeds: int) -> float:
        return float(self.spread.seeds or 0.0) ** 2 / seeds

    def _budget(self, seeds: int) -> float:
        """The largest variance of the difference with which it has the power."""
        freedom = self.spread.num_trained * (seeds - 1) if self.spread.seeds else 0
        beyond = 1 - self.level / 2
        quantiles = [stdtrit(freedom, level) if freedom else ndtri(level) for level in (beyond, POWER)]
        return float((self.effect / sum(quantiles)) ** 2)
