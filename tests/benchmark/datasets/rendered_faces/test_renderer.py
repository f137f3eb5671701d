"""The rendered faces keep their promises: exact masks, true edits, one drawing at every size, balanced attributes."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.datasets.rendered_faces.renderer.attributes import KNOWN_ATTRIBUTES, attributes
from benchmark.datasets.rendered_faces.renderer.factors import (
    FaceFactors,
    copy_style,
    sample_factors,
    transfer_expression,
)
from benchmark.datasets.rendered_faces.renderer.renderer import render
from methods.labels import ATTRIBUTES, LABELS, MOUTH_LABELS

INDICES = st.integers(0, 10_000)
LABEL = {name: position for position, name in enumerate(LABELS)}


@pytest.fixture(scope="module")
def table() -> np.ndarray:
    return np.stack([attributes(sample_factors(5, index)) for index in range(1000)])


def share(table: np.ndarray, name: str) -> float:
    return float(table[:, ATTRIBUTES.index(name)].mean())


def around_mouth(factors: FaceFactors, size: int) -> np.ndarray:
    """The (size, size) pixels a mouth of any expression can reach, shading included."""
    pose = factors.geometry.pose
    rows, cols = np.mgrid[:size, :size] / size
    x = (cols - pose.centre_x) / pose.scale
    y = (rows - pose.centre_y) / pose.scale
    return (np.abs(x) < 1.1) & (y > 0.2) & (y < 1.3)


@pytest.mark.parametrize("size", [32, 64, 100, 256, 512])
def test_renders_at_any_size_the_same_each_time(size: int) -> None:
    factors = sample_factors(0, 3)
    first, second = render(factors, size), render(sample_factors(0, 3), size)
    assert first.image.shape == (size, size, 3)
    assert first.image.dtype == np.uint8
    assert first.mask.shape == (size, size)
    assert first.mask.dtype == np.uint8
    assert np.array_equal(first.image, second.image)
    assert np.array_equal(first.mask, second.mask)


@pytest.mark.parametrize("size", [31, 513, 0, -64])
def test_refuses_sizes_out_of_range(size: int) -> None:
    with pytest.raises(ValueError, match=r"32\.\.512"):
        render(sample_factors(0, 0), size)


def test_refuses_negative_indices() -> None:
    with pytest.raises(ValueError, match="negative"):
        sample_factors(0, -1)


def test_faces_of_a_population_differ_and_populations_differ() -> None:
    drawn = {sample_factors(seed, index) for seed in range(3) for index in range(50)}
    assert len(drawn) == 150


@pytest.mark.integration
def test_every_class_occurs_and_none_outside() -> None:
    counts = np.zeros(256, dtype=np.int64)
    for index in range(150):
        counts += np.bincount(np.unique(render(sample_factors(1, index), 64).mask), minlength=256)
    assert (counts[: len(LABELS)] >= 5).all()
    assert counts[len(LABELS) :].sum() == 0


@pytest.mark.integration
@settings(deadline=None, max_examples=25)
@given(style_of=INDICES, geometry_of=INDICES, size=st.integers(32, 160))
def test_style_never_moves_the_mask(style_of: int, geometry_of: int, size: int) -> None:
    lender, wearer = sample_factors(2, style_of), sample_factors(2, geometry_of)
    edited = render(copy_style(style_of=lender, geometry_of=wearer), size)
    assert np.array_equal(edited.mask, render(wearer, size).mask)


@settings(deadline=None, max_examples=25)
@given(target=INDICES, source=INDICES)
def test_expression_transfer_changes_the_mouth_alone(target: int, source: int) -> None:
    wearer = sample_factors(2, target)
    edited = transfer_expression(wearer, sample_factors(2, source))
    before, after, near = render(wearer, 64), render(edited, 64), around_mouth(wearer, 64)
    moved = before.mask != after.mask
    allowed = [*MOUTH_LABELS, LABEL["skin"]]
    assert np.isin(before.mask[moved], allowed).all()
    assert np.isin(after.mask[moved], allowed).all()
    assert not moved[~near].any()
    assert np.array_equal(before.image[~near], after.image[~near])


def test_expression_transfer_carries_smile_and_opening_and_nothing_else() -> None:
    mouth = {"Smiling", "Mouth_Slightly_Open"}
    other = [position for position, name in enumerate(ATTRIBUTES) if name not in mouth]
    own = [ATTRIBUTES.index(name) for name in sorted(mouth)]
    for index in range(40):
        target, source = sample_factors(3, index), sample_factors(4, index)
        edited = attributes(transfer_expression(target, source))
        assert np.array_equal(edited[own], attributes(source)[own])
        assert np.array_equal(edited[other], attributes(target)[other])


def test_style_copy_carries_makeup_and_beard() -> None:
    own = [ATTRIBUTES.index(name) for name in ("Heavy_Makeup", "No_Beard", "Wearing_Lipstick", "Pale_Skin")]
    for index in range(40):
        style_of, geometry_of = sample_factors(3, index), sample_factors(4, index)
        copied = attributes(copy_style(style_of=style_of, geometry_of=geometry_of))
        assert np.array_equal(copied[own], attributes(style_of)[own])


@pytest.mark.parametrize("index", range(8))
def test_the_mask_is_one_drawing_at_every_size(index: int) -> None:
    small, large = render(sample_factors(6, index), 64).mask, render(sample_factors(6, index), 256).mask
    blocks = large.reshape(64, 4, 64, 4).transpose(0, 2, 1, 3).reshape(64, 64, 16)
    # A pixel whose 3x3 neighbourhood is of one class lies off every boundary, where both sizes must agree.
    inner = cv2.erode(small, np.ones((3, 3), np.uint8)) == cv2.dilate(small, np.ones((3, 3), np.uint8))
    agreement = (blocks == small[..., None]).mean(axis=2)
    assert agreement[inner].mean() > 0.995
    assert agreement.mean() > 0.93


@pytest.mark.parametrize("index", range(6))
def test_image_boundaries_lie_on_mask_boundaries(index: int) -> None:
    factors = sample_factors(7, index)
    face = render(factors, 128)
    hue = face.image.astype(np.float32)
    cloth = face.mask == LABEL["cloth"]
    edge = cv2.dilate(cloth.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool) & ~cloth
    beside = edge & (face.mask == LABEL["background"])
    far = cv2.dilate(cloth.astype(np.uint8), np.ones((7, 7), np.uint8)).astype(bool) & (face.mask == 0) & ~edge
    inside = cv2.erode(cloth.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    assert beside.any()
    assert inside.any()
    step = np.abs(hue[inside].mean(axis=0) - hue[far].mean(axis=0)).max()
    assert np.abs(hue[beside].mean(axis=0) - hue[far].mean(axis=0)).max() < 0.6 * step + 12.0


def test_left_parts_lie_on_the_right_of_the_image() -> None:
    for index in range(20):
        mask = render(sample_factors(8, index), 128).mask
        for left, right in (("l_eye", "r_eye"), ("l_brow", "r_brow"), ("l_ear", "r_ear")):
            left_x, right_x = np.nonzero(mask == LABEL[left])[1], np.nonzero(mask == LABEL[right])[1]
            if len(left_x) and len(right_x):
                assert left_x.mean() > right_x.mean()


@pytest.mark.integration
def test_smiles_raise_the_corners_of_the_mouth() -> None:
    lifts: dict[bool, list[float]] = {True: [], False: []}
    for index in range(60):
        factors = sample_factors(9, index)
        mask = render(factors, 128).mask
        rows, cols = np.nonzero(np.isin(mask, MOUTH_LABELS))
        low, high = np.quantile(cols, (0.03, 0.97))
        corners = rows[(cols <= low) | (cols >= high)].mean()
        middle = rows[np.abs(cols - cols.mean()) < 3].mean()
        lifts[bool(attributes(factors)[ATTRIBUTES.index("Smiling")])].append(middle - corners)
    assert np.quantile(lifts[True], 0.1) > np.quantile(lifts[False], 0.9)


@pytest.mark.parametrize("name", KNOWN_ATTRIBUTES)
def test_known_attributes_are_balanced(table: np.ndarray, name: str) -> None:
    assert 0.03 <= share(table, name) <= 0.97


def test_attributes_of_the_protocols_are_well_balanced(table: np.ndarray) -> None:
    assert 0.35 <= share(table, "Smiling") <= 0.65
    assert 0.3 <= share(table, "Heavy_Makeup") <= 0.7
    assert 0.3 <= share(table, "No_Beard") <= 0.75


def test_unknown_attributes_are_never_claimed(table: np.ndarray) -> None:
    unknown = [position for position, name in enumerate(ATTRIBUTES) if name not in KNOWN_ATTRIBUTES]
    assert table.shape == (1000, 40)
    assert table.dtype == np.uint8
    assert not table[:, unknown].any()
