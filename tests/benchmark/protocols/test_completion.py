"""Completion: holes of the areas that their names promise, of which nothing shows but the hints."""

from __future__ import annotations

from dataclasses import fields, replace
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from benchmark.config.evaluation_spec import DatasetSpec, EvaluationSpec
from benchmark.datasets.base import FaceDataset
from benchmark.datasets.rendered_faces.dataset import RenderedFaces
from benchmark.editing.checked_edit import visible_to
from benchmark.evaluation.context import EvaluationContext
from benchmark.evaluation.export_tasks import export_tasks
from benchmark.images.convert import image_array
from benchmark.images.read import decode_image
from benchmark.metrics.pixel import psnr, ssim
from benchmark.protocols.attribute_transfer import AttributeTransfer
from benchmark.protocols.base import Rows
from benchmark.protocols.completion import FILL, Completion
from benchmark.protocols.completion_options import CompletionOptions
from benchmark.protocols.free_form_strokes import hole_of_area
from benchmark.protocols.holes import PARTS, hole, hole_names
from benchmark.results.task_scores import tasks_sha256
from benchmark.runtime.progress import Reporter
from methods.base import EditBatch, FaceBatch, FaceEditor
from methods.labels import LABELS
from methods.reference.copy_target.editor import CopyTarget
from methods.reference.mean_fill.editor import MeanFill
from methods.reference.oracle.editor import Oracle
from methods.reference.telea.editor import Telea
from registry.catalogue import METHOD_CARDS

FACES = 36
MID_GREY = 128
HOLES = {
    "rectangle": (700, "24b6b00aa4704b4a"),
    "brush 0.1-0.2": (477, "9b5fba2b693a715c"),
    "brush 0.4-0.5": (1795, "2692ca3587bd60f5"),
    "mouth": (364, "35559b1edbf31857"),
}
"""Pixels and hash of the holes of one face: tables of different holes must not go by one name."""


@pytest.fixture(scope="module")
def rendered(cache: Path) -> RenderedFaces:
    return RenderedFaces(None, 64, cache / "faces", train=1, val=1, test=FACES)


def every_task(faces: FaceDataset, **options: Any) -> EditBatch:
    protocol = Completion(**options)
    return protocol.batch(faces, protocol.tasks(faces, seed=0), hints=True)


@pytest.mark.integration
@pytest.mark.parametrize("side", [32, 64, 200])
@given(seed=st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_strokes_cover_the_share_that_is_wanted(side: int, seed: int) -> None:
    for least, most in CompletionOptions().ranges:
        drawn = hole_of_area(Random(seed), side, least, most)
        assert least < drawn.mean() <= most
        assert np.array_equal(drawn, hole_of_area(Random(seed), side, least, most))


def test_shares_are_spread_over_their_range() -> None:
    shares = [hole_of_area(Random(seed), 64, 0.2, 0.3).mean() for seed in range(60)]
    below = np.mean(np.array(shares) < 0.25)
    assert 0.25 < below < 0.75


def test_ranges_may_be_as_narrow_as_a_twentieth() -> None:
    assert CompletionOptions(areas=(0.1, 0.15, 0.2, 0.25, 0.3, 0.35)).ranges


def test_a_hole_is_decided_by_its_name_and_the_face() -> None:
    mask = np.zeros((64, 64), np.uint8)
    for name in ("rectangle", "brush 0.1-0.2"):
        assert np.array_equal(hole(name, "a", mask), hole(name, "a", mask))
        assert not np.array_equal(hole(name, "a", mask), hole(name, "b", mask))


def test_holes_are_those_that_they_were() -> None:
    mask = np.full((64, 64), LABELS.index("skin"), np.uint8)
    mask[44:48, 24:40] = LABELS.index("mouth")
    drawn = {name: hole(name, "00007", mask) for name in ("rectangle", "brush 0.1-0.2", "brush 0.4-0.5", "mouth")}
    assert {
        name: (int(found.sum()), sha256(found.tobytes()).hexdigest()[:16]) for name, found in drawn.items()
    } == HOLES


def test_a_rectangle_has_sides_of_three_eighths_to_a_half() -> None:
    for face in range(40):
        drawn = hole("rectangle", str(face), np.zeros((64, 64), np.uint8))
        rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
        assert drawn[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].all()
        assert drawn.sum() == len(rows) * len(columns)
        assert 24 <= min(len(rows), len(columns)) <= max(len(rows), len(columns)) <= 32


def test_kinds_take_turns_and_a_face_without_a_part_has_another_hidden() -> None:
    bare, haired = np.zeros((2, 16, 16), np.uint8)
    haired[2:4, 2:4] = LABELS.index("hair")
    options = CompletionOptions(areas=(0.1, 0.2, 0.3))
    names = hole_names(options, [haired] * 5 + [bare] * 4)
    assert names[:6] == ["rectangle", "brush 0.1-0.2", "hair", "rectangle", "brush 0.2-0.3", "rectangle"]
    assert names[6:] == ["rectangle", "brush 0.1-0.2", "rectangle"]
    hidden = hole("hair", "a", haired)
    assert hidden[2:4, 2:4].all()
    assert hidden.sum() > 4
    assert not hole("mouth", "a", haired).any()


def test_the_table_names_the_holes_and_other_holes_are_other_tables(rendered: RenderedFaces) -> None:
    protocol = Completion()
    table = protocol.tasks(rendered, seed=0)
    assert list(table["target"]) == list(table["source"])
    assert set(table["task_variation"][2::3]) == set(PARTS)
    assert (table["task_variation"][::3] == "rectangle").all()
    assert "rectangle, brush, part in turns; brushes cover (0.01, 0.1], " in protocol.rule
    hashes = {tasks_sha256(Completion(hole=kind).tasks(rendered, seed=0)) for kind in ("rectangle", "brush", "part")}
    assert len(hashes | {tasks_sha256(table)}) == 4
    assert tasks_sha256(Completion(areas=[0.1, 0.2]).tasks(rendered, seed=0)) not in hashes


def test_holes_stay_the_same_whatever_tasks_a_batch_has(rendered: RenderedFaces) -> None:
    protocol = Completion(count=8)
    table = protocol.tasks(rendered, seed=0)
    whole, part = protocol.batch(rendered, table), protocol.batch(rendered, table.iloc[[5, 2]])
    assert torch.equal(part.region, whole.region[[5, 2]])
    assert part.target.ids == (table["target"][5], table["target"][2])


class OtherPixels(FaceDataset):
    """The faces of another dataset with noise where each has its hole."""

    def __init__(self, faces: FaceDataset, hidden: dict[str, Tensor]) -> None:
        self.name, self.packed, self.known_attributes = faces.name, faces.packed, faces.known_attributes
        self._faces, self._hidden = faces, hidden

    def batch(self, rows: Rows) -> FaceBatch:
        face = self._faces.batch(rows)
        noise = torch.rand(face.image.shape, generator=torch.Generator().manual_seed(1)) * 2 - 1
        hidden = torch.stack([self._hidden[name] for name in face.ids])[:, None]
        return replace(face, image=torch.where(hidden, noise, face.image))


def test_nothing_but_oracle_and_hints_depends_on_the_hidden_pixels(rendered: RenderedFaces) -> None:
    tasks = every_task(rendered)
    hidden = dict(zip(tasks.target.ids, tasks.region, strict=True))
    other = every_task(OtherPixels(rendered, hidden))

    def tensors(of: EditBatch) -> dict[str, Tensor]:
        found: dict[str, Tensor] = {}
        for field in fields(of):
            value = getattr(of, field.name)
            parts = vars(value).items() if isinstance(value, FaceBatch) else [("", value)]
            found |= {f"{field.name} {name}".strip(): part for name, part in parts if isinstance(part, Tensor)}
        return found

    ours, theirs = tensors(tasks), tensors(other)
    assert {name for name in ours if not torch.equal(ours[name], theirs[name])} == {"oracle", "sketch", "colour"}
    assert (tasks.target.image.permute(0, 2, 3, 1)[tasks.region] == FILL).all()
    for card in ("copy-target", "telea", "maskgan", "region-color"):
        seen, changed = (tensors(visible_to(METHOD_CARDS.find(card).card, of)) for of in (tasks, other))
        assert all(torch.equal(seen[name], changed[name]) for name in seen), card


def test_hints_speak_of_the_hole_alone(rendered: RenderedFaces) -> None:
    tasks = every_task(rendered)
    assert tasks.sketch is not None
    assert tasks.colour is not None
    assert tasks.oracle is not None
    assert not tasks.sketch[~tasks.region].any()
    assert 0.02 < tasks.sketch[tasks.region].mean() < 0.5
    assert not tasks.colour.permute(0, 2, 3, 1)[~tasks.region].any()
    label = int(tasks.mask[0][tasks.region[0]].mode().values)
    within = tasks.region[0] & (tasks.mask[0] == label)
    expected = np.median(tasks.oracle[0][:, within].numpy(), axis=1)
    assert np.allclose(tasks.colour[0][:, within].numpy(), expected[:, None])


def test_exported_tasks_show_nothing_of_the_hole(cache: Path, tmp_path: Path) -> None:
    dataset = DatasetSpec(size=32, options={"train": 2, "val": 1, "test": 6})
    evaluation = EvaluationSpec(dataset=dataset, protocols={"completion": {"count": 4}})
    context = EvaluationContext(evaluation, cache, Reporter(quiet=True))
    assert export_tasks(context, tmp_path / "tasks") == 4
    for folder in (tmp_path / "tasks" / "tasks").iterdir():
        images = {path.stem: decode_image(path.read_bytes()) for path in folder.iterdir()}
        hidden = images["region"][..., 0] > 0
        assert (images["target"][hidden] == MID_GREY).all()
        assert (images["source"][hidden] == MID_GREY).all()
        assert set(images) == {"target", "target_mask", "source", "source_mask", "mask", "mask_color", "region"}
    assert export_tasks(context, tmp_path / "hinted", hints=True) == 4
    for folder in (tmp_path / "hinted" / "tasks").iterdir():
        images = {path.stem: decode_image(path.read_bytes()) for path in folder.iterdir()}
        hidden = images["region"][..., 0] > 0
        assert "sketch" in images
        assert len(np.unique(images["colour"][hidden], axis=0)) <= len(np.unique(images["mask"][hidden]))


def test_metrics_see_the_whole_face(rendered: RenderedFaces) -> None:
    protocol = Completion(count=4)
    table = protocol.tasks(rendered, seed=0)
    scored = protocol.scored(protocol.batch(rendered, table))
    faces = rendered.batch(table["target_row"].to_numpy())
    assert torch.equal(scored.target.image, faces.image)
    assert torch.equal(protocol.real_faces(scored).image, faces.image)
    transfer = AttributeTransfer(count=1)
    others = transfer.batch(rendered, transfer.tasks(rendered, seed=0))
    assert transfer.scored(others) is others


def test_the_face_itself_is_perfect_and_fillings_come_in_the_order_of_what_they_do(rendered: RenderedFaces) -> None:
    tasks = every_task(rendered)
    assert tasks.oracle is not None
    truth, where = image_array(tasks.oracle), tasks.region.numpy()

    def figures(editor: FaceEditor) -> tuple[float, float]:
        output = image_array(editor.edit(tasks))
        assert (output[~where] == truth[~where]).all()
        return psnr(output, truth, where).mean(), float(np.nanmean(ssim(output, truth, where)))

    oracle, telea, mean, grey = (figures(editor(64)) for editor in (Oracle, Telea, MeanFill, CopyTarget))
    assert oracle == (60, 1)
    assert telea[0] > mean[0] + 1
    assert mean[0] > grey[0] + 0.5
    assert telea[1] > mean[1]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"hole": "circle"}, "hole is circle; holes are rectangle, brush, part"),
        ({"hole": []}, "hole is []; holes are rectangle, brush, part"),
        ({"areas": [0.1]}, "areas is [0.1]; it has two shares of the image or more, from 0.001 to less"),
        ({"areas": [0.1, 1.0]}, "from 0.001 to less than 1"),
        ({"areas": [float("nan"), 0.5]}, "from 0.001 to less than 1"),
        ({"areas": [0.1, float("nan"), 0.5]}, "areas goes from 0.1 to nan"),
        ({"areas": [1e-5, 0.1]}, "from 0.001 to less than 1"),
        ({"areas": [0.1, 0.12]}, "areas goes from 0.1 to 0.12; ranges are at least 0.05 wide"),
        ({"count": 0}, "count is 0"),
    ],
)
def test_holes_that_cannot_be_made_are_refused(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=r"^.*") as error:
        Completion(**options)
    assert sentence in str(error.value)
