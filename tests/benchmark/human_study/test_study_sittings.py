"""Sittings: no longer than asked for, each with its checks, spread by chance, and repeats after what they repeat."""

import random
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2_contingency, chisquare

from benchmark.human_study.sittings import arranged, parted


def sittings(items, sitting, seed=0):
    places = arranged(items, sitting, random.Random(seed))
    return places, [places[first:end] for first, end in parted(len(places), -(-len(places) // sitting))]


DRAWINGS = [[each.kind for each in sittings(50, 60, seed)[0]] for seed in range(2000)]
"""The kinds of the trials of as many studies of 50 items and 5 checks."""


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


def test_a_tenth_are_checks_one_in_each_stretch():
    for seed in range(50):
        places, _ = sittings(50, 60, seed)
        assert len(places) == 55
        for first, end in parted(55, 5):
            assert sum(each.kind != "item" for each in places[first:end]) == 1


def test_any_place_holds_a_check_as_often_as_any_other():
    held = Counter(place for each in DRAWINGS for place, kind in enumerate(each) if kind != "item")
    assert chisquare([held[place] for place in range(55)]).pvalue > 0.01


def test_of_kinds_only_this_can_be_foreseen_that_a_repeat_is_none_of_the_first():
    held = {
        kind: Counter(place for each in DRAWINGS for place, found in enumerate(each) if found == kind)
        for kind in ("obvious", "repeat")
    }
    assert all(held["obvious"][place] for place in range(55))
    assert sorted(held["repeat"]) == list(range(6, 55))
    later = [[held[kind][place] for place in range(11, 55)] for kind in held]
    assert chi2_contingency(later).pvalue > 0.01


def test_kinds_come_in_every_order():
    orders = {tuple(kind for kind in each if kind != "item") for each in DRAWINGS}
    assert len(orders) == 10  # of three and two


@given(st.integers(2, 700), st.integers(3, 60), st.integers(0, 10**6))
def test_a_repeat_comes_after_what_it_repeats_and_repeats_none_twice(items, sitting, seed):
    for part in sittings(items, sitting, seed)[1]:
        first = {each.item: place for place, each in enumerate(part) if each.kind == "item"}
        repeats = {each.item: place for place, each in enumerate(part) if each.kind == "repeat"}
        assert len(repeats) == sum(each.kind == "repeat" for each in part) >= 1
        assert all(place - first[item] >= max(1, min(5, len(part) // 4)) for item, place in repeats.items())
