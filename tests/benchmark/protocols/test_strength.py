"""Edits that go part of the way: masks between two others, and what attribute-transfer gives at a strength."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.datasets.rendered_faces.dataset import RenderedFaces
from benchmark.protocols import requested_edits
from benchmark.protocols.attribute_transfer import AttributeTransfer
from benchmark.protocols.ground_truth import TrueEdits
from benchmark.protocols.masks_between import masks_between
from benchmark.results.task_scores import tasks_sha256
from methods.base import EditBatch
from methods.shared.hints import outlines


@pytest.fixture(scope="module")
def rendered(cache: Path) -> RenderedFaces:
    return RenderedFaces(None, 64, cache / "faces", train=1, val=1, test=36)


def smiles(faces: RenderedFaces, **options: Any) -> EditBatch:
    protocol = AttributeTransfer(**{"count": 6, **options})
    return protocol.batch(faces, protocol.tasks(faces, seed=0), hints=True)


@given(seed=st.integers(0, 10_000), strength=st.floats(0, 1))
@settings(max_examples=40, deadline=None)
def test_masks_between_begin_and_end_as_their_ends_do(seed: int, strength: float) -> None:
    draw = torch.Generator().manual_seed(seed)
    blocks = torch.randint(0, 4, (2, 2, 4, 4), generator=draw).to(torch.uint8)
    start, end = blocks.repeat_interleave(4, 2).repeat_interleave(4, 3)
    assert torch.equal(masks_between(start, end, 0.0), start)
    assert torch.equal(masks_between(start, end, 1.0), end)
    between = masks_between(start, end, strength)
    assert torch.equal(between[start == end], start[start == end])
    assert torch.equal(masks_between(start, start, strength), start)


def test_a_boundary_moves_in_proportion_and_a_part_grows_from_its_core() -> None:
    start, end, nothing = torch.zeros(3, 1, 32, 32, dtype=torch.uint8)
    start[..., :8], end[..., :16] = 1, 1
    widths = [int(masks_between(start, end, strength)[0, 0].sum()) for strength in (0.25, 0.5, 0.75, 1.25)]
    assert widths == [10, 12, 14, 18]
    end[..., 4:25, 10:31] = 2
    areas = [int((masks_between(nothing, end, strength) == 2).sum()) for strength in (0.0, 0.4, 0.7, 1.0)]
    assert areas == sorted(set(areas))
    assert masks_between(nothing, end, 0.4)[0, 14, 20] == 2


def test_a_whole_map_of_one_part_gives_way_to_another() -> None:
    whole, other = torch.zeros(1, 8, 8, dtype=torch.uint8), torch.ones(1, 8, 8, dtype=torch.uint8)
    assert torch.equal(masks_between(whole, other, 0.1), whole)
    assert torch.equal(masks_between(whole, other, 1.0), other)


def test_at_strength_1_nothing_is_new(rendered: RenderedFaces) -> None:
    protocol = AttributeTransfer(count=6)
    table = protocol.tasks(rendered, seed=0)
    assert "task_variation" not in table
    assert "of the way" not in protocol.rule
    tasks = protocol.batch(rendered, table)
    rows = (table[column].to_numpy() for column in ("target_row", "source_row"))
    plain = requested_edits.requested_edits(rendered, *rows, "Smiling")
    for name in ("mask", "attributes", "region", "oracle"):
        assert torch.equal(getattr(tasks, name), getattr(plain, name)), name
    assert (tasks.sketch, tasks.colour) == (None, None)
    assert tasks.strength is not None
    assert tasks.strength.tolist() == [1.0] * 6


@pytest.mark.parametrize("strength", [0.0, 0.5, 1.5])
def test_at_another_strength_masks_go_as_far_and_true_edits_are_not_known(
    rendered: RenderedFaces, strength: float
) -> None:
    whole, tasks = smiles(rendered), smiles(rendered, strength=strength)
    assert tasks.strength is not None
    assert tasks.strength.tolist() == [strength] * 6
    assert tasks.oracle is None
    assert torch.equal(tasks.mask, masks_between(whole.target.mask, whole.mask, strength))
    assert tasks.region[tasks.mask != tasks.target.mask].all()
    assert tasks.region[whole.region].all()
    assert torch.equal(tasks.attributes, whole.attributes)


def test_tables_of_other_strengths_are_other_tables(rendered: RenderedFaces) -> None:
    protocols = [AttributeTransfer(count=6, strength=strength) for strength in (0.5, 1.0, 1.5)]
    tables = [protocol.tasks(rendered, seed=0) for protocol in protocols]
    assert len({tasks_sha256(table) for table in tables}) == 3
    assert "edits are to go 0.5 of the way, and so do masks" in protocols[0].rule
    assert list(tables[0]["task_variation"].unique()) == ["strength 0.5"]
    for strength in (-0.5, float("nan"), float("inf")):
        with pytest.raises(ValueError, match=f"strength is {strength}; it must be 0 or more"):
            AttributeTransfer(strength=strength)


def test_an_attribute_without_a_mask_has_a_strength_and_no_hints(
    rendered: RenderedFaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requested_edits, "true_edits", lambda *_: None)
    tasks = smiles(rendered, attribute="Pale_Skin", strength=0.5)
    assert set(tasks.lacks) == {"mask", "sketch", "colour"}
    assert (tasks.sketch, tasks.colour) == (None, None)
    assert tasks.strength is not None
    assert tasks.strength.tolist() == [0.5] * 6


def test_hints_are_outlines_of_the_requested_mask_and_colours_of_the_target(
    rendered: RenderedFaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = smiles(rendered)
    assert tasks.sketch is not None
    assert tasks.colour is not None
    assert torch.equal(tasks.sketch, outlines(tasks.mask, tasks.region))
    assert tasks.sketch.sum() > 0
    label = int(tasks.mask[0][tasks.region[0]].mode().values)
    within = tasks.region[0] & (tasks.mask[0] == label)
    own = tasks.target.image[0][:, tasks.target.mask[0] == label].numpy()
    np.testing.assert_allclose(tasks.colour[0][:, within].numpy().T, [np.median(own, axis=1)] * int(within.sum()))

    known = requested_edits.true_edits

    def of_other_pixels(*words: Any) -> TrueEdits:
        truth = known(*words)
        assert truth is not None
        return replace(truth, image=-truth.image)

    monkeypatch.setattr(requested_edits, "true_edits", of_other_pixels)
    monkeypatch.setattr(requested_edits, "_true_region", lambda *_: tasks.region)
    assert torch.equal(smiles(rendered).colour, tasks.colour)
    assert torch.equal(smiles(rendered).sketch, tasks.sketch)
