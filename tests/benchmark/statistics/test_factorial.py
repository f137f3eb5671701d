"""Factorial effects against statsmodels' own analysis of variance, and on made-up runs of known effect."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from benchmark.statistics.factorial import NotFactorial, factorial_effects

LEVELS = {"loss": ("on", "off"), "width": ("64", "32", "16")}


def runs(seeds: int, spread: float = 0.1) -> tuple[list[dict[str, str]], np.ndarray]:
    """Turning the loss off costs 1; width 16 costs 0.5, and another 2 without the loss."""
    draw = np.random.default_rng(0)
    cells = [dict(zip(LEVELS, cell, strict=True)) for cell in product(*LEVELS.values()) for _ in range(seeds)]
    truth = [
        -(cell["loss"] == "off") - 0.5 * (cell["width"] == "16") - 2 * (cell == {"loss": "off", "width": "16"})
        for cell in cells
    ]
    return cells, np.array(truth, dtype=np.float64) + draw.normal(0, spread, len(cells))


def test_main_effects_are_differences_of_marginal_means() -> None:
    cells, scores = runs(3)
    frame = pd.DataFrame(cells).assign(score=scores)
    found = {(effect.factor, effect.level): effect for effect in factorial_effects(LEVELS, cells, scores).main}
    for factor, levels in LEVELS.items():
        means = frame.groupby(factor)["score"].mean()
        for level in levels[1:]:
            effect = found[factor, level]
            assert effect.effect == pytest.approx(means[level] - means[levels[0]])
            assert effect.low < effect.effect < effect.high
    assert found["width", "32"].p_value > 0.05
    assert found["width", "16"].p_value < 0.001


@pytest.mark.parametrize("unbalanced", [False, True])
def test_interactions_are_those_of_type_three_analysis_of_variance(unbalanced: bool) -> None:
    cells, scores = runs(3)
    if unbalanced:
        cells, scores = cells[1:], scores[1:]
    frame = pd.DataFrame(cells).assign(score=scores)
    expected = anova_lm(ols("score ~ C(loss, Sum) * C(width, Sum)", frame).fit(), typ=3)
    (found,) = factorial_effects(LEVELS, cells, scores).interactions
    row = expected.loc["C(loss, Sum):C(width, Sum)"]
    assert found.freedom == (2, len(cells) - 6)
    assert (found.f_value, found.p_value) == pytest.approx((row["F"], row["PR(>F)"]))
    assert found.p_value < 0.001


def test_no_interaction_is_found_where_none_is() -> None:
    cells, _ = runs(4)
    draw = np.random.default_rng(1)
    scores = np.array([float(cell["loss"] == "on") + len(cell["width"]) for cell in cells]) + draw.normal(0, 0.1, 24)
    assert factorial_effects(LEVELS, cells, scores).interactions[0].p_value > 0.05


def test_three_factors_leave_their_common_product_to_the_residual() -> None:
    levels = dict.fromkeys("abc", ("on", "off"))
    cells = [dict(zip(levels, cell, strict=True)) for cell in product(*levels.values())]
    signs = [[1 if cell[name] == "on" else -1 for name in "abc"] for cell in cells]
    scores = np.array([a + b + 0.01 * a * b * c for a, b, c in signs])
    found = factorial_effects(levels, cells, scores)
    assert found.interactions[0].p_value == pytest.approx(1)
    assert [effect.factors for effect in found.interactions] == [("a", "b"), ("a", "c"), ("b", "c")]
    assert found.interactions[0].freedom == (1, 1)


def test_one_run_a_cell_says_nothing_of_the_spread() -> None:
    cells, scores = runs(1)
    with pytest.raises(NotFactorial, match="6 runs do not show the spread of 6 terms; run more seeds"):
        factorial_effects(LEVELS, cells, scores)


@pytest.mark.parametrize("value", [0.0, 0.7, 1.0, -3.0])
def test_runs_that_do_not_differ_say_nothing_of_the_spread(value: float) -> None:
    cells, _ = runs(2)
    with pytest.raises(NotFactorial, match="do not differ"):
        factorial_effects(LEVELS, cells, np.full(12, value))


def test_an_empty_cell_is_named() -> None:
    cells, scores = runs(3)
    kept = [number for number, cell in enumerate(cells) if cell != {"loss": "off", "width": "32"}]
    with pytest.raises(NotFactorial, match="no run of loss off, width 32"):
        factorial_effects(LEVELS, [cells[number] for number in kept], scores[kept])
