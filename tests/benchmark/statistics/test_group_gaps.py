"""Figures by group: plain means, small groups unranked, gaps whose intervals hold although the groups were chosen."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.statistics.bootstrap import bootstrap_interval
from benchmark.statistics.group_gaps import MIN_TASKS, Gap, figures_by_group
from benchmark.statistics.ratios import mean_of_ratios
from tests.benchmark.statistics.experiments import tally

FACES = np.arange(120).repeat(2)
GROUPS = np.arange(240) // 2 % 3


def drawn(generator: np.random.Generator, means: tuple[float, ...]) -> np.ndarray:
    """A figure per task, which hovers around its group's mean and shares its face's part."""
    noise = generator.normal(0, 0.3, 120)[FACES] + generator.normal(0, 0.3, 240)
    return np.array(means)[GROUPS] + noise


def gap_of(values: list[np.ndarray], **changes: object) -> Gap:
    _, gap = figures_by_group([tally(one) for one in values], mean_of_ratios, FACES, GROUPS, 3, draws=400, **changes)  # type: ignore[arg-type]
    assert gap is not None
    return gap


def test_figures_are_those_of_each_groups_tasks_alone() -> None:
    values = drawn(np.random.default_rng(0), (0.2, 0.5, 0.9))
    figures, gap = figures_by_group([tally(values)], mean_of_ratios, FACES, GROUPS, 3)
    assert [one.value for one in figures] == pytest.approx([values[group == GROUPS].mean() for group in range(3)])
    assert [one.num_tasks for one in figures] == [80, 80, 80]
    alone = bootstrap_interval([tally(values[GROUPS == 1])], mean_of_ratios, FACES[GROUPS == 1])
    assert (figures[1].low, figures[1].high) == pytest.approx(alone, abs=0.03)
    assert gap is not None
    assert (gap.best, gap.worst) == (2, 0)
    assert gap.value == pytest.approx(figures[2].value - figures[0].value)
    assert 0 < gap.low < gap.value < gap.high


def test_where_less_is_better_the_best_group_has_least() -> None:
    values = drawn(np.random.default_rng(0), (0.2, 0.5, 0.9))
    gap = gap_of([values], more_is_better=False)
    assert (gap.best, gap.worst, gap.value > 0) == (0, 2, True)


def test_groups_of_one_figure_have_a_gap_of_nothing() -> None:
    gap = gap_of([np.ones(240)])
    assert gap.best != gap.worst
    assert (gap.value, gap.low, gap.high) == (0, 0, 0)


def test_a_small_group_is_shown_and_not_ranked() -> None:
    groups = np.where(np.arange(240) < MIN_TASKS - 1, 0, 1 + np.arange(240) % 2)
    values = np.where(groups == 0, 9.0, groups * 1.0) + np.random.default_rng(1).normal(0, 0.1, 240)
    figures, gap = figures_by_group([tally(values)], mean_of_ratios, FACES, groups, 3)
    assert [one.ranked for one in figures] == [False, True, True]
    assert figures[0].value == pytest.approx(9, abs=0.1)
    assert gap is not None
    assert (gap.best, gap.worst) == (2, 1)


def test_fewer_than_two_large_groups_have_no_gap_and_empty_ones_no_figure() -> None:
    groups = np.where(np.arange(240) < 5, 0, -1)
    figures, gap = figures_by_group([tally(np.ones(240))], mean_of_ratios, FACES, groups, 2)
    assert gap is None
    assert np.isnan(figures[1].value)
    assert (figures[0].value, figures[0].num_tasks, figures[1].num_tasks) == (1.0, 5, 0)


def test_seeds_that_treat_groups_differently_widen_the_gap() -> None:
    generator = np.random.default_rng(2)
    alike = drawn(generator, (0.5, 0.6, 0.7))
    same = gap_of([alike, alike, alike])
    differing = gap_of([alike + np.array([shift, 0, -shift])[GROUPS] for shift in (-0.3, 0.0, 0.3)])
    assert differing.high - differing.low > 2 * (same.high - same.low)


@pytest.mark.integration
def test_where_groups_do_not_differ_the_gap_is_rarely_more_than_nothing() -> None:
    generator = np.random.default_rng(3)
    wrong = sum(gap_of([drawn(generator, (0.5, 0.5, 0.5))]).low > 0 for _ in range(200))
    assert wrong <= 0.05 * 200 + 2 * np.sqrt(0.05 * 0.95 * 200)


@pytest.mark.integration
def test_the_gaps_interval_covers_the_difference_of_the_groups_it_names() -> None:
    generator = np.random.default_rng(4)
    means = (0.4, 0.45, 0.5)
    covered = 0
    for _ in range(200):
        gap = gap_of([drawn(generator, means)])
        covered += gap.low <= means[gap.best] - means[gap.worst] <= gap.high
    assert covered >= 0.95 * 200 - 2 * np.sqrt(0.05 * 0.95 * 200)
