"""The simulated hand: no error at strength 0, growing ones above, and labels that stay consistent beside them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmark.datasets.rendered_faces.dataset import RenderedFaces
from benchmark.protocols.mask_edit_options import Hand
from benchmark.protocols.mask_parts import PARTS, Mask, nearest_labels, shows
from benchmark.protocols.simulated_hand import drawn_mask
from methods.labels import LABELS, MOUTH_LABELS

STRENGTHS = (0.25, 0.5, 1, 2)
STEADY = Hand(jitter=0, smoothing=0, polygon=0, shift=0, scale=0, spills=0, holes=0, blunder=9)
SKIN, BACKGROUND = LABELS.index("skin"), 0


@pytest.fixture(scope="module")
def masks(tmp_path_factory: pytest.TempPathFactory) -> list[Mask]:
    faces = RenderedFaces(None, 64, tmp_path_factory.mktemp("faces"), train=1, val=1, test=24)
    return [faces.packed.masks[row] for row in faces.rows("test")]


def wrong(part: str, mask: Mask, strength: float, seed: str, hand: Hand | None = None) -> float:
    return float((drawn_mask(mask, PARTS[part], strength, seed, hand or Hand()) != mask).mean())


@pytest.mark.parametrize("part", PARTS)
def test_strength_0_is_the_true_mask_bit_for_bit(part: str, masks: list[Mask]) -> None:
    for number, mask in enumerate(masks):
        drawn = drawn_mask(mask, PARTS[part], 0, str(number), Hand())
        assert np.array_equal(drawn, mask)
        assert drawn is not mask


@pytest.mark.parametrize("part", PARTS)
def test_a_steady_hand_draws_the_true_mask(part: str, masks: list[Mask]) -> None:
    assert [wrong(part, mask, 1, "a", STEADY) for mask in masks] == [0] * len(masks)


@pytest.mark.parametrize("part", PARTS)
def test_errors_grow_with_strength(part: str, masks: list[Mask]) -> None:
    shown = [mask for mask in masks if shows(mask, PARTS[part])]
    errors = np.array(
        [[wrong(part, mask, strength, str(number)) for strength in STRENGTHS] for number, mask in enumerate(shown)]
    )
    assert (np.diff(errors.mean(axis=0), prepend=0) > 0).all()
    assert (np.diff(errors, axis=1) >= 0).mean() > 0.9  # the same errors, scaled: nearly so for every mask


@pytest.mark.parametrize("error", ["jitter", "smoothing", "polygon", "shift", "scale", "spills", "holes", "blunder"])
def test_every_kind_of_error_alone_makes_some(error: str, masks: list[Mask]) -> None:
    hand = replace(STEADY, **{error: 1 if error == "blunder" else getattr(Hand(), error)})
    assert np.mean([wrong("hair", mask, 2, str(number), hand) for number, mask in enumerate(masks)]) > 0


def test_a_drawing_is_decided_by_its_seed(masks: list[Mask]) -> None:
    one, again, other = (drawn_mask(masks[0], PARTS["mouth"], 1, seed, Hand()) for seed in ("a", "a", "b"))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


@pytest.mark.integration
@pytest.mark.parametrize("strength", STRENGTHS)
def test_what_is_no_part_of_the_drawing_stays(strength: float, masks: list[Mask]) -> None:
    for name, part in PARTS.items():
        may_change = [*part.labels, *part.behind, *part.before]
        for number, mask in enumerate(masks):
            drawn = drawn_mask(mask, part, strength, str(number), Hand())
            changed = drawn != mask
            assert np.isin(mask[changed], may_change).all(), name
            assert np.isin(drawn[changed], [*part.labels, *part.behind]).all(), name


def test_what_a_mouth_uncovers_is_skin_and_what_hair_uncovers_is_what_lies_next_to_it(masks: list[Mask]) -> None:
    mask = np.full((32, 32), BACKGROUND, np.uint8)
    mask[8:28, 8:24] = SKIN
    mask[20:24, 12:20] = MOUTH_LABELS[0]
    drawn = drawn_mask(mask, PARTS["mouth"], 1, "a", replace(STEADY, shift=0.2))
    assert set(np.unique(drawn)) == {BACKGROUND, SKIN, MOUTH_LABELS[0]}
    assert (drawn[(mask == MOUTH_LABELS[0]) & (drawn != MOUTH_LABELS[0])] == SKIN).all()
    hair = LABELS.index("hair")
    mask[4:12, 6:26] = hair
    behind = nearest_labels(mask, PARTS["hair"].behind)
    assert behind[4, 16] == BACKGROUND
    assert behind[11, 16] == SKIN


def test_at_the_highest_strength_an_eye_is_missing_or_drawn_twice(masks: list[Mask]) -> None:
    eyes, hand = PARTS["eyes"], replace(STEADY, blunder=2)
    seen = set()
    for number, mask in enumerate(masks):
        assert wrong("eyes", mask, 1.9, str(number), hand) == 0
        drawn = drawn_mask(mask, eyes, 2, str(number), hand)
        sizes = [((drawn == eye).sum(), (mask == eye).sum()) for eye in eyes.labels]
        changed = [(found, true) for found, true in sizes if found != true]
        missing, doubled = any(found == 0 for found, _ in changed), any(found > true for found, true in changed)
        assert missing != doubled
        seen.add("missing" if missing else "doubled")
    assert seen == {"missing", "doubled"}


def test_a_part_that_is_not_there_is_not_drawn() -> None:
    mask = np.full((16, 16), SKIN, np.uint8)
    assert np.array_equal(drawn_mask(mask, PARTS["glasses"], 2, "a", Hand()), mask)


@pytest.mark.integration
@pytest.mark.parametrize("size", [32, 128])
def test_a_hand_is_the_same_at_every_size(size: int, tmp_path: Path, masks: list[Mask]) -> None:
    faces = RenderedFaces(None, size, tmp_path, train=1, val=1, test=24)
    here = np.mean([wrong("face outline", faces.packed.masks[row], 1, str(row)) for row in faces.rows("test")])
    there = np.mean([wrong("face outline", mask, 1, str(number + 2)) for number, mask in enumerate(masks)])
    assert here == pytest.approx(there, rel=0.25)
