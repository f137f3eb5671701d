"""Diversity: the mean distance over pairs of one mask, whatever the batches."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
import torch

from benchmark.metrics.base import ScoringBatch
from benchmark.metrics.diversity import Diversity, DiversityJudge, mean_to_partners, pairs_of
from benchmark.metrics.lpips_network import perceptual
from benchmark.weights.resources import MetricUnavailable, Resources
from tests.benchmark.metrics.random_batches import part_of, random_batch


def of_two_masks(size: int = 64) -> ScoringBatch:
    """Six tasks: three styles on one mask, then three on another."""
    mask = torch.zeros(6, size, size, dtype=torch.uint8)
    mask[3:] = 1
    return random_batch(6, size, mask=mask)


PAIRS = [*combinations(range(3), 2), *combinations(range(3, 6), 2)]


def test_pairs_share_a_mask_and_not_a_style() -> None:
    one = np.zeros(1)
    seen = [(b"a", "1", one), (b"b", "1", one), (b"a", "2", one), (b"a", "1", one), (b"b", "3", one), (b"c", "4", one)]
    assert pairs_of(seen).tolist() == [[0, 2], [2, 3], [1, 4]]
    assert pairs_of(seen[:2]).shape == (0, 2)


def test_a_task_without_partner_has_no_figure() -> None:
    found = mean_to_partners(4, np.array([[0, 1], [0, 3]]), np.array([1.0, 3.0]))
    np.testing.assert_array_equal(found, [2, 1, np.nan, 3])


def test_judge_distances_are_the_mean_over_pairs() -> None:
    batch = of_two_masks()
    features = batch.features.numpy()
    expected = np.mean([np.linalg.norm(features[one] - features[other]) for one, other in PAIRS])
    metric = DiversityJudge()
    columns = metric.measure(batch)
    assert metric.summarise(columns, np.ones(6)) == pytest.approx(expected, rel=1e-6)


@pytest.mark.integration
def test_lpips_is_the_mean_over_pairs_in_whatever_batches(resources: Resources) -> None:
    batch = of_two_masks()
    network = perceptual(resources)
    one, other = (batch.output[[pair[side] for pair in PAIRS]] for side in (0, 1))
    expected = network.distances(one, other).mean()
    metric = Diversity()
    metric.prepare(resources)
    for rows in (slice(2, 5), slice(5, 6), slice(0, 2)):
        metric.process(range(6)[rows], [{"batch": part_of(batch, rows)}])
    columns = metric.evaluate(6)
    assert metric.summarise(columns, np.ones(6)) == pytest.approx(expected, rel=1e-6)


def test_equal_outputs_have_no_diversity(resources: Resources) -> None:
    batch = of_two_masks()
    same = replace(batch, output_pixels=batch.output_pixels[:1].repeat(6, axis=0))
    metric = Diversity()
    metric.prepare(resources)
    np.testing.assert_array_equal(metric.measure(same)["value"], 0)


def test_where_every_mask_is_asked_for_once_there_is_no_figure() -> None:
    metric = DiversityJudge()
    assert math.isnan(metric.summarise(metric.measure(random_batch()), np.ones(6)))
    assert "protocols.style-copy.styles" in metric.inapplicable


def test_small_images_are_refused_before_they_are_kept(resources: Resources) -> None:
    metric = Diversity()
    metric.prepare(resources)
    with pytest.raises(MetricUnavailable, match="64 pixels a side or more"):
        metric.process(range(6), [{"batch": random_batch(6, 32)}])
