"""Protocols: the tables are fixed and honest, and the requested masks follow the published rule."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.datasets.base import FaceDataset
from benchmark.datasets.packed import FaceRecord, content_key, packed_faces
from benchmark.datasets.rendered_faces.dataset import RenderedFaces
from benchmark.protocols.attribute_transfer import AttributeTransfer
from benchmark.protocols.base import Protocol
from benchmark.protocols.mouth_region import mouth_region, with_mouth_of
from benchmark.protocols.pose_matching import paired_in_rounds
from benchmark.protocols.reconstruction import Reconstruction
from benchmark.protocols.style_copy import STYLE_ATTRIBUTES, StyleCopy
from benchmark.results.task_scores import tasks_sha256
from methods.labels import ATTRIBUTES, LABELS, MOUTH_LABELS

SIZE = 16
SKIN, MOUTH, UPPER, LOWER = (LABELS.index(each) for each in ("skin", "mouth", "u_lip", "l_lip"))
SMILING = ATTRIBUTES.index("Smiling")
PROTOCOLS = (AttributeTransfer, StyleCopy, Reconstruction)


class DrawnFaces(FaceDataset):
    """Faces of one skin patch and one mouth each; every other one smiles. No true edit is known, as of photographs."""

    name = "drawn"
    known_attributes = ("Smiling", "Male", "No_Beard", "Mouth_Slightly_Open")

    def __init__(self, cache: Path, faces: int, poses: bool = False, lipless: tuple[int, ...] = (), order: int = 1):
        numbers = list(range(faces))[::order]

        def record(number: int) -> FaceRecord:
            draw = np.random.default_rng(number)
            mask = np.zeros((SIZE, SIZE), np.uint8)
            mask[2:14, 2:14] = SKIN
            if number not in lipless:
                mask[9, 5:10], mask[10, 6:9], mask[11, 5:10] = UPPER, MOUTH, LOWER
            attributes = (draw.random(40) < 0.5).astype(np.uint8)
            attributes[SMILING] = number % 2
            pose = np.array([number, 0, 0], np.float32) if poses else None
            image = draw.integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8)
            return FaceRecord(f"face{number}", "test" if number < faces - 1 else "train", image, mask, attributes, pose)

        key = content_key({"faces": faces, "poses": poses, "lipless": lipless, "order": order})
        self.packed = packed_faces(cache, key, SIZE, lambda: map(record, numbers), len(numbers))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("packs")


@pytest.fixture(scope="module")
def drawn(cache: Path) -> DrawnFaces:
    return DrawnFaces(cache, 21)


@pytest.fixture(scope="module")
def rendered(cache: Path) -> RenderedFaces:
    return RenderedFaces(None, 64, cache, train=1, val=1, test=30)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_table_is_a_function_of_faces_and_seed(protocol: type[Protocol], cache: Path, drawn: DrawnFaces) -> None:
    table = protocol(count=25).tasks(drawn, seed=3)
    again = protocol(count=25).tasks(drawn, seed=3)
    pd.testing.assert_frame_equal(table, again)
    other_rows = protocol(count=25).tasks(DrawnFaces(cache, 21, order=-1), seed=3)
    assert tasks_sha256(other_rows) == tasks_sha256(table)
    assert (other_rows["target_row"] != table["target_row"]).any()
    assert tasks_sha256(protocol(count=25).tasks(drawn, seed=4)) != tasks_sha256(table)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_limit_takes_the_first_tasks(protocol: type[Protocol], drawn: DrawnFaces) -> None:
    whole = protocol().tasks(drawn, seed=0)
    pd.testing.assert_frame_equal(protocol().tasks(drawn, seed=0, limit=4), whole.head(4))
    pd.testing.assert_frame_equal(protocol(count=4).tasks(drawn, seed=0), whole.head(4))
    with pytest.raises(ValueError, match="limit is 0"):
        protocol().tasks(drawn, seed=0, limit=0)
    with pytest.raises(ValueError, match="count is 0"):
        protocol(count=0)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_only_test_faces_take_part_and_no_pair_twice(protocol: type[Protocol], drawn: DrawnFaces) -> None:
    table = protocol().tasks(drawn, seed=0)
    assert set(table["target_row"]) | set(table["source_row"]) <= set(drawn.rows("test"))
    assert not table.duplicated(["target", "source"]).any()
    assert list(table["task"]) == list(range(len(table)))
    if protocol is not Reconstruction:
        assert (table["target"] != table["source"]).all()


def test_attribute_transfer_pairs_faces_without_and_with_the_attribute(drawn: DrawnFaces) -> None:
    protocol = AttributeTransfer(count=25)
    table = protocol.tasks(drawn, seed=0)
    smiles = drawn.packed.attributes[:, SMILING]
    assert (smiles[table["target_row"]] == 0).all()
    assert (smiles[table["source_row"]] == 1).all()
    assert table["target"][:10].is_unique
    assert table["target"][10:20].is_unique
    assert table["source"][:10].is_unique
    assert len(AttributeTransfer().tasks(drawn, seed=0)) == 10 * 10
    assert "at random" in protocol.rule
    assert protocol.requested_attributes == ("Smiling",)
    assert protocol.kept_attributes(drawn) == ("Male", "No_Beard")


def test_sources_are_the_nearest_by_pose(cache: Path) -> None:
    faces = DrawnFaces(cache, 21, poses=True)
    protocol = AttributeTransfer(count=20)
    table = protocol.tasks(faces, seed=0)
    yaw = faces.packed.poses[:, 0]
    first, second = (np.abs(yaw[part["target_row"]] - yaw[part["source_row"]]) for part in (table[:10], table[10:]))
    assert (first == 1).all()
    assert set(second) <= {1.0, 3.0}
    assert "by pose" in protocol.rule


def test_faces_of_unknown_pose_come_last() -> None:
    poses = np.array([[0, 0, 0], [np.nan] * 3, [9, 9, 9], [1, 0, 0]], np.float32)
    _, sources = paired_in_rounds(np.array([0]), np.array([1, 2, 3]), poses, 3)
    assert list(sources) == [3, 2, 1]


def test_faces_without_lips_stay_out_of_a_smile(cache: Path) -> None:
    faces = DrawnFaces(cache, 21, lipless=(0, 1, 4, 5))
    table = AttributeTransfer().tasks(faces, seed=0)
    assert {"face0", "face1", "face4", "face5"}.isdisjoint({*table["target"], *table["source"]})
    assert len(table) == 8 * 8


def test_what_cannot_be_transferred_is_refused_with_what_can(drawn: DrawnFaces) -> None:
    with pytest.raises(ValueError, match=r"'Bald' is not known.*Smiling, Male"):
        AttributeTransfer(attribute="Bald").tasks(drawn, seed=0)
    with pytest.raises(ValueError, match=r"'Mouth_Slightly_Open' cannot be transferred: .* 0 usable faces without it"):
        AttributeTransfer(attribute="Mouth_Slightly_Open").tasks(drawn, seed=0)  # nobody has eyes, which place it
    with pytest.raises(ValueError, match=r"unknown attribute 'Smilling'.*Smiling"):
        AttributeTransfer(attribute=["Male", "Smilling"]).tasks(drawn, seed=0)
    with pytest.raises(ValueError, match="'Male' twice"):
        AttributeTransfer(attribute=["Male", "Male"])


def test_the_mask_takes_the_source_mouth_and_fills_with_skin() -> None:
    target = torch.tensor([[[0, 1, 11, 11], [1, 10, 12, 13]]], dtype=torch.uint8)
    source = torch.tensor([[[12, 11, 1, 0], [2, 10, 1, 1]]], dtype=torch.uint8)
    assert with_mouth_of(target, source).tolist() == [[[12, 11, 1, 1], [1, 10, 1, 13]]]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_any_transferred_mouth_is_the_source_mouth_and_the_rest_the_target(seed: int) -> None:
    draw = torch.Generator().manual_seed(seed)
    target, source = torch.randint(0, len(LABELS), (2, 3, 8, 8), generator=draw).to(torch.uint8)
    mask = with_mouth_of(target, source)
    lips = torch.tensor(MOUTH_LABELS)
    assert torch.equal(torch.isin(mask, lips), torch.isin(source, lips))
    rest = ~torch.isin(source, lips) & ~torch.isin(target, lips)
    assert torch.equal(mask[rest], target[rest])
    region = mouth_region(target, mask)
    assert region[target != mask].all()
    assert region[torch.isin(mask, lips) | torch.isin(target, lips)].all()


def test_the_region_reaches_five_pixels_of_sixty_four() -> None:
    mask = torch.full((1, 64, 64), SKIN, dtype=torch.uint8)
    mask[0, 40, 30] = MOUTH
    rows, columns = mouth_region(mask, mask)[0].nonzero(as_tuple=True)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (35, 45, 25, 35)


def test_photographs_are_asked_for_the_bit_and_have_no_oracle(drawn: DrawnFaces) -> None:
    protocol = AttributeTransfer()
    batch = protocol.batch(drawn, protocol.tasks(drawn, seed=0, limit=5))
    assert batch.oracle is None
    assert (batch.attributes[:, SMILING] == 1).all()
    others = [column for column in range(40) if column != SMILING]
    assert torch.equal(batch.attributes[:, others], batch.target.attributes[:, others])
    assert torch.equal(batch.mask, with_mouth_of(batch.target.mask, batch.source.mask))
    assert batch.region.dtype == torch.bool


@pytest.mark.integration
def test_rendered_smiles_agree_with_their_oracle(rendered: RenderedFaces) -> None:
    protocol = AttributeTransfer()
    rows = protocol.tasks(rendered, seed=0, limit=12)
    batch = protocol.batch(rendered, rows)
    first = rendered.true_edit("attribute-transfer", rows["target_row"][0], rows["source_row"][0], "Smiling")
    assert first is not None
    assert np.array_equal(batch.mask[0].numpy(), first.mask)
    assert (batch.attributes[:, SMILING] == 1).all()
    assert batch.oracle is not None
    changed = (batch.oracle - batch.target.image).abs().amax(1) > 2 / 127.5
    assert not (changed & ~batch.region).any()
    assert (changed & batch.region).any()
    kept = [ATTRIBUTES.index(each) for each in protocol.kept_attributes(rendered)]
    assert torch.equal(batch.attributes[:, kept], batch.target.attributes[:, kept])


def test_a_style_goes_to_another_face_once(drawn: DrawnFaces) -> None:
    protocol = StyleCopy()
    table = protocol.tasks(drawn, seed=0)
    assert sorted(table["target"]) == sorted(table["source"]) == sorted(str(each) for each in drawn.packed.ids[:20])
    assert protocol.requested_attributes == ("Male", "No_Beard")
    batch = protocol.batch(drawn, table)
    style = [ATTRIBUTES.index(each) for each in STYLE_ATTRIBUTES]
    others = [column for column in range(40) if column not in style]
    assert torch.equal(batch.attributes[:, style], batch.target.attributes[:, style])
    assert torch.equal(batch.attributes[:, others], batch.source.attributes[:, others])
    assert torch.equal(batch.mask, batch.source.mask)
    assert batch.region.all()
    assert batch.oracle is None


def test_several_styles_go_to_one_geometry(drawn: DrawnFaces) -> None:
    table = StyleCopy(styles=3).tasks(drawn, seed=0)
    assert len(table) == 60
    for source, tasks in table.groupby(table.index // 3):
        assert tasks["source"].nunique() == 1, source
        assert tasks["target"].nunique() == 3
    assert (table["source"].value_counts() == 3).all()
    assert (table["target"].value_counts() == 3).all()
    assert not table.duplicated(["target", "source"]).any()
    assert (table["target"] != table["source"]).all()
    once = StyleCopy().tasks(drawn, seed=0)
    pd.testing.assert_frame_equal(table[::3].reset_index(drop=True).assign(task=once["task"]), once)
    with pytest.raises(ValueError, match="needs 21 faces in the test split, which has 20"):
        StyleCopy(styles=20).tasks(drawn, seed=0)
    assert len(StyleCopy(styles=19).tasks(drawn, seed=0)) == 20 * 19
    with pytest.raises(ValueError, match="styles is 0"):
        StyleCopy(styles=0)


def test_rendered_style_copies_agree_with_their_oracle(rendered: RenderedFaces) -> None:
    protocol = StyleCopy()
    rows = protocol.tasks(rendered, seed=0, limit=6)
    batch = protocol.batch(rendered, rows)
    truths = [
        rendered.true_edit("style-copy", target, source)
        for target, source in zip(rows["target_row"], rows["source_row"], strict=True)
    ]
    assert batch.oracle is not None
    asked = [ATTRIBUTES.index(each) for each in protocol.requested_attributes]
    for truth, mask, attributes in zip(truths, batch.mask, batch.attributes, strict=True):
        assert truth is not None
        assert np.array_equal(truth.mask, mask.numpy())
        assert np.array_equal(truth.attributes[asked], attributes[asked].numpy())


def test_too_few_faces_are_refused(cache: Path) -> None:
    with pytest.raises(ValueError, match="needs 2 faces"):
        StyleCopy().tasks(DrawnFaces(cache, 2), seed=0)
    with pytest.raises(ValueError, match="1 usable faces without it and 0 with it"):
        AttributeTransfer().tasks(DrawnFaces(cache, 2), seed=0)
    with pytest.raises(ValueError, match="has none"):
        Reconstruction().tasks(DrawnFaces(cache, 1), seed=0)


def test_reconstruction_asks_for_the_face_itself(drawn: DrawnFaces) -> None:
    protocol = Reconstruction()
    batch = protocol.batch(drawn, protocol.tasks(drawn, seed=0, limit=3))
    assert batch.target.ids == batch.source.ids
    assert batch.oracle is batch.target.image
    assert protocol.requested_attributes == drawn.known_attributes
    assert protocol.kept_attributes(drawn) == ()


def test_the_hash_is_of_ids_and_attribute(drawn: DrawnFaces, tmp_path: Path) -> None:
    table = AttributeTransfer().tasks(drawn, seed=0)
    expected = tasks_sha256(table)
    table.to_parquet(tmp_path / "tasks.parquet")
    assert tasks_sha256(pd.read_parquet(tmp_path / "tasks.parquet")) == expected
    assert tasks_sha256(table.assign(target_row=0).astype({"target": "category"})) == expected
    assert tasks_sha256(table.sample(frac=1, random_state=0)) == expected
    assert tasks_sha256(table.assign(attribute="Male")) != expected
    assert tasks_sha256(table.assign(target=table["source"], source=table["target"])) != expected


def test_a_table_of_other_faces_is_refused(cache: Path, drawn: DrawnFaces) -> None:
    table = StyleCopy().tasks(drawn, seed=0)
    with pytest.raises(ValueError, match="drawn from another dataset"):
        StyleCopy().batch(DrawnFaces(cache, 21, order=-1), table)
    with pytest.raises(ValueError, match="name row"):
        StyleCopy().batch(DrawnFaces(cache, 5), table)
