"""Free-form holes: what strokes and boxes hide, and what decides them."""

from itertools import pairwise
from random import Random

import cv2
import numpy as np
import pytest
import torch

from methods.shared.free_form_holes import Hole, free_form_hole, free_form_holes, paint, paint_box, stroke

SIZES = (64, 256)


def _empty(size: int) -> Hole:
    return np.zeros((size, size), np.uint8)


@pytest.mark.parametrize("size", SIZES)
def test_a_stroke_is_one_piece_of_the_brush_in_the_image(size: int) -> None:
    chance = Random(0)
    for _ in range(20):
        segments, hole = list(stroke(chance, size)), _empty(size)
        assert 4 <= len(segments) <= 11
        assert all(one.end == other.start for one, other in pairwise(segments))
        (width,) = {segment.width for segment in segments}
        assert 12 / 256 * size - 1 <= width <= 39 / 256 * size + 1
        for segment in segments:
            paint(hole, segment)
        assert cv2.connectedComponents(hole)[0] == 2, "the stroke and the rest"
        places = np.array([segment.end for segment in segments])
        assert places.min() >= 0
        assert places.max() < size


def test_segments_turn_to_and_fro() -> None:
    for segments in (list(stroke(Random(seed), 4096)) for seed in range(40)):
        falls = [one.end[1] - one.start[1] for one in segments]
        inside = [(one, other) for one, other in pairwise(falls) if one and other]
        assert all((one > 0) != (other > 0) for one, other in inside)


def test_holes_scale_with_the_image() -> None:
    shares = {size: np.mean([free_form_hole(Random(seed), size).mean() for seed in range(60)]) for size in SIZES}
    assert abs(shares[64] - shares[256]) < 0.03
    assert 0.2 < shares[256] < 0.5


@pytest.mark.parametrize("size", SIZES)
def test_a_box_has_half_the_side_less_a_margin(size: int) -> None:
    chance, sides = Random(0), set()
    for _ in range(300):
        hole = _empty(size)
        paint_box(hole, chance)
        rows, columns = hole.any(axis=1).sum(), hole.any(axis=0).sum()
        assert hole.sum() == rows * columns
        sides |= {int(rows), int(columns)}
    assert max(sides) == size // 2
    assert min(sides) == size // 2 - 2 * (size // 16)


def test_torchs_seed_on_the_host_decides_the_holes_of_a_batch() -> None:
    torch.manual_seed(3)
    first, second = free_form_holes(4, 32), free_form_holes(4, 32)
    torch.manual_seed(3)
    assert torch.equal(free_form_holes(4, 32), first)
    assert not torch.equal(first, second)
    assert first.shape == (4, 32, 32)
    assert first.dtype == torch.bool
    assert first.device.type == "cpu"
    assert len({hole.numpy().tobytes() for hole in first}) == 4, "every face has a hole of its own"
