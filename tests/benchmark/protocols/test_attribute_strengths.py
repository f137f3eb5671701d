"""Attribute transfer at several strengths: the pairs of attribute-transfer, each at every strength, in one region."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch

from benchmark.datasets.rendered_faces.dataset import RenderedFaces
from benchmark.protocols.attribute_strengths import AttributeStrengths
from benchmark.protocols.attribute_transfer import AttributeTransfer
from benchmark.results.task_groups import STRENGTH
from benchmark.results.task_scores import VARIATION, tasks_sha256

STRENGTHS = [0.0, 0.5, 1.0, 1.5]


@pytest.fixture(scope="module")
def rendered(cache: Path) -> RenderedFaces:
    return RenderedFaces(None, 64, cache / "faces", train=1, val=1, test=36)


@pytest.mark.integration
def test_every_pair_of_attribute_transfer_comes_once_at_each_strength(rendered: RenderedFaces) -> None:
    protocol = AttributeStrengths(count=5, strengths=STRENGTHS)
    table, pairs = protocol.tasks(rendered, seed=0), AttributeTransfer(count=5).tasks(rendered, seed=0)
    assert list(table[STRENGTH]) == STRENGTHS * len(pairs)
    for column in ("target", "source", "attribute"):
        assert list(table[column][::4]) == list(pairs[column])
    assert table[VARIATION][1] == "strength 0.5"
    assert "every pair comes at strengths 0, 0.5, 1, 1.5" in protocol.rule
    assert protocol.requested_attributes == ("Smiling",)
    pd.testing.assert_frame_equal(protocol.tasks(rendered, seed=0, limit=7), table.head(4))
    others = AttributeStrengths(count=5, strengths=[0.0, 0.5, 1.0]).tasks(rendered, seed=0)
    assert tasks_sha256(others) != tasks_sha256(table)


@pytest.mark.integration
def test_masks_go_as_far_as_the_strength_and_regions_are_one_along_a_curve(rendered: RenderedFaces) -> None:
    protocol = AttributeStrengths(count=4, strengths=STRENGTHS)
    tasks = protocol.batch(rendered, protocol.tasks(rendered, seed=0), hints=True)
    assert tasks.strength is not None
    assert tasks.strength.tolist() == STRENGTHS * 4
    assert tasks.oracle is None
    assert tasks.sketch is not None
    for place, strength in enumerate(STRENGTHS):
        alone = AttributeTransfer(count=4, strength=strength)
        same = alone.batch(rendered, alone.tasks(rendered, seed=0))
        assert torch.equal(tasks.mask[place::4], same.mask)
        assert torch.equal(tasks.attributes[place::4], same.attributes)
        assert torch.equal(tasks.target.image[place::4], same.target.image)
        assert tasks.instructions[place::4] == same.instructions
    assert torch.equal(tasks.mask[::4], tasks.target.mask[::4])
    assert torch.equal(tasks.region, tasks.region[torch.arange(len(tasks)) // 4 * 4])
    assert tasks.region[tasks.mask != tasks.target.mask].all()


def test_tasks_are_the_same_whatever_others_a_batch_has(rendered: RenderedFaces) -> None:
    protocol = AttributeStrengths(count=4, strengths=STRENGTHS)
    table = protocol.tasks(rendered, seed=0)
    whole, part = protocol.batch(rendered, table), protocol.batch(rendered, table.iloc[[13, 2, 14]])
    for name in ("mask", "region", "strength", "attributes"):
        assert torch.equal(getattr(part, name), getattr(whole, name)[[13, 2, 14]]), name


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"strengths": []}, "strengths is []; it has one or more, each 0 or more"),
        ({"strengths": [1.0, 0.5]}, "they are in ascending order, none twice"),
        ({"attribute": "all"}, "attribute is all; it must be one attribute"),
        ({"count": 0}, "count is 0"),
    ],
)
def test_what_cannot_be_drawn_is_refused(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=r"^.*") as refused:
        AttributeStrengths(**options)
    assert sentence in str(refused.value)
