"""Transfer of several attributes: every one has the tasks that it has alone, and asks for what is possible."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from benchmark.datasets.hidden_attributes import HIDDEN_BY
from benchmark.datasets.rendered_faces.dataset import RenderedFaces
from benchmark.protocols.attribute_transfer import AttributeTransfer
from benchmark.protocols.implied_attributes import IMPLIED
from benchmark.protocols.task_batches import batches_of_tasks, joined
from benchmark.results.task_scores import tasks_sha256
from methods.labels import ATTRIBUTES
from tests.benchmark.protocols.test_protocols import DrawnFaces

SOME = ["Smiling", "Eyeglasses", "Black_Hair"]


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> RenderedFaces:
    return RenderedFaces(None, 32, tmp_path_factory.mktemp("packs"), train=1, val=1, test=120)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> DrawnFaces:
    return DrawnFaces(tmp_path_factory.mktemp("packs"), 21)


def column(faces: RenderedFaces, rows: pd.Series, name: str) -> np.ndarray:
    return np.asarray(faces.packed.attributes[rows.to_numpy(), ATTRIBUTES.index(name)])


@pytest.mark.integration
@pytest.mark.parametrize("attribute", [["Smiling"], "Smiling"])
def test_one_attribute_in_a_list_is_the_attribute_alone(attribute: str | list[str], rendered: RenderedFaces) -> None:
    alone, listed = AttributeTransfer(count=9), AttributeTransfer(attribute=attribute, count=9)
    pd.testing.assert_frame_equal(listed.tasks(rendered, seed=0), alone.tasks(rendered, seed=0))
    assert listed.rule == alone.rule
    assert alone.rule.endswith("; both masks show a mouth")
    assert listed.requested_attributes == ("Smiling",)


@pytest.mark.integration
def test_the_attributes_take_turns_and_have_the_pairs_that_each_has_alone(rendered: RenderedFaces) -> None:
    protocol = AttributeTransfer(attribute=SOME, count=7)
    table = protocol.tasks(rendered, seed=0)
    assert list(table["attribute"][:6]) == [*SOME, *SOME]
    assert list(table["task"]) == list(range(21))
    for name in SOME:
        alone = AttributeTransfer(attribute=name, count=7).tasks(rendered, seed=0)
        own = table[table["attribute"] == name]
        assert list(own["target"]) == list(alone["target"])
        assert list(own["source"]) == list(alone["source"])
        assert tasks_sha256(own.assign(task=range(7))) == tasks_sha256(alone)
        assert protocol.requested_of(name) == (name,)
    pd.testing.assert_frame_equal(protocol.tasks(rendered, seed=0, limit=5), table.head(5))
    assert "for each of Smiling, Eyeglasses, Black_Hair" in protocol.rule
    assert "no target is Bald, which hides it (Black_Hair)" in protocol.rule
    assert protocol.rule.endswith("; figures of single images are means over attributes")


def test_a_batch_of_several_attributes_is_that_of_each_in_the_order_of_its_rows(rendered: RenderedFaces) -> None:
    protocol = AttributeTransfer(attribute=SOME, count=3)
    table = protocol.tasks(rendered, seed=0)
    whole = protocol.batch(rendered, table)
    assert whole.transferred == tuple(table["attribute"])
    for rows in batches_of_tasks(table, 2):
        part, places = protocol.batch(rendered, rows), torch.tensor(rows["task"].to_numpy())
        assert rows["attribute"].nunique() == 1
        assert part.oracle is not None
        assert whole.oracle is not None
        assert torch.equal(part.oracle, whole.oracle[places])
        assert torch.equal(part.mask, whole.mask[places])
        assert torch.equal(part.region, whole.region[places])
        assert torch.equal(part.attributes, whole.attributes[places])
        assert part.target.ids == tuple(whole.target.ids[place] for place in places)


def test_tasks_that_transfer_no_attribute_join_those_that_do(rendered: RenderedFaces) -> None:
    table = AttributeTransfer(count=2).tasks(rendered, seed=0)
    one, other = (AttributeTransfer(count=2).batch(rendered, table.iloc[[row]]) for row in (0, 1))
    both = joined([replace(one, transferred=()), other], np.array([1, 0]))
    assert both.transferred == ("Smiling", "")
    assert len(both.instructions) == 2


@pytest.mark.integration
def test_all_known_attributes_of_rendered_faces_have_true_edits(rendered: RenderedFaces) -> None:
    protocol = AttributeTransfer(attribute="all", count=2)
    table = protocol.tasks(rendered, seed=0)
    assert protocol.requested_attributes == rendered.known_attributes
    assert len(protocol.requested_attributes) == 32
    for rows in batches_of_tasks(table, 64):
        name = rows["attribute"].iloc[0]
        batch = protocol.batch(rendered, rows)
        assert batch.oracle is not None, name
        assert (batch.attributes[:, ATTRIBUTES.index(name)] == 1).all(), name
        for other in HIDDEN_BY.get(name, ()):
            assert not column(rendered, rows["target_row"], other).any()
        kept = [ATTRIBUTES.index(each) for each in protocol.kept_of(rendered, name)]
        assert torch.equal(batch.attributes[:, kept], batch.target.attributes[:, kept]), name
        changed = (batch.oracle - batch.target.image).abs().amax(1) >= 8 / 127.5
        if name != "Smiling":  # whose region is that of the mouths
            assert not (changed & ~batch.region).any(), name
        assert not ((batch.mask != batch.target.mask) & ~batch.region).any()


def test_attributes_without_pairs_are_left_out_of_all_and_named(drawn: DrawnFaces) -> None:
    protocol = AttributeTransfer(attribute="all", count=4)
    table = protocol.tasks(drawn, seed=0)
    assert set(table["attribute"]) == {"Smiling", "Male", "No_Beard"}
    assert "left out for lack of pairs: Mouth_Slightly_Open" in protocol.rule


def test_photographs_have_no_mask_of_what_no_region_carries(drawn: DrawnFaces) -> None:
    protocol = AttributeTransfer(attribute=["Smiling", "No_Beard"], count=4)
    table = protocol.tasks(drawn, seed=0)
    smiles, shaved = (protocol.batch(drawn, table[table["attribute"] == name]) for name in ("Smiling", "No_Beard"))
    assert smiles.lacks == {}
    assert "no mask of No_Beard" in shaved.lacks["mask"]
    assert torch.equal(shaved.mask, shaved.target.mask)
    assert shaved.region.all()
    assert (shaved.attributes[:, ATTRIBUTES.index("No_Beard")] == 1).all()
    assert (shaved.attributes[:, ATTRIBUTES.index("Goatee")] == 0).all()
    assert shaved.oracle is None


def test_what_an_attribute_excludes_or_implies_is_not_kept(rendered: RenderedFaces) -> None:
    protocol = AttributeTransfer()
    for name, implied in IMPLIED.items():
        assert {name, *implied}.isdisjoint(protocol.kept_of(rendered, name))
    assert "Eyeglasses" in protocol.kept_of(rendered, "Bald")
    assert protocol.kept_of(rendered, "Eyeglasses") == tuple(
        name for name in rendered.known_attributes if name != "Eyeglasses"
    )


@pytest.mark.integration
def test_the_tasks_of_a_smile_are_those_of_every_earlier_version(tmp_path: Path) -> None:
    faces = RenderedFaces(None, 64, tmp_path, train=1, val=1, test=60)
    table = AttributeTransfer(count=40).tasks(faces, seed=0)
    assert tasks_sha256(table) == "b2a144da1b672be9fe0a0439b1ca49ce56bd3f3cfa8bc277552dade89d9909dd"
