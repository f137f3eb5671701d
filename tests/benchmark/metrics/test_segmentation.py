"""Pixel accuracy and mIoU against cases worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from benchmark.metrics.segmentation import SegAccuracy, SegMIoU, intersections_and_unions, pixel_accuracy
from methods.labels import LABELS
from tests.benchmark.metrics.random_batches import random_batch

label_maps = arrays.arrays(np.uint8, (3, 4, 4), elements=st.integers(0, 18))


def columns_of(parsed: np.ndarray, asked: np.ndarray) -> dict[str, np.ndarray]:
    intersection, union = intersections_and_unions(parsed, asked)
    columns = {f"intersection/{label}": intersection[:, each] for each, label in enumerate(LABELS)}
    return columns | {f"union/{label}": union[:, each] for each, label in enumerate(LABELS)}


def test_a_case_worked_by_hand() -> None:
    # asked: skin and hair; parsed: one skin pixel of the first task is hair, one hair pixel of the second a hat.
    asked = np.array([[[1, 1], [13, 13]], [[1, 1], [13, 13]]], dtype=np.uint8)
    parsed = np.array([[[1, 13], [13, 13]], [[1, 1], [14, 13]]], dtype=np.uint8)
    assert pixel_accuracy(parsed, asked).tolist() == [0.75, 0.75]
    columns = columns_of(parsed, asked)
    assert SegMIoU().breakdown(columns) == {"skin": 3 / 4, "hair": 3 / 5, "hat": 0.0}
    assert SegMIoU().summarise(columns, np.ones(2)) == pytest.approx((3 / 4 + 3 / 5 + 0) / 3)
    assert SegMIoU().summarise(columns, np.array([1.0, 0])) == pytest.approx((1 / 2 + 2 / 3) / 2)


def test_pixels_are_pooled_before_the_division() -> None:
    asked = np.zeros((2, 1, 10), dtype=np.uint8)
    asked[0], asked[1, 0, :1] = 1, 1
    parsed = asked.copy()
    parsed[1, 0, 0] = 0
    assert SegMIoU().breakdown(columns_of(parsed, asked))["skin"] == 10 / 11


def test_labels_that_neither_mask_shows_do_not_count() -> None:
    same = np.full((1, 3, 3), 2, dtype=np.uint8)
    assert SegMIoU().breakdown(columns_of(same, same)) == {"nose": 1.0}


def test_no_weight_gives_no_number() -> None:
    same = np.zeros((2, 3, 3), dtype=np.uint8)
    assert math.isnan(SegMIoU().summarise(columns_of(same, same), np.zeros(2)))


@pytest.mark.integration
@given(label_maps, label_maps)
def test_both_are_symmetric_bounded_and_blind_to_where_pixels_lie(parsed: np.ndarray, asked: np.ndarray) -> None:
    metric = SegMIoU()
    value = metric.summarise(columns_of(parsed, asked), np.ones(3))
    assert 0 <= value <= 1
    assert value == metric.summarise(columns_of(asked, parsed), np.ones(3))
    assert value == metric.summarise(columns_of(parsed[:, ::-1], asked[:, ::-1]), np.ones(3))
    intersection, union = intersections_and_unions(parsed, asked)
    assert (intersection <= union).all()
    np.testing.assert_allclose(intersection.sum(axis=1) / 16, pixel_accuracy(parsed, asked))


@given(label_maps)
def test_the_asked_mask_itself_is_perfect(asked: np.ndarray) -> None:
    assert SegMIoU().summarise(columns_of(asked, asked), np.ones(3)) == 1
    assert (pixel_accuracy(asked, asked) == 1).all()


@pytest.mark.parametrize("score", [pixel_accuracy, intersections_and_unions])
def test_shapes_that_do_not_fit_are_refused(score: object) -> None:
    with pytest.raises(ValueError, match="shape"):
        score(np.zeros((2, 4, 4), np.uint8), np.zeros((1, 4, 4), np.uint8))  # type: ignore[operator]


def test_unknown_labels_are_refused() -> None:
    with pytest.raises(ValueError, match=r"outside 0\.\.18"):
        intersections_and_unions(np.full((1, 2, 2), 255, np.uint8), np.zeros((1, 2, 2), np.uint8))


def test_the_metrics_compare_with_the_mask_that_was_asked_for() -> None:
    batch = random_batch()
    parsed, asked = batch.parsed.numpy(), batch.tasks.mask.numpy()
    np.testing.assert_array_equal(SegAccuracy().measure(batch)["value"], pixel_accuracy(parsed, asked))
    columns, expected = SegMIoU().measure(batch), columns_of(parsed, asked)
    assert list(columns) == list(expected)
    for name, values in expected.items():
        np.testing.assert_array_equal(columns[name], values)
