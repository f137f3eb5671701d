"""Sittings: no longer than asked for, each with its share of checks, spread, and repeats after what they repeat."""

import random
from collections import Counter
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from benchmark.human_study.design.sessions import arranged, parted


def sittings(items, sitting, seed=0):
    places = arranged(items, sitting, random.Random(seed))
    return places, [places[first:end] for first, end in parted(len(places), -(-len(places) // sitting))]


@given(st.integers(1, 700), st.integers(4, 60), st.integers(0, 10**6))
def test_every_item_is_shown_once_and_no_sitting_is_too_long(items, sitting, seed):
    places, parts = sittings(items, sitting, seed)
    assert Counter(each.item for each in places if each.kind == "item") == Counter(range(items))
    lengths = {len(part) for part in parts}
    assert max(lengths) <= sitting
    assert max(lengths) - min(lengths) <= 1


@given(st.integers(2, 700), st.integers(8, 60), st.integers(0, 10**6))
def test_every_sitting_has_checks_of_both_kinds_that_refer_to_itself(items, sitting, seed):
    for part in sittings(items, sitting, seed)[1]:
        kinds = Counter(each.kind for each in part)
        assert kinds["obvious"] - kinds["repeat"] in (0, 1)
        assert kinds["repeat"]
        for place, each in enumerate(part):
            if each.kind == "repeat":
                assert each.item in [before.item for before in part[:place] if before.kind == "item"]


@given(st.integers(20, 300), st.integers(12, 60), st.integers(0, 10**6))
def test_a_repeat_is_far_from_what_it_repeats_wherever_a_rater_begins(items, sitting, seed):
    for part in sittings(items, sitting, seed)[1]:
        first = {each.item: place for place, each in enumerate(part) if each.kind == "item"}
        gaps = [place - first[each.item] for place, each in enumerate(part) if each.kind == "repeat"]
        assert min(min(gap, len(part) - gap) for gap in gaps) >= min(10, len(part) // 4)


def checks(places):
    return [place for place, each in enumerate(places) if each.kind != "item"]


def test_a_tenth_are_checks_and_they_are_spread():
    for seed in range(100):
        at = checks(sittings(50, 60, seed)[0])
        assert len(at) == 5
        assert max(after - before for before, after in pairwise([*at, at[0] + 55])) <= 21  # under two stretches of 11


def hit_rate(guess, studies):
    """Share of guessed places of these studies that hold checks."""
    return np.mean([places[place].kind != "item" for places in studies for place in guess(places)])


def test_no_place_tells_a_check():
    """Whoever reads many studies' orders with their keys guesses the checks of others no better than by chance."""
    studies = [sittings(50, 60, seed)[0] for seed in range(2_000)]
    known, others = studies[:1_000], studies[1_000:]
    counts = Counter(place for places in known for place in checks(places))
    likeliest = [place for place, _ in counts.most_common(5)]
    even = [5, 16, 27, 38, 49]  # the middles of five equal stretches
    by_chance = 5 / 55
    bound = 4 * np.sqrt(by_chance * (1 - by_chance) / 5_000)
    assert abs(hit_rate(lambda _: likeliest, others) - by_chance) < bound
    assert abs(hit_rate(lambda _: even, others) - by_chance) < bound
    after_a_check = [  # one check known, is the next one so many places on?
        np.mean([(place + ahead) % 55 in checks(places) for places in others for place in checks(places)])
        for ahead in range(1, 55)
    ]
    assert max(after_a_check) < 0.15


def test_kinds_do_not_alternate():
    studies = [[each.kind for each in sittings(50, 60, seed)[0] if each.kind != "item"] for seed in range(500)]
    alike = np.mean([before == after for kinds in studies for before, after in pairwise(kinds)])
    assert 0.3 < alike < 0.5  # of three and two at random places 0.4
    assert {tuple(kinds) for kinds in studies} >= {
        ("obvious", "obvious", "repeat", "obvious", "repeat"),
        ("repeat", "obvious", "obvious", "repeat", "obvious"),
    }


def test_a_repeat_comes_long_after():
    gaps = []
    for part in sittings(500, 60)[1]:
        first = {each.item: place for place, each in enumerate(part) if each.kind == "item"}
        gaps += [place - first[each.item] for place, each in enumerate(part) if each.kind == "repeat"]
    assert np.median(gaps) >= 10
