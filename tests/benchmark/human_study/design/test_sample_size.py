"""How many votes a study needs."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.human_study.design.sample_size import independent_votes, plan
from registry.errors import InputError


@pytest.mark.parametrize(("share", "votes"), [(0.55, 786), (0.6, 199), (0.65, 90), (0.7, 49)])
def test_independent_votes_of_the_exact_test(share, votes) -> None:
    assert independent_votes(share) == votes


def test_that_many_votes_find_the_difference_four_times_in_five() -> None:
    generator = np.random.default_rng(0)
    wins = generator.binomial(199, 0.6, 20_000)
    even = generator.binomial(199, 0.5, 200_000)
    reached = [(even >= number).mean() for number in range(200)]
    assert np.mean([reached[number] <= 0.025 for number in wins]) == pytest.approx(0.8, abs=0.02)


def test_participants_carry_the_design_effect_pairs_and_checks() -> None:
    found = plan(0.6, methods=4)
    assert (found.votes, found.pairs, found.trials) == (995, 6, 54)
    assert found.participants == -(-995 * 6 // 54)
    assert plan(0.6, design_effect=1).votes == 199
    assert plan(0.6, session_length=20).trials == 18


@pytest.mark.parametrize("share", [0.5, 0.4, 1.0, 60, float("nan")])
def test_a_share_out_of_range_is_named(share) -> None:
    with pytest.raises(InputError, match="--difference is"):
        plan(share)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("methods", {"methods": 1}),
        ("methods", {"methods": 10**400}),
        ("design-effect", {"design_effect": 0.5}),
        ("design-effect", {"design_effect": float("inf")}),
        ("design-effect", {"design_effect": float("nan")}),
        ("design-effect", {"design_effect": 1e307}),
        ("sitting", {"session_length": 3}),
        ("sitting", {"session_length": 61}),
    ],
)
def test_a_number_out_of_range_is_named(name, wrong) -> None:
    with pytest.raises(InputError, match=f"--{name} is"):
        plan(0.6, **wrong)
