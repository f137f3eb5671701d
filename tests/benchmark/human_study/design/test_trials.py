"""Items of a study: whatever is asked for, methods meet, stand and are shown equally often, to one trial."""

import random
from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.human_study.design.trials import REAL, draw_items
from registry.errors import InputError

METHODS = ["ada", "bob", "cyd", "dan", "eve", "fay", "gus"]
TASKS = {"one": 130, "two": 125, "three": 120}
drawings = st.tuples(st.integers(1, 120), st.integers(2, 7), st.integers(1, 3), st.integers(0, 10**6))


def drawn(mode, drawing):
    count, methods, protocols, seed = drawing
    tasks = dict(list(TASKS.items())[:protocols])
    items = draw_items(mode, count, METHODS[:methods], tasks, random.Random(seed))
    return items, METHODS[:methods], tasks


def uneven(found, among):
    counts = [Counter(found)[each] for each in among]
    return max(counts) - min(counts) > 1


@given(drawings)
def test_every_two_methods_meet_equally_often_and_stand_on_either_side_equally_often(drawing):
    items, methods, tasks = drawn("2afc", drawing)
    assert not uneven([frozenset(item.shown) for item in items], map(frozenset, combinations(methods, 2)))
    for one, other in combinations(methods, 2):
        assert not uneven([item.shown for item in items], [(one, other), (other, one)])
    sides = Counter((label, side) for item in items for side, label in enumerate(item.shown))
    assert all(abs(sides[label, 0] - sides[label, 1]) <= 1 for label in methods)
    assert not uneven([item.protocol for item in items], tasks)


@given(drawings)
def test_in_pairs_every_method_is_shown_equally_often(drawing):
    items, methods, tasks = drawn("2afc", drawing)
    assert not uneven([label for item in items for label in item.shown], methods)
    for protocol in tasks:
        mine = [item.shown for item in items if item.protocol == protocol]
        assert not uneven([frozenset(shown) for shown in mine], map(frozenset, combinations(methods, 2)))
        counts = Counter(label for shown in mine for label in shown)
        assert max(counts.values(), default=0) - min(counts[label] for label in methods) <= 2


@given(drawings)
def test_in_kway_all_are_shown_and_each_stands_at_each_place_equally_often(drawing):
    items, methods, tasks = drawn("kway", drawing)
    assert all(sorted(item.shown) == methods for item in items)
    places = [(label, place) for item in items for place, label in enumerate(item.shown)]
    for label in methods:
        assert not uneven(places, [(label, place) for place in range(len(methods))])
    assert not uneven([item.protocol for item in items], tasks)


@given(drawings)
def test_shown_alone_methods_and_protocols_come_equally_often(drawing):
    items, methods, tasks = drawn("mos", drawing)
    assert not uneven([item.shown[0] for item in items], methods)
    assert not uneven([item.protocol for item in items], tasks)


@given(drawings)
def test_real_images_come_as_often_as_edits(drawing):
    items, methods, tasks = drawn("realfake", drawing)
    labels = [item.shown[0] for item in items]
    assert not uneven([label == REAL for label in labels], [True, False])
    assert not uneven([label for label in labels if label != REAL], methods)
    assert not uneven([item.protocol for item in items], tasks)


@given(drawings, st.sampled_from(["2afc", "kway", "mos", "realfake"]))
def test_no_item_comes_twice(drawing, mode):
    items, _, _ = drawn(mode, drawing)
    assert len({(item.protocol, item.task, frozenset(item.shown)) for item in items}) == len(items)


@given(st.integers(1, 100), st.integers(0, 10**6))
def test_tasks_are_drawn_again_only_when_all_were_and_then_for_others(count, seed):
    items = draw_items("2afc", count, METHODS, {"one": 6, "two": 5}, random.Random(seed))
    assert len({(item.protocol, item.task, frozenset(item.shown)) for item in items}) == len(items)
    for protocol, number in (("one", 6), ("two", 5)):
        assert not uneven([item.task for item in items if item.protocol == protocol], range(number))


def test_methods_and_protocols_of_like_number_meet_in_every_way():
    items = draw_items("mos", 9, METHODS[:3], TASKS, random.Random(0))
    assert len({(item.shown, item.protocol) for item in items}) == 9


def test_another_chance_draws_others():
    one, same, other = (draw_items("2afc", 20, METHODS, TASKS, random.Random(seed)) for seed in (1, 1, 2))
    assert one == same != other


@pytest.mark.parametrize(
    ("mode", "count", "methods", "said"),
    [
        ("2afc", 5, 1, "mode 2afc needs 2 methods or more, and there are 1"),
        ("mos", 0, 2, "--items 0: a study needs 1 or more"),
        ("kway", 26, 3, "--items 26 is more than there are: three has 25 tasks, and 26 are needed of each kind"),
        ("2afc", 26, 2, "three has 25 tasks"),
    ],
)
def test_what_cannot_be_drawn_is_refused(mode, count, methods, said):
    with pytest.raises(InputError, match=said):
        draw_items(mode, count, METHODS[:methods], {"three": 25}, random.Random(0))


def test_more_images_than_keys_are_refused():
    with pytest.raises(InputError, match="kway shows 9 methods at once, and 8 are the most"):
        draw_items("kway", 5, [*METHODS, "hal", "ida"], TASKS, random.Random(0))
