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
    """Runs from which effects cannot be estimated; the message says why."""


@dataclass(frozen=True)
class MainEffect:
    """Effect of a factor's level on the score, against the reference level, averaged over the other factors' levels.

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
    """Whether two factors together have more, or less, effect than the sum of their effects.

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
    """Summary of the linear model of a score."""

    main: tuple[MainEffect, ...]
    interactions: tuple[Interaction, ...]
    num_runs: int


def factorial_effects(levels: Levels, cells: Sequence[Mapping[str, str]], scores: Array) -> FactorialEffects:
    """Fit scores of runs by main effects and two-way interactions, under deviation coding.

    The residual is what training seeds, and interactions of three factors or more, add. With as many runs in every
    cell the effects are differences of marginal means; where cells differ in runs, every cell weighs the same (Fox,
    Applied Regression Analysis and Generalized Linear Models, 2016, section 8.2).

    Args:
        levels: two or more of each factor, the reference level first.
        cells: the level of every factor in each run.
        scores: (R,) of the runs.

    Raises:
        NotFactorial: if a cell has no run, or there are no more runs than the model has terms, so that their spread is
            unknown.
    """
    from statsmodels.regression.linear_model import OLS

    for cell in product(*levels.values()):
        wanted = dict(zip(levels, cell, strict=True))
        if not any(all(cell_of_run[name] == level for name, level in wanted.items()) for cell_of_run in cells):
            raise NotFactorial(f"no run of {', '.join(f'{name} {level}' for name, level in wanted.items())}")
    terms: list[tuple[str, ...]] = [(name,) for name in levels] + list(combinations(levels, 2))
    design, columns_of = _design(levels, terms, cells)
    if len(scores) <= design.shape[1]:
        raise NotFactorial(f"{len(scores)} runs do not show the spread of {design.shape[1]} terms; run more seeds")
    fit: Any = OLS(scores, design).fit()
    if np.sqrt(fit.ssr / fit.df_resid) <= 1e-12 * float(np.abs(scores).max()):
        raise NotFactorial("runs of one cell do not differ, so that the spread of seeds is unknown")
    main = tuple(_main_effect(fit, levels, terms, name, level) for name in levels for level in levels[name][1:])
    interactions = tuple(_interaction(fit, (term[0], term[1]), columns_of[term]) for term in terms if len(term) == 2)
    return FactorialEffects(main, interactions, len(scores))


def _design(
    levels: Levels, terms: Sequence[tuple[str, ...]], cells: Sequence[Mapping[str, str]]
) -> tuple[Array, dict[tuple[str, ...], slice]]:
    """The design matrix (R, P) and the columns of each term in it; column 0 is the grand mean."""
    coded = {name: np.stack([_deviation(levels[name], cell[name]) for cell in cells]) for name in levels}
    blocks, columns_of, end = [np.ones((len(cells), 1))], {}, 1
    for term in terms:
        block = np.ones((len(cells), 1))
        for name in term:
            block = (block[:, :, None] * coded[name][:, None, :]).reshape(len(cells), -1)
        blocks.append(block)
        columns_of[term] = slice(end, end + block.shape[1])
        end += block.shape[1]
    return np.concatenate(blocks, axis=1), columns_of


def _deviation(levels: Sequence[str], level: str) -> Array:
    """A level as one column per level except the first, which is -1 in all columns."""
    return -np.ones(len(levels) - 1) if level == levels[0] else np.eye(len(levels) - 1)[levels.index(level) - 1]


def _main_effect(fit: Any, levels: Levels, terms: Sequence[tuple[str, ...]], factor: str, level: str) -> MainEffect:
    grid = [dict(zip(levels, cell, strict=True)) for cell in product(*levels.values())]
    at_level = [cell for cell in grid if cell[factor] == level]
    reference = [{**cell, factor: levels[factor][0]} for cell in at_level]
    contrast = (_design(levels, terms, at_level)[0] - _design(levels, terms, reference)[0]).mean(axis=0)
    test = fit.t_test(contrast)
    low, high = test.conf_int(alpha=0.05)[0]
    return MainEffect(factor, level, float(test.effect[0]), float(low), float(high), float(np.squeeze(test.pvalue)))


def _interaction(fit: Any, factors: tuple[str, str], columns: slice) -> Interaction:
    restrictions = np.eye(len(fit.params))[columns]
    test = fit.f_test(restrictions)
    freedom = (int(test.df_num), int(test.df_denom))
    return Interaction(factors, float(np.squeeze(test.fvalue)), freedom, float(np.squeeze(test.pvalue)))
