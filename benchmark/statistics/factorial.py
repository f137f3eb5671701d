"""Main effects and two-way interactions of a factorial study, by ordinary least squares over its runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Levels = Mapping[str, Sequence[str]]
"""The levels of each factor, the reference level first."""


class NotFactorial(ValueError):
    """Runs that no effect can be told from; the message says why."""


@dataclass(frozen=True)
class MainEffect:
    """What a level of a factor does to the figure against the reference level, the mean over the other factors' levels.

    Attributes:
        low: lower end of the effect's 95% interval, over training seeds.
        high: upper end.
    """

    factor: str
    level: str
    effect: float
    low: float
    high: float
    p_value: float


@dataclass(frozen=True)
class Interaction:
    """Whether two factors do more, or less, together than the sum of what each does.

    Attributes:
        factors: the two.
        f_value: the F statistic of all products of their levels.
        freedom: its degrees of freedom, of the interaction and of the residuals.
    """

    factors: tuple[str, str]
    f_value: float
    freedom: tuple[int, int]
    p_value: float


@dataclass(frozen=True)
class FactorialEffects:
    """The linear model of a figure, summed up."""

    main: tuple[MainEffect, ...]
    interactions: tuple[Interaction, ...]
    num_runs: int


def factorial_effects(levels: Levels, cells: Sequence[Mapping[str, str]], figures: Array) -> FactorialEffects:
    """Fit figures of runs by main effects and two-way interactions, under deviation coding.

    The residual is what training seeds, and interactions of three factors or more, add. With as many runs in every
    cell the effects are differences of marginal means; where cells differ in runs, every cell weighs the same (Fox,
    Applied Regression Analysis and Generalized Linear Models, 2016, section 8.2).

    Args:
        levels: two or more of each factor, the reference level first.
        cells: the level of every factor in each run.
        figures: (R,) of the runs.

    Raises:
        NotFactorial: if a cell has no run, or no more runs than the model has terms, so that nothing is known of their
            spread.
    """
    from statsmodels.regression.linear_model import OLS

    for cell in product(*levels.values()):
        wanted = dict(zip(levels, cell, strict=True))
        if not any(all(each[name] == level for name, level in wanted.items()) for each in cells):
            raise NotFactorial(f"no run of {', '.join(f'{name} {level}' for name, level in wanted.items())}")
    terms: list[tuple[str, ...]] = [(name,) for name in levels] + list(combinations(levels, 2))
    design, places = _design(levels, terms, cells)
    if len(figures) <= design.shape[1]:
        raise NotFactorial(f"{len(figures)} runs do not show the spread of {design.shape[1]} terms; run more seeds")
    fit: Any = OLS(figures, design).fit()
    if np.sqrt(fit.ssr / fit.df_resid) <= 1e-12 * float(np.abs(figures).max()):
        raise NotFactorial("runs of one cell do not differ, so that the spread of seeds is unknown")
    main = tuple(_main_effect(fit, levels, terms, name, level) for name in levels for level in levels[name][1:])
    interactions = tuple(_interaction(fit, (term[0], term[1]), places[term]) for term in terms if len(term) == 2)
    return FactorialEffects(main, interactions, len(figures))


def _design(
    levels: Levels, terms: Sequence[tuple[str, ...]], cells: Sequence[Mapping[str, str]]
) -> tuple[Array, dict[tuple[str, ...], slice]]:
    """The design matrix (R, P) and the columns of each term in it; column 0 is the grand mean."""
    coded = {name: np.stack([_deviation(levels[name], cell[name]) for cell in cells]) for name in levels}
    blocks, places, end = [np.ones((len(cells), 1))], {}, 1
    for term in terms:
        block = np.ones((len(cells), 1))
        for name in term:
            block = (block[:, :, None] * coded[name][:, None, :]).reshape(len(cells), -1)
        blocks.append(block)
        places[term] = slice(end, end + block.shape[1])
        end += block.shape[1]
    return np.concatenate(blocks, axis=1), places


def _deviation(levels: Sequence[str], level: str) -> Array:
    """A level as a column for each level but the first, which is -1 in all of them."""
    return -np.ones(len(levels) - 1) if level == levels[0] else np.eye(len(levels) - 1)[levels.index(level) - 1]


def _main_effect(fit: Any, levels: Levels, terms: Sequence[tuple[str, ...]], factor: str, level: str) -> MainEffect:
    grid = [dict(zip(levels, cell, strict=True)) for cell in product(*levels.values())]
    there = [cell for cell in grid if cell[factor] == level]
    reference = [{**cell, factor: levels[factor][0]} for cell in there]
    contrast = (_design(levels, terms, there)[0] - _design(levels, terms, reference)[0]).mean(axis=0)
    test = fit.t_test(contrast)
    low, high = test.conf_int(alpha=0.05)[0]
    return MainEffect(factor, level, float(test.effect[0]), float(low), float(high), float(np.squeeze(test.pvalue)))


def _interaction(fit: Any, factors: tuple[str, str], place: slice) -> Interaction:
    restrictions = np.eye(len(fit.params))[place]
    test = fit.f_test(restrictions)
    freedom = (int(test.df_num), int(test.df_denom))
    return Interaction(factors, float(np.squeeze(test.fvalue)), freedom, float(np.squeeze(test.pvalue)))
