"""Sittings: no longer than asked for, each with its share of checks, spread, and repeats after what they repeat."""

import random
from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from benchmark.human_study.sittings import arranged, parted


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


def test_a_tenth_are_checks_and_they_are_spread():
    places, _ = sittings(50, 60)
    checks = [place for place, each in enumerate(places) if each.kind != "item"]
    assert len(checks) == 5
    gaps = [after - before for before, after in pairwise(checks)]
    assert set(gaps) == {11}


def test_a_repeat_comes_long_after():
    for part in sittings(500, 60)[1]:
        first = {each.item: place for place, each in enumerate(part) if each.kind == "item"}
        assert all(place - first[each.item] >= 5 for place, each in enumerate(part) if each.kind == "repeat")
