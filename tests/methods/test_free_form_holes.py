"""Free-form holes: what strokes and boxes hide, and what decides them."""

import cv2
import numpy as np
import pytest
import torch

from methods.shared.free_form_holes import box_hole, free_form_holes, stroke, stroke_hole

SIZES = (64, 256)


@pytest.mark.parametrize("size", SIZES)
def test_a_stroke_is_one_connected_piece_of_bounded_width(size: int) -> None:
    draw = np.random.default_rng(0)
    for _ in range(20):
        painted = stroke(draw, size).astype(np.uint8)
        assert painted.shape == (size, size)
        assert cv2.connectedComponents(painted)[0] == 2, "the stroke and the rest"
        # the largest disc inside a stroke is wider than the brush only where parts of it overlap
        assert cv2.distanceTransform(np.pad(painted, 1), cv2.DIST_L2, 5).max() >= 12 / 256 * size / 2 - 1


def test_strokes_scale_with_the_image() -> None:
    shares = {
        size: np.mean([stroke_hole(np.random.default_rng(seed), size).mean() for seed in range(60)]) for size in SIZES
    }
    assert abs(shares[64] - shares[256]) < 0.03
    assert 0.05 < shares[256] < 0.4


@pytest.mark.parametrize("size", SIZES)
def test_a_box_has_half_the_side_less_a_margin(size: int) -> None:
    draw = np.random.default_rng(0)
    sides = set()
    for _ in range(300):
        hole = box_hole(draw, size)
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
