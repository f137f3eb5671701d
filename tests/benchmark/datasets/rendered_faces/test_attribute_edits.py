"""Every attribute of rendered faces has its true edit: it is there, and nothing changes but what it implies."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.datasets.hidden_attributes import HIDDEN_BY
from benchmark.datasets.rendered_faces.attribute_edits import transfer_attribute
from benchmark.datasets.rendered_faces.renderer.attributes import KNOWN_ATTRIBUTES, attributes
from benchmark.datasets.rendered_faces.renderer.factors import FaceFactors, sample_factors, transfer_expression
from benchmark.datasets.rendered_faces.renderer.renderer import render
from benchmark.protocols.implied_attributes import IMPLIED
from methods.labels import ATTRIBUTES

FACES = [sample_factors(11, index) for index in range(400)]
TABLE = np.stack([attributes(face) for face in FACES])
STYLE_ONLY = {
    "5_o_Clock_Shadow",
    "Bags_Under_Eyes",
    "Black_Hair",
    "Blond_Hair",
    "Brown_Hair",
    "Goatee",
    "Gray_Hair",
    "Heavy_Makeup",
    "Mustache",
    "No_Beard",
    "Pale_Skin",
    "Rosy_Cheeks",
    "Wearing_Lipstick",
}
WORN = {"Eyeglasses", "Wearing_Hat", "Wearing_Earrings", "Wearing_Necklace"}
"""Whose colours come with them."""


def column(name: str) -> np.ndarray:
    return TABLE[:, ATTRIBUTES.index(name)]


def pairs(name: str, number: int) -> list[tuple[FaceFactors, FaceFactors]]:
    """The first pairs of a face without the attribute, where nothing hides it, and one with it."""
    takers = column(name) == 0
    for other in HIDDEN_BY.get(name, ()):
        takers &= column(other) == 0
    targets, sources = np.flatnonzero(takers)[:number], np.flatnonzero(column(name))
    return [(FACES[target], FACES[sources[place % len(sources)]]) for place, target in enumerate(targets)]


@pytest.mark.parametrize("name", KNOWN_ATTRIBUTES)
def test_the_attribute_is_there_and_nothing_else_changes_but_what_it_implies(name: str) -> None:
    found = pairs(name, 150)
    assert len(found) > 50
    for target, source in found:
        edited = transfer_attribute(name, target, source)
        assert edited is not None
        before, after = attributes(target), attributes(edited)
        assert after[ATTRIBUTES.index(name)] == 1
        changed = {ATTRIBUTES[place] for place in np.flatnonzero(before != after)}
        assert changed <= {name, *IMPLIED.get(name, ())}
        if name in STYLE_ONLY:
            assert edited.geometry == target.geometry
        elif name not in WORN:
            assert edited.style == target.style
            assert edited.geometry != target.geometry


@pytest.mark.parametrize("name", KNOWN_ATTRIBUTES)
def test_style_keeps_the_mask_to_the_bit_and_geometry_moves_it(name: str) -> None:
    moved = []
    for target, source in pairs(name, 4):
        edited = transfer_attribute(name, target, source)
        assert edited is not None
        before, after = render(target, 96), render(edited, 96)
        moved.append(not np.array_equal(before.mask, after.mask))
        assert not np.array_equal(before.image, after.image)
    assert not any(moved) if name in STYLE_ONLY else any(moved)


@settings(max_examples=60, deadline=None)
@given(target=st.integers(0, 10_000), source=st.integers(0, 10_000), name=st.sampled_from(KNOWN_ATTRIBUTES))
def test_an_edit_gives_the_attribute_or_is_not_known(target: int, source: int, name: str) -> None:
    wearer, lender = sample_factors(2, target), sample_factors(2, source)
    edited = transfer_attribute(name, wearer, lender)
    if name == "Smiling":
        assert edited == transfer_expression(wearer, lender)
    elif edited is None:
        has = {ATTRIBUTES[place] for place in np.flatnonzero(attributes(wearer))}
        hidden = has.intersection(HIDDEN_BY.get(name, ()))
        assert hidden or attributes(lender)[ATTRIBUTES.index(name)] == 0
    else:
        assert attributes(edited)[ATTRIBUTES.index(name)] == 1


def test_a_hat_leaves_no_fringe_and_takes_its_colour_along() -> None:
    for target, source in pairs("Wearing_Hat", 40):
        edited = transfer_attribute("Wearing_Hat", target, source)
        assert edited is not None
        assert edited.geometry.hair.hairline == "open"
        assert edited.style.fabric.hat == source.style.fabric.hat
        assert edited.style.growth == target.style.growth


def test_metal_comes_along_only_where_no_other_is_worn() -> None:
    metals = set()
    for target, source in pairs("Wearing_Earrings", 60):
        edited = transfer_attribute("Wearing_Earrings", target, source)
        assert edited is not None
        worn = target.geometry.accessories.necklace
        assert edited.style.fabric.metal == (target if worn else source).style.fabric.metal
        metals.add(worn)
    assert metals == {True, False}


def test_attributes_that_no_factor_means_have_no_edit() -> None:
    assert transfer_attribute("Young", FACES[0], FACES[1]) is None
    assert transfer_attribute("", FACES[0], FACES[1]) is None
