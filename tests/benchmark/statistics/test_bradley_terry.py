"""Strengths from choices: known truths, the same model by logistic regression, what a place on the screen does."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from benchmark.statistics.bradley_terry import fit_luce, groups_compared

STRENGTHS = np.array([1.0, 0.3, -0.3, -1.0])


def choices(number: int, width: int, positions: np.ndarray, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Methods shown (N, K) and choices among them by Luce's axiom."""
    generator = np.random.default_rng(seed)
    shown = np.argsort(generator.random((number, 4)), axis=1)[:, :width]
    picked = np.argmax(STRENGTHS[shown] + positions + generator.gumbel(size=shown.shape), axis=1)
    return shown, np.eye(width)[picked]


@pytest.mark.parametrize("width", [2, 3, 4])
def test_strengths_and_the_pull_of_a_place_are_recovered(width) -> None:
    positions = np.eye(width)[0] * 0.4
    shown, chosen = choices(20_000, width, positions)
    found = fit_luce(shown, chosen, 4)
    assert found.strengths == pytest.approx(STRENGTHS, abs=0.06)
    level = np.exp(STRENGTHS[shown])
    pulled = level * np.exp(positions)
    truth = (pulled / pulled.sum(axis=1, keepdims=True) - level / level.sum(axis=1, keepdims=True)).mean(axis=0)
    assert found.position_bias == pytest.approx(truth, abs=0.01)


def test_of_two_options_it_is_the_logistic_regression_of_bradley_and_terry() -> None:
    shown, chosen = choices(2_000, 2, np.array([0.3, 0.0]))
    design = np.eye(4)[shown[:, 0]] - np.eye(4)[shown[:, 1]]
    theirs = sm.Logit(chosen[:, 0], np.column_stack([design[:, 1:], np.ones(len(shown))])).fit(disp=0)
    against_first = np.array([0.0, *theirs.params[:3]])
    assert fit_luce(shown, chosen, 4, ridge=1e-9).strengths == pytest.approx(
        against_first - against_first.mean(), abs=1e-4
    )


def test_influence_is_what_leaving_an_answer_out_undoes() -> None:
    shown, chosen = choices(400, 2, np.zeros(2))
    whole = fit_luce(shown, chosen, 4)
    for number in range(3):
        without = fit_luce(np.delete(shown, number, 0), np.delete(chosen, number, 0), 4)
        assert whole.strengths - without.strengths == pytest.approx(whole.influence[number], abs=5e-4)


def test_a_tie_is_half_a_choice_of_each() -> None:
    shown = np.array([[0, 1]] * 10)
    found = fit_luce(shown, np.full((10, 2), 0.5), 2)
    assert found.strengths == pytest.approx([0, 0], abs=1e-9)
    assert found.position_bias == pytest.approx([0, 0], abs=1e-9)


def test_who_always_wins_has_a_finite_strength() -> None:
    found = fit_luce(np.array([[0, 1], [1, 0]] * 20), np.array([[1.0, 0.0], [0.0, 1.0]] * 20), 2)
    assert 2 < found.strengths[0] < 6


def test_methods_that_never_met_are_told_apart_as_groups() -> None:
    assert groups_compared(np.array([[0, 1], [2, 3]]), 5) == [[0, 1], [2, 3], [4]]
    assert groups_compared(np.array([[0, 1, 2], [2, 3, -1]]), 4) == [[0, 1, 2, 3]]
