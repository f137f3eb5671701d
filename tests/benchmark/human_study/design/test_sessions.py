"""Sessions: no longer than requested, with their share of checks, spread, and repeats after what they repeat."""

import random
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.human_study.design.sessions import arrange_sessions, split_evenly


def sessions(num_designs, length, seed=0):
    slots = arrange_sessions(num_designs, length, random.Random(seed))
    return slots, [slots[first:end] for first, end in split_evenly(len(slots), -(-len(slots) // length))]


@given(st.integers(1, 700), st.integers(4, 60), st.integers(0, 10**6))
def test_every_design_is_shown_once_and_no_session_is_too_long(num_designs, length, seed):
    slots, parts = sessions(num_designs, length, seed)
    assert Counter(slot.design for slot in slots if slot.kind == "plain") == Counter(range(num_designs))
    lengths = {len(part) for part in parts}
    assert max(lengths) <= length
    assert max(lengths) - min(lengths) <= 1


@given(st.integers(2, 700), st.integers(8, 60), st.integers(0, 10**6))
def test_every_session_has_checks_of_both_kinds_that_refer_to_itself(num_designs, length, seed):
    for part in sessions(num_designs, length, seed)[1]:
        kinds = Counter(slot.kind for slot in part)
        assert kinds["obvious"] - kinds["repeat"] in (0, 1)
        assert kinds["repeat"]
        for position, slot in enumerate(part):
            if slot.kind == "repeat":
                assert slot.design in [before.design for before in part[:position] if before.kind == "plain"]


@given(st.integers(20, 300), st.integers(12, 60), st.integers(0, 10**6))
def test_a_repeat_is_far_from_what_it_repeats_wherever_a_rater_begins(num_designs, length, seed):
    for part in sessions(num_designs, length, seed)[1]:
        first = {slot.design: position for position, slot in enumerate(part) if slot.kind == "plain"}
        gaps = [position - first[slot.design] for position, slot in enumerate(part) if slot.kind == "repeat"]
        assert min(min(gap, len(part) - gap) for gap in gaps) >= min(10, len(part) // 4)


def checks(slots):
    return [position for position, slot in enumerate(slots) if slot.kind != "plain"]


def test_a_tenth_are_checks_and_they_are_spread():
    for seed in range(100):
        at = checks(sessions(50, 60, seed)[0])
        assert len(at) == 5
        assert max(after - before for before, after in pairwise([*at, at[0] + 55])) <= 21  # under two stretches of 11


def hit_rate(guess, studies):
    """Share of guessed slots of these studies that hold checks."""
    return np.mean([slots[position].kind != "plain" for slots in studies for position in guess(slots)])


@pytest.mark.integration
def test_no_position_gives_a_check_away():
    """Whoever reads many studies' orders with their keys guesses the checks of others no better than by chance."""
    studies = [sessions(50, 60, seed)[0] for seed in range(2_000)]
    known, others = studies[:1_000], studies[1_000:]
    counts = Counter(position for slots in known for position in checks(slots))
    likeliest = [position for position, _ in counts.most_common(5)]
    even = [5, 16, 27, 38, 49]  # the middles of five equal stretches
    by_chance = 5 / 55
    bound = 4 * np.sqrt(by_chance * (1 - by_chance) / 5_000)
    assert abs(hit_rate(lambda _: likeliest, others) - by_chance) < bound
    assert abs(hit_rate(lambda _: even, others) - by_chance) < bound
    after_a_check = [  # one check known, is the next one so many slots on?
        np.mean([(position + ahead) % 55 in checks(slots) for slots in others for position in checks(slots)])
        for ahead in range(1, 55)
    ]
    assert max(after_a_check) < 0.15


def test_kinds_do_not_alternate():
    studies = [[slot.kind for slot in sessions(50, 60, seed)[0] if slot.kind != "plain"] for seed in range(500)]
    alike = np.mean([before == after for kinds in studies for before, after in pairwise(kinds)])
    assert 0.3 < alike < 0.5  # of three and two at random slots 0.4
    assert {tuple(kinds) for kinds in studies} >= {
        ("obvious", "obvious", "repeat", "obvious", "repeat"),
        ("repeat", "obvious", "obvious", "repeat", "obvious"),
    }


def test_a_repeat_comes_long_after():
    gaps = []
    for part in sessions(500, 60)[1]:
        first = {slot.design: position for position, slot in enumerate(part) if slot.kind == "plain"}
        gaps += [position - first[slot.design] for position, slot in enumerate(part) if slot.kind == "repeat"]
    assert np.median(gaps) >= 10
