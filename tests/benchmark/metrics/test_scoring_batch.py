"""What a metric sees of a batch: images in both forms, each converted once for all metrics."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch

import benchmark.metrics.base as base
from benchmark.images.convert import image_array, image_tensor
from benchmark.metrics.base import ScoringBatch
from benchmark.metrics.pixel import PSNRBackground, PSNROracle, PSNRRegion, SSIMBackground, SSIMOracle
from benchmark.metrics.region_color import StyleColor, StyleColorUnseen
from tests.benchmark.metrics.random_batches import random_batch

OF_PIXELS = (PSNROracle, PSNRRegion, PSNRBackground, SSIMOracle, SSIMBackground, StyleColor, StyleColorUnseen)


@pytest.fixture
def converted(monkeypatch: pytest.MonkeyPatch) -> Counter[int]:
    """How often each tensor of images was quantised."""
    counts: Counter[int] = Counter()

    def counted(images: torch.Tensor) -> np.ndarray:
        counts[images.data_ptr()] += 1
        return image_array(images)

    monkeypatch.setattr(base, "image_array", counted)
    return counts


def test_both_forms_of_every_image_are_the_same_levels() -> None:
    batch = random_batch(size=16)
    tasks = batch.tasks
    for pixels, tensor in (
        (batch.output_pixels, batch.output),
        (batch.target_pixels, tasks.target.image),
        (batch.source_pixels, tasks.source.image),
        (batch.oracle_pixels, tasks.oracle),
    ):
        assert (pixels.shape, pixels.dtype) == ((6, 16, 16, 3), np.uint8)
        np.testing.assert_array_equal(image_tensor(pixels), tensor)
    assert random_batch(oracle=None).oracle_pixels is None


def test_all_metrics_of_pixels_quantise_each_image_once(converted: Counter[int]) -> None:
    batch = random_batch()
    for metric in OF_PIXELS:
        metric().measure(batch)
    tasks = batch.tasks
    assert converted == {tasks.target.image.data_ptr(): 1, tasks.oracle.data_ptr(): 1}


def test_tasks_without_background_are_not_compared(converted: Counter[int]) -> None:
    batch = random_batch(region=torch.ones(6, 16, 16, dtype=torch.bool))
    for metric in (PSNRBackground, SSIMBackground):
        assert np.isnan(metric().measure(batch)["value"]).all()
    assert not converted


def test_what_metrics_share_is_computed_once_per_batch() -> None:
    calls = []

    def count(batch: ScoringBatch) -> int:
        calls.append(batch)
        return len(batch)

    batch = random_batch(number=3)
    assert [batch.cached(count), batch.cached(count)] == [3, 3]
    assert calls == [batch]
    other = replace(batch, output_pixels=255 - batch.output_pixels)
    other.cached(count)
    assert len(calls) == 2
    np.testing.assert_allclose(other.output, -batch.output, atol=1e-6)
