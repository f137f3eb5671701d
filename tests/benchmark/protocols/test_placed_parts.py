"""Masks of glasses, hats, earrings, necklaces and open mouths: the source's part where the target's face puts it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from benchmark.datasets.celebamask_hq.dataset import CelebAMaskHQ
from benchmark.protocols.attribute_transfer import AttributeTransfer
from benchmark.protocols.placed_parts import PARTS, landmarks, similarity, with_part_of
from methods.labels import LABELS, MOUTH_LABELS
from tests.places import ROOT

SLICE = ROOT / "../shared/celebamask-hq-mini"
LABEL = {name: number for number, name in enumerate(LABELS)}
SIZE = 96


def face(
    scale: float = 1.0, x: float = 48, y: float = 44, **parts: tuple[float, float, float, float]
) -> NDArray[np.uint8]:
    """A mask of boxes (x0, y0, x1, y1) in units of the face around its centre, later ones over earlier ones."""
    boxes = {
        "hair": (-30, -36, 30, 0),
        "skin": (-22, -26, 22, 34),
        "neck": (-10, 34, 10, 48),
        "nose": (-3, -4, 3, 6),
        "u_lip": (-8, 14, 8, 17),
        "l_lip": (-8, 17, 8, 20),
        **parts,
        "r_eye": (-14, -10, -6, -6),  # seen through glasses
        "l_eye": (6, -10, 14, -6),
    }
    mask = np.zeros((SIZE, SIZE), np.uint8)
    for name, (left, top, right, bottom) in boxes.items():
        rows = slice(max(0, round(y + scale * top)), round(y + scale * bottom))
        mask[rows, max(0, round(x + scale * left)) : round(x + scale * right)] = LABEL[name]
    return mask


def test_landmarks_are_the_centres_of_eyes_and_mouth() -> None:
    found = landmarks(face())
    assert found is not None
    assert np.allclose(found, [57.5 + 35.5j, 37.5 + 35.5j, 47.5 + 60.5j])
    blind = face()
    blind[blind == LABEL["l_eye"]] = LABEL["skin"]
    assert landmarks(blind) is None


@settings(max_examples=50, deadline=None)
@given(
    turn=st.floats(-1, 1),
    scale=st.floats(0.5, 2),
    x=st.floats(-30, 30),
    y=st.floats(-30, 30),
)
def test_any_similarity_is_found_again(turn: float, scale: float, x: float, y: float) -> None:
    points = np.array([30 + 40j, 60 + 41j, 44 + 70j])
    moved = scale * np.exp(1j * turn) * points + complex(x, y)
    matrix = similarity(points, moved)
    ends = matrix @ np.stack([points.real, points.imag, np.ones(3)])
    assert np.allclose(ends[0] + 1j * ends[1], moved)


def test_glasses_are_the_sources_moved_and_scaled_with_the_face() -> None:
    source = face(eye_g=(-16, -12, 16, -4))
    target = face(scale=0.75, x=40, y=50)
    mask = with_part_of(PARTS["Eyeglasses"], target, source)
    rows, columns = np.nonzero(mask == LABEL["eye_g"])
    assert abs(rows.mean() - (50 - 0.75 * 8)) < 1.5
    assert abs(columns.mean() - 40) < 1.5
    assert abs((columns.max() - columns.min() + 1) - 24) <= 2
    assert (mask == target)[mask != LABEL["eye_g"]].all()


def test_glasses_stay_behind_hair() -> None:
    source, target = face(eye_g=(-28, -12, 28, -4)), face()
    mask = with_part_of(PARTS["Eyeglasses"], target, source)
    assert (mask == LABEL["eye_g"]).any()
    assert (mask[target == LABEL["hair"]] == LABEL["hair"]).all()


def test_a_hat_hides_the_hair_above_it() -> None:
    source, target = face(hat=(-26, -40, 26, -18)), face(hair=(-30, -44, 30, 0))
    low = face(hat=(-26, -30, 26, -18))
    mask = with_part_of(PARTS["Wearing_Hat"], target, low)
    covered = (mask == LABEL["hat"]).any(axis=0)
    first = (mask == LABEL["hat"]).argmax(axis=0)
    for column in np.flatnonzero(covered):
        assert (mask[: first[column], column] == LABEL["background"]).all()
    assert (mask == LABEL["hair"]).any()  # beside the hat
    assert (with_part_of(PARTS["Wearing_Hat"], target, source) == LABEL["hat"]).any()


def test_a_necklace_lies_on_neck_and_clothes_alone() -> None:
    source, target = face(neck_l=(-20, 36, 20, 40)), face()
    mask = with_part_of(PARTS["Wearing_Necklace"], target, source)
    worn = mask == LABEL["neck_l"]
    assert worn.any()
    assert np.isin(target[worn], [LABEL["neck"], LABEL["skin"], LABEL["cloth"]]).all()


def test_an_open_mouth_takes_the_place_of_the_closed_one() -> None:
    source, target = face(mouth=(-6, 16, 6, 18)), face(u_lip=(-12, 14, 12, 17))
    mask = with_part_of(PARTS["Mouth_Slightly_Open"], target, source)
    assert (mask == LABEL["mouth"]).any()
    freed = np.isin(target, MOUTH_LABELS) & ~np.isin(mask, MOUTH_LABELS)
    assert freed.any()
    assert (mask[freed] == LABEL["skin"]).all()


def test_a_face_without_eyes_takes_no_part() -> None:
    with pytest.raises(ValueError, match="placed by eyes and mouth"):
        with_part_of(PARTS["Eyeglasses"], np.ones((8, 8), np.uint8), face())


@pytest.mark.skipif(not SLICE.exists(), reason="the slice of CelebAMask-HQ is not on this machine")
@pytest.mark.slow
def test_photographs_take_every_part(tmp_path: Path) -> None:
    faces = CelebAMaskHQ(SLICE, 64, tmp_path)
    for name, part in PARTS.items():
        protocol = AttributeTransfer(attribute=name, count=8)
        batch = protocol.batch(faces, protocol.tasks(faces, seed=0))
        assert batch.lacks == {}
        masks, own = batch.mask.numpy(), batch.target.mask.numpy()
        assert (masks == part.shown).any(axis=(1, 2)).all(), name
        assert not ((masks != own) & ~batch.region.numpy()).any()
