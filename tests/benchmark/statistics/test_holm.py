"""Holm's adjustment."""

from __future__ import annotations

import math

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from benchmark.statistics.holm import holm


def test_a_case_worked_by_hand() -> None:
    # 0.01 x 4, then 0.02 x 3, then 0.03 x 2 which may not fall below it, then 0.5 x 1
    np.testing.assert_allclose(holm([0.5, 0.01, 0.03, 0.02]), [0.5, 0.04, 0.06, 0.06])


@pytest.mark.parametrize("count", [1, 2, 7, 60])
def test_it_equals_statsmodels(count: int) -> None:
    p_values = np.random.default_rng(count).random(count) ** 3
    p_values[count // 2] = p_values[0]  # two that are equal
    assert holm(p_values.tolist()).tolist() == multipletests(p_values, method="holm")[1].tolist()


def test_what_was_not_tested_does_not_count() -> None:
    found = holm([0.02, math.nan, 0.03])
    np.testing.assert_allclose(found, [0.04, math.nan, 0.04])


def test_an_empty_family() -> None:
    assert holm([]).tolist() == []
    assert np.isnan(holm([math.nan])).all()
