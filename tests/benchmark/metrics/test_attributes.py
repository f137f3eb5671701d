"""Attribute accuracy and preservation against cases worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from benchmark.metrics.attributes import (
    AttributeAccuracy,
    AttributeConsistency,
    AttributePreservation,
    attribute_agreement,
)
from benchmark.metrics.base import Judged
from methods.labels import ATTRIBUTES
from tests.benchmark.metrics.random_batches import random_batch

MALE, SMILING = ATTRIBUTES.index("Male"), ATTRIBUTES.index("Smiling")


def test_accuracy_is_the_mean_of_the_attributes_shares() -> None:
    scores, asked = torch.zeros(3, 40), torch.zeros(3, 40)
    asked[:, SMILING] = 1
    scores[:, SMILING] = torch.tensor([0.9, 0.51, 0.5])  # a half is not seen
    scores[:, MALE] = torch.tensor([0.9, 0.8, 0.7])
    metric = AttributeAccuracy()
    columns = metric.measure(
        random_batch(3, attribute_scores=scores, attributes=asked, requested_attributes=(MALE, SMILING))
    )
    assert metric.breakdown(columns) == {"Male": 0, "Smiling": pytest.approx(2 / 3)}
    assert metric.summarise(columns, np.ones(3)) == pytest.approx(1 / 3)
    assert metric.summarise(columns, np.array([1.0, 1, 0])) == pytest.approx(1 / 2)


def test_preservation_looks_at_the_target_and_not_at_what_was_asked() -> None:
    batch = random_batch(kept_attributes=tuple(range(40)))
    kept = random_batch(attribute_scores=batch.tasks.target.attributes, kept_attributes=tuple(range(40)))
    columns = AttributePreservation().measure(kept)
    assert AttributePreservation().summarise(columns, np.ones(6)) == 1
    asked = random_batch(attribute_scores=1 - batch.tasks.target.attributes, kept_attributes=(3, 4))
    assert set(AttributePreservation().measure(asked)) == {ATTRIBUTES[3], ATTRIBUTES[4]}
    assert AttributePreservation().summarise(AttributePreservation().measure(asked), np.ones(6)) == 0


def test_consistency_asks_the_judge_of_the_target_too_and_no_annotation() -> None:
    before, after = torch.zeros(4, 40), torch.zeros(4, 40)
    before[:, MALE] = torch.tensor([0.9, 0.9, 0.1, 0.1])
    after[:, MALE] = torch.tensor([0.6, 0.4, 0.6, 0.4])
    targets = Judged.of(torch.empty(0), before, torch.empty(0))
    batch = random_batch(4, attribute_scores=after, judged_targets=targets, kept_attributes=(MALE, SMILING))
    metric = AttributeConsistency()
    columns = metric.measure(batch)
    np.testing.assert_array_equal(columns["Male"], [1, 0, 0, 1])
    assert metric.summarise(columns, np.ones(4)) == pytest.approx((0.5 + 1) / 2)


def test_no_kept_attribute_gives_no_number() -> None:
    metric = AttributePreservation()
    metric.process(range(6), [{"batch": random_batch(kept_attributes=())}])
    columns = metric.evaluate(6)
    assert math.isnan(metric.summarise(columns, np.ones(6)))
    assert metric.breakdown(columns) == {}


def test_a_score_the_judge_did_not_give_is_left_out() -> None:
    scores = np.full((2, 40), np.nan)
    scores[0, SMILING] = 1
    columns = attribute_agreement(scores, np.ones((2, 40)), (MALE, SMILING))
    np.testing.assert_array_equal(columns["Smiling"], [1, np.nan])
    assert AttributeAccuracy().breakdown(columns) == {"Smiling": 1}
    assert AttributeAccuracy().summarise(columns, np.ones(2)) == 1


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        attribute_agreement(np.zeros((2, 40)), np.zeros((3, 40)), (0,))
