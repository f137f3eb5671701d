"""Means over seeds: of equally many and of others, to the last bit."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from benchmark.statistics.seed_variance import means_over_seeds


@pytest.mark.parametrize("seeds", [[1, 1, 1], [2, 2], [3, 3, 3, 3], [5, 5], [9, 9], [3, 1, 2]])
def test_means_are_of_each_methods_own_seeds(seeds: list[int]) -> None:
    drawn = np.random.default_rng(0).normal(size=(4, sum(seeds)))
    found = means_over_seeds(drawn, seeds)
    ends = np.cumsum([0, *seeds])
    expected = [drawn[:, start:end].mean(axis=1) for start, end in pairwise(ends.tolist())]
    np.testing.assert_allclose(found, np.stack(expected, axis=1), rtol=1e-15)


@pytest.mark.parametrize("number", [1, 2, 3, 7, 8, 9, 20])
def test_whether_all_have_equally_many_seeds_changes_no_bit(number: int) -> None:
    drawn = np.random.default_rng(number).normal(size=(50, 4 * number + 1))
    alone = means_over_seeds(drawn[:, :-1], [number] * 4)
    beside = means_over_seeds(drawn, [number] * 4 + [1])[:, :-1] if number > 1 else drawn[:, :-1]
    np.testing.assert_array_equal(alone, beside)
