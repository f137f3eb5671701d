"""Trials of a study: methods are compared, placed and shown equally often, to within one trial."""

import random
from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.human_study.design.trials import REAL, draw_trials
from registry.errors import InputError

METHODS = ["ada", "bob", "cyd", "dan", "eve", "fay", "gus"]
TASKS = {name: [""] * number for name, number in (("one", 130), ("two", 125), ("three", 120))}
drawings = st.tuples(st.integers(1, 120), st.integers(2, 7), st.integers(1, 3), st.integers(0, 10**6))


def drawn(mode, drawing):
    count, methods, protocols, seed = drawing
    tasks = dict(list(TASKS.items())[:protocols])
    designs = draw_trials(mode, count, METHODS[:methods], tasks, random.Random(seed))
    return designs, METHODS[:methods], tasks


def uneven(found, among):
    counts = [Counter(found)[value] for value in among]
    return max(counts) - min(counts) > 1


@given(drawings)
def test_every_two_methods_are_compared_equally_often_on_either_side(drawing):
    designs, methods, tasks = drawn("2afc", drawing)
    assert not uneven([frozenset(design.shown) for design in designs], map(frozenset, combinations(methods, 2)))
    for one, other in combinations(methods, 2):
        assert not uneven([design.shown for design in designs], [(one, other), (other, one)])
    sides = Counter((label, side) for design in designs for side, label in enumerate(design.shown))
    assert all(abs(sides[label, 0] - sides[label, 1]) <= 1 for label in methods)
    assert not uneven([design.protocol for design in designs], tasks)


@given(drawings)
def test_in_pairs_every_method_is_shown_equally_often(drawing):
    designs, methods, tasks = drawn("2afc", drawing)
    assert not uneven([label for design in designs for label in design.shown], methods)
    for protocol in tasks:
        of_protocol = [design.shown for design in designs if design.protocol == protocol]
        assert not uneven([frozenset(shown) for shown in of_protocol], map(frozenset, combinations(methods, 2)))
        counts = Counter(label for shown in of_protocol for label in shown)
        assert max(counts.values(), default=0) - min(counts[label] for label in methods) <= 2


@given(drawings)
def test_in_kway_all_are_shown_equally_often_at_every_position(drawing):
    designs, methods, tasks = drawn("kway", drawing)
    assert all(sorted(design.shown) == methods for design in designs)
    positions = [(label, position) for design in designs for position, label in enumerate(design.shown)]
    for label in methods:
        assert not uneven(positions, [(label, position) for position in range(len(methods))])
    assert not uneven([design.protocol for design in designs], tasks)


@given(drawings)
def test_shown_alone_methods_and_protocols_come_equally_often(drawing):
    designs, methods, tasks = drawn("mos", drawing)
    assert not uneven([design.shown[0] for design in designs], methods)
    assert not uneven([design.protocol for design in designs], tasks)


@given(drawings)
def test_real_images_come_as_often_as_edits(drawing):
    designs, methods, tasks = drawn("realfake", drawing)
    labels = [design.shown[0] for design in designs]
    assert not uneven([label == REAL for label in labels], [True, False])
    assert not uneven([label for label in labels if label != REAL], methods)
    assert not uneven([design.protocol for design in designs], tasks)


@given(drawings, st.sampled_from(["2afc", "kway", "mos", "realfake"]))
def test_no_design_comes_twice(drawing, mode):
    designs, _, _ = drawn(mode, drawing)
    assert len({(design.protocol, design.task, frozenset(design.shown)) for design in designs}) == len(designs)


@given(st.integers(1, 100), st.integers(0, 10**6))
def test_tasks_are_drawn_again_only_when_all_were_and_then_for_others(count, seed):
    designs = draw_trials("2afc", count, METHODS, {"one": [""] * 6, "two": [""] * 5}, random.Random(seed))
    assert len({(design.protocol, design.task, frozenset(design.shown)) for design in designs}) == len(designs)
    for protocol, number in (("one", 6), ("two", 5)):
        assert not uneven([design.task for design in designs if design.protocol == protocol], range(number))


@given(drawings, st.integers(2, 5), st.sampled_from(["2afc", "kway", "mos", "realfake"]))
def test_what_is_compared_comes_equally_often_with_every_attribute(drawing, number, mode):
    count, methods, protocols, seed = drawing
    names = [f"attribute-{place}" for place in range(number)]
    tasks = {name: [names[task % number] for task in range(600)] for name in list(TASKS)[:protocols]}
    designs = draw_trials(mode, count, METHODS[:methods], tasks, random.Random(seed))
    for protocol in tasks:
        of_protocol = [design for design in designs if design.protocol == protocol]
        attributes = Counter(tasks[protocol][design.task] for design in of_protocol)
        assert max(attributes.values(), default=0) - min(attributes[name] for name in names) <= 2
        for shown in {frozenset(design.shown) for design in of_protocol}:
            alike = [tasks[protocol][design.task] for design in of_protocol if frozenset(design.shown) == shown]
            assert not uneven(alike, names)


def test_an_attribute_of_few_tasks_gives_its_turns_to_the_others():
    tasks = {"one": ["rare"] * 2 + ["common"] * 18}
    designs = draw_trials("kway", 20, METHODS[:3], tasks, random.Random(0))
    assert sorted(design.task for design in designs) == list(range(20))
    assert len({design.task for design in designs[:15]} & {0, 1}) == 1


def test_methods_and_protocols_of_like_number_meet_in_every_way():
    designs = draw_trials("mos", 9, METHODS[:3], TASKS, random.Random(0))
    assert len({(design.shown, design.protocol) for design in designs}) == 9


def test_another_seed_draws_others():
    one, same, other = (draw_trials("2afc", 20, METHODS, TASKS, random.Random(seed)) for seed in (1, 1, 2))
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
        draw_trials(mode, count, METHODS[:methods], {"three": [""] * 25}, random.Random(0))


def test_more_images_than_keys_are_refused():
    with pytest.raises(InputError, match="kway shows 9 methods at once, at most 8 fit"):
        draw_trials("kway", 5, [*METHODS, "hal", "ida"], TASKS, random.Random(0))
