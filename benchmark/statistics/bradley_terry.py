"""Strengths from choices, by Luce's axiom with position effects; of two options this is Bradley–Terry's model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from benchmark.statistics.face_clusters import Array

RIDGE: Final = 0.1
"""Of the penalty RIDGE / 2 · (sum of squares): a prior spread of three on the scale of log odds, so that a method that
always wins has a finite strength, and one with a hundred votes is hardly affected."""


@dataclass(frozen=True)
class Luce:
    """A fitted model.

    Attributes:
        strengths: (M,) log odds, which sum to 0.
        influence: (N, M) how much each answer moves them.
        expected: (N, K) the probability of each option to be chosen.
        position_bias: (K,) share of choices that each position gains by being that position.
        position_influence: (N, K) how much each answer moves it.
    """

    strengths: Array
    influence: Array
    expected: Array
    position_bias: Array
    position_influence: Array


def fit_luce(shown: NDArray[np.int64], chosen: Array, num_methods: int, ridge: float = RIDGE) -> Luce:
    """Fit strengths and position effects to first choices by penalised maximum likelihood.

    An option is chosen with a probability that grows with the exponential of its method's strength plus its position's
    effect (Luce, Individual Choice Behavior, 1959; with two options Bradley and Terry, Biometrika 39, 1952, and
    Davidson and Beaver's order effect, Biometrics 33, 1977).

    Args:
        shown: (N, K) number of the method at each position; -1 where fewer options were shown.
        chosen: (N, K) the share of the choice that each option got, summing to 1: a tie is shared out evenly.
        num_methods: M.
        ridge: weight of the penalty.
    """
    is_shown = shown >= 0
    design = _design(shown, num_methods)
    size = design.shape[-1]

    def probabilities(parameters: Array) -> Array:
        return _softmax(np.where(is_shown, design @ parameters, -np.inf))

    def loss(parameters: Array) -> float:
        likely = np.log(np.where(chosen > 0, probabilities(parameters), 1.0))
        return float(-(chosen * likely).sum() + ridge / 2 * (parameters**2).sum())

    def gradient_of(parameters: Array) -> Array:
        gradient: Array = np.einsum("nk,nkp->p", probabilities(parameters) - chosen, design) + ridge * parameters
        return gradient

    def hessian_of(parameters: Array) -> Array:
        probability = probabilities(parameters)
        mean = np.einsum("nk,nkp->np", probability, design)
        second = np.einsum("nk,nkp,nkq->pq", probability, design, design, optimize=True)
        hessian: Array = second - mean.T @ mean + ridge * np.eye(size)
        return hessian

    start = np.zeros(size)
    found: Array = minimize(
        loss, start, jac=gradient_of, hess=hessian_of, method="trust-exact", options={"gtol": 1e-6}
    ).x
    probability = probabilities(found)
    scores = np.einsum("nk,nkp->np", chosen - probability, design)
    influence = np.linalg.solve(hessian_of(found), scores.T).T
    strengths, moved = found[:num_methods], influence[:, :num_methods]

    unplaced = design.copy()
    unplaced[..., num_methods:] = 0.0
    level = _softmax(np.where(is_shown, unplaced @ found, -np.inf))
    gradient = _slopes(probability, design) - _slopes(level, unplaced)
    return Luce(
        strengths=strengths - strengths.mean(),
        influence=moved - moved.mean(axis=1, keepdims=True),
        expected=probability,
        position_bias=(probability - level).mean(axis=0),
        position_influence=influence @ gradient.T,
    )


def groups_compared(shown: NDArray[np.int64], num_methods: int) -> list[list[int]]:
    """Groups of methods that are compared with each other, directly or through others; one group where all are."""
    first = np.repeat(shown[:, :1], shown.shape[1], axis=1)
    known = (first >= 0) & (shown >= 0)
    edges = (np.ones(int(known.sum())), (first[known], shown[known]))
    number, group = connected_components(coo_array(edges, shape=(num_methods, num_methods)), directed=False)
    return [np.flatnonzero(group == label).tolist() for label in range(number)]


def _design(shown: NDArray[np.int64], num_methods: int) -> Array:
    """(N, K, M + K): which method and which position each option is; zeros where there is none."""
    num_positions = shown.shape[1]
    methods = shown[..., None] == np.arange(num_methods)
    positions = np.broadcast_to(np.eye(num_positions), (*shown.shape, num_positions)) * (shown >= 0)[..., None]
    design: Array = np.concatenate([methods, positions], axis=-1).astype(np.float64)
    return design


def _softmax(logits: Array) -> Array:
    raised: Array = np.exp(logits - logits.max(axis=1, keepdims=True))
    chances: Array = raised / raised.sum(axis=1, keepdims=True)
    return chances


def _slopes(chance: Array, design: Array) -> Array:
    """(K, P) derivative of each position's mean probability."""
    mean = np.einsum("nk,nkp->np", chance, design)
    slopes: Array = np.einsum("nk,nkp->kp", chance, design - mean[:, None, :]) / len(chance)
    return slopes
