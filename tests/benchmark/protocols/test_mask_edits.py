"""Mask edits: pairs at every strength, drawn masks for methods and true ones for metrics."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from torch import Tensor

from benchmark.calibration.cached_ground_truth import CachedGroundTruth
from benchmark.config.evaluation_spec import DatasetSpec, EvaluationSpec
from benchmark.datasets.rendered_faces.dataset import RenderedFaces
from benchmark.evaluation.context import EvaluationContext
from benchmark.evaluation.export_tasks import export_tasks
from benchmark.evaluation.score_edits import Scores
from benchmark.images.convert import Pixels, image_array
from benchmark.images.label_colors import color_mask
from benchmark.images.read import decode_image
from benchmark.protocols.mask_edit_options import EDITS
from benchmark.protocols.mask_edits import MaskEdits
from benchmark.protocols.part_warps import WARPS, warped_mask
from benchmark.results.schema import ProtocolResult
from benchmark.results.task_groups import STRENGTH, trapezoid
from benchmark.results.task_scores import PART, VARIATION, TaskScores, tasks_sha256, write_task_scores
from benchmark.runtime.progress import Reporter
from methods.base import EditBatch
from methods.labels import LABELS, PALETTE
from tests.benchmark.scored_outputs import scored_outputs
from tests.face_folder import open_folder, write_folder

STRENGTHS = [0, 0.25, 0.5, 1, 2]
METRICS = ["seg-miou", "seg-accuracy", "psnr-oracle", "psnr-region", "psnr-background", "kernel-judge"]


@pytest.fixture(scope="module")
def rendered(cache: Path) -> RenderedFaces:
    return RenderedFaces(None, 64, cache / "faces", train=1, val=1, test=36)


def error(drawn: EditBatch, true: EditBatch) -> np.ndarray:
    return np.asarray((drawn.mask != true.mask).float().mean(dim=(1, 2)))


@pytest.mark.integration
def test_every_pair_comes_once_at_each_strength(rendered: RenderedFaces) -> None:
    protocol = MaskEdits(count=27)
    table = protocol.tasks(rendered, seed=0)
    assert len(table) == 27 * 5
    assert list(table[STRENGTH][:10]) == 2 * STRENGTHS
    assert list(table["target"]) == list(table["source"])
    edits = table[VARIATION].str.partition(", strength ")[0]
    pairs = table.assign(edit=edits).groupby(["target", "edit"], sort=False)
    assert pairs.ngroups == 27
    assert (pairs.size() == 5).all()
    assert set(table[PART]) == {"mouth", "eyes", "brows", "nose", "hair", "face outline", "glasses"}
    assert "at strengths 0, 0.25, 0.5, 1, 2, and metrics compare with the true one" in protocol.rule


def test_a_limit_does_not_part_the_tasks_of_a_pair(rendered: RenderedFaces) -> None:
    protocol = MaskEdits(count=27)
    table = protocol.tasks(rendered, seed=0)
    pd.testing.assert_frame_equal(protocol.tasks(rendered, seed=0, limit=13), table.head(10))
    assert len(protocol.tasks(rendered, seed=0, limit=3)) == 3


def test_faces_come_again_with_other_edits_until_there_are_none(rendered: RenderedFaces) -> None:
    table = MaskEdits(edit=("wider mouth", "larger eyes"), strengths=[0, 1], count=10_000).tasks(rendered, seed=0)
    assert len(table) == 36 * 2 * 2
    assert not table.duplicated(["target", VARIATION]).any()


@pytest.mark.integration
def test_the_true_mask_is_drawn_at_strength_0_and_errors_grow(rendered: RenderedFaces) -> None:
    protocol = MaskEdits(count=36)
    table = protocol.tasks(rendered, seed=0)
    drawn, true = protocol.batch(rendered, table), protocol.scored_tasks(rendered, table)
    errors = error(drawn, true).reshape(-1, 5)
    assert (errors[:, 0] == 0).all()
    assert (np.diff(errors.mean(axis=0)) > 0).all()
    assert (np.diff(errors, axis=1) >= 0).mean() > 0.95
    first = torch.arange(len(table)) // 5 * 5
    assert drawn.oracle is not None
    assert torch.equal(drawn.oracle, drawn.oracle[first])
    assert torch.equal(drawn.region, drawn.region[first])
    assert torch.equal(true.mask, true.mask[first])
    assert (drawn.strength == 1).all()  # the whole edit, however badly it is drawn
    assert ((true.mask == drawn.target.mask) | drawn.region).all()
    assert drawn.instructions[0] == "Make the mouth wider, as the requested mask has it, and leave the rest as it is."


@pytest.mark.integration
def test_tasks_are_the_same_whatever_others_a_batch_has(rendered: RenderedFaces) -> None:
    protocol = MaskEdits(count=8)
    table = protocol.tasks(rendered, seed=0)
    whole, part = protocol.batch(rendered, table), protocol.batch(rendered, table.iloc[[13, 4]])
    assert torch.equal(part.mask, whole.mask[[13, 4]])
    alone = MaskEdits(count=8, strengths=[2])
    again = alone.batch(rendered, alone.tasks(rendered, seed=0))
    assert torch.equal(again.mask, whole.mask[4::5])


def test_other_hands_edits_and_strengths_are_other_tables(rendered: RenderedFaces) -> None:
    others: list[dict[str, Any]] = [{}, {"jitter": 0.04}, {"strengths": [0, 1]}, {"edit": "glasses"}, {"holes": 0}]
    tables = [MaskEdits(count=5, **options).tasks(rendered, seed=0) for options in others]
    assert len({tasks_sha256(table) for table in tables}) == len(others)
    assert tables[1][VARIATION][1] == "wider mouth, strength 0.25, jitter 0.04"
    shaky, usual = MaskEdits(count=5, **others[1]), MaskEdits(count=5)
    assert not torch.equal(shaky.batch(rendered, tables[1]).mask, usual.batch(rendered, tables[0]).mask)


@pytest.mark.parametrize("edit", EDITS)
def test_a_true_edit_changes_its_part_and_is_the_one_that_is_asked_for(edit: str, rendered: RenderedFaces) -> None:
    protocol = MaskEdits(edit=edit, strengths=[0], count=6)
    tasks = protocol.batch(rendered, protocol.tasks(rendered, seed=0))
    labels = torch.tensor(WARPS[edit].of.labels)
    before, after = (torch.isin(mask, labels) for mask in (tasks.target.mask, tasks.mask))
    areas = before.float().mean((1, 2)), after.float().mean((1, 2))
    assert (before != after).flatten(1).any(1).all()
    if edit == "narrower face":
        assert (areas[1] < areas[0]).all()
    elif edit != "raised brows" and edit != "glasses":
        assert (areas[1] > areas[0]).all()
    assert tasks.oracle is not None
    changed = (tasks.oracle - tasks.target.image).abs().amax(1) > 8 / 127.5
    assert not (changed & ~tasks.region).any()


def test_calibration_knows_the_true_edits_too(rendered: RenderedFaces) -> None:
    protocol = MaskEdits(count=3)
    table = protocol.tasks(rendered, seed=0)
    cached, plain = (protocol.batch(faces, table) for faces in (CachedGroundTruth(rendered), rendered))
    assert cached.oracle is not None
    assert plain.oracle is not None
    assert torch.equal(cached.oracle, plain.oracle)


@pytest.mark.integration
def test_of_photographs_the_mask_is_warped_and_no_true_image_known(tmp_path: Path) -> None:
    faces = open_folder(write_folder(tmp_path / "faces"), tmp_path / "cache")
    protocol = MaskEdits(count=8)
    table = protocol.tasks(faces, seed=0)
    drawn, true = protocol.batch(faces, table), protocol.scored_tasks(faces, table)
    assert drawn.oracle is None
    assert (error(drawn, true).reshape(-1, 5)[:, 0] == 0).all()
    assert (np.diff(error(drawn, true).reshape(-1, 5).mean(axis=0)) > 0).all()
    assert torch.equal(drawn.attributes, drawn.target.attributes)
    for place in range(0, len(table), 5):
        part, before, after = WARPS[table[VARIATION][place].partition(",")[0]].of, drawn.target.mask, true.mask
        changed = before[place] != after[place]
        assert changed.any()
        assert torch.isin(before[place][changed], torch.tensor([*part.labels, *part.behind, *part.before])).all()
        assert not (changed & ~drawn.region[place]).any()
        assert not drawn.region[place].all()


def test_a_warp_scales_a_part_about_its_centre_and_fills_what_it_uncovers() -> None:
    skin, mouth = LABELS.index("skin"), LABELS.index("mouth")
    mask = np.full((40, 40), skin, np.uint8)
    mask[18:22, 14:26] = mouth
    wider = np.argwhere(warped_mask(mask, WARPS["wider mouth"]) == mouth)
    assert np.ptp(wider[:, 1]) + 1 == pytest.approx(1.3 * 12, abs=1.01)
    assert np.ptp(wider[:, 0]) + 1 == 4
    assert wider.mean(axis=0) == pytest.approx(np.argwhere(mask == mouth).mean(axis=0), abs=0.6)
    outline = np.zeros((40, 40), np.uint8)
    outline[8:32, 8:32] = skin
    narrow = warped_mask(outline, WARPS["narrower face"])
    assert set(np.unique(narrow)) == {0, skin}
    assert (narrow == skin).sum() < 0.95 * (outline == skin).sum()


@pytest.mark.integration
def test_exported_tasks_have_the_drawn_mask_and_never_the_true_one(cache: Path, tmp_path: Path) -> None:
    dataset = DatasetSpec(size=32, options={"train": 2, "val": 1, "test": 8})
    evaluation = EvaluationSpec(dataset=dataset, protocols={"mask-edits": {"count": 4, "strengths": [1, 2]}})
    context = EvaluationContext(evaluation, cache, Reporter(quiet=True))
    assert export_tasks(context, tmp_path / "tasks", hints=True) == 8
    (task_set,) = context.task_sets(evaluation.protocols)
    drawn = task_set.protocol.batch(context.dataset, task_set.tasks).mask.numpy()
    true = task_set.protocol.scored_tasks(context.dataset, task_set.tasks).mask.numpy()
    assert all((one != other).any() for one, other in zip(drawn, true, strict=True))
    for task, folder in enumerate(sorted((tmp_path / "tasks" / "tasks").iterdir())):
        images = {path.stem: decode_image(path.read_bytes()) for path in folder.iterdir()}
        assert np.array_equal(images["mask"][..., 0], drawn[task])
        for shown in images.values():
            assert not np.array_equal(shown[..., 0], true[task])
            assert not np.array_equal(shown, color_mask(true[task]))


class PaletteReader:
    """A parser that reads masks from pictures of their colours, without an error."""

    def parse(self, image: Tensor) -> tuple[Tensor, Tensor]:
        pixels, colours = torch.from_numpy(image_array(image)).long(), torch.tensor(PALETTE)
        distances = (pixels[..., None, :] - colours).abs().sum(-1)
        return distances.argmin(-1).to(torch.uint8), image.mean(dim=(2, 3))


def scored(rendered: RenderedFaces, shown: str, count: int = 6) -> tuple[Scores, pd.DataFrame]:
    """The scores of outputs that are pictures of the drawn masks, of the true ones, or of the true faces."""
    protocol = MaskEdits(count=count)
    tasks = protocol.tasks(rendered, seed=0)

    def outputs(rows: pd.DataFrame, batch: EditBatch) -> tuple[EditBatch, Pixels]:
        assert batch.oracle is not None
        masks = {"drawn": protocol.batch(rendered, rows).mask, "true": batch.mask}
        found = image_array(batch.oracle) if shown == "oracle" else color_mask(masks[shown].numpy())
        return batch, found

    return scored_outputs(outputs, protocol, METRICS, rendered, tasks, PaletteReader), tasks


@pytest.mark.integration
def test_what_is_true_is_perfect_at_every_strength(rendered: RenderedFaces) -> None:
    of_masks, of_faces = scored(rendered, "true")[0], scored(rendered, "oracle")[0]
    for strength in map(str, STRENGTHS):
        assert of_masks.strengths[strength]["seg-miou"].value == 1
        assert of_masks.strengths[strength]["seg-accuracy"].value == 1
        assert of_faces.strengths[strength]["psnr-oracle"].value == 60
        assert of_faces.strengths[strength]["psnr-region"].value == 60
    assert of_masks.losses["seg-miou"].value == 0
    assert of_faces.cells["psnr-oracle"].value == 60
    assert of_masks.attributes == {}


@pytest.mark.integration
def test_who_copies_the_drawing_has_a_falling_curve(rendered: RenderedFaces, tmp_path: Path) -> None:
    scores, tasks = scored(rendered, "drawn")
    for metric in ("seg-miou", "seg-accuracy"):
        curve = [scores.strengths[f"{strength:g}"][metric].value for strength in STRENGTHS]
        assert curve == sorted(curve, reverse=True)  # type: ignore[type-var]
        assert curve[0] == 1
        area, loss = scores.cells[metric], scores.losses[metric]
        weights = trapezoid(STRENGTHS)
        assert weights is not None
        assert weights.sum() == pytest.approx(1)
        assert area.value == pytest.approx(weights @ np.array(curve))
        assert area.n == 30
        assert area.interval == "95% bootstrap by source face, 100 draws, of the area over 5 strengths"
        assert loss.value == pytest.approx(curve[0] - curve[3])
        assert loss.n == 12
        assert loss.low is not None
        assert loss.high is not None
        assert 0 < loss.low <= loss.value <= loss.high
        assert scores.strengths["0.5"][metric].n == 6
    assert scores.strengths["1"]["kernel-judge"].reason == "no real images"
    write_task_scores(tmp_path, "mask-edits", scores.frame, scores.ratios)
    sha256 = tasks_sha256(tasks)
    result = ProtocolResult(title="", num_tasks=30, tasks_sha256=sha256, rule="", metrics=scores.cells)
    read = TaskScores(tmp_path, "mask-edits", result)
    for metric in ("seg-miou", "seg-accuracy"):
        assert scores.cells[metric].value == pytest.approx(float(read.statistic(read.tally(metric).sum(axis=0))))


def test_strengths_without_an_edit_are_named(rendered: RenderedFaces) -> None:
    scores, tasks = scored(rendered, "drawn", count=2)
    some = scores.among(pd.concat([tasks, tasks.assign(task=tasks["task"] + 10, **{STRENGTH: 4.0})]))
    assert list(some.strengths) == ["0", "0.25", "0.5", "1", "2", "4"]
    assert some.strengths["4"]["seg-miou"].reason == "none of its tasks has an edit"
    assert str(some.losses["seg-miou"].reason).startswith("10 of 20 tasks have an edit")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"edit": "bigger nose"}, "edit is bigger nose; edits are wider mouth, larger eyes, "),
        ({"edit": []}, "edit is []; edits are"),
        ({"strengths": []}, "strengths is []; it has one or more, each 0 or more"),
        ({"strengths": [-1.0, 0.0]}, "strengths is [-1.0, 0.0]; it has one or more, each 0 or more"),
        ({"strengths": [0.0, float("nan")]}, "it has one or more, each 0 or more"),
        ({"strengths": [1.0, 0.5]}, "they are in ascending order, none twice"),
        ({"strengths": [1.0, 1.0]}, "they are in ascending order, none twice"),
        ({"jitter": -0.1}, "jitter is -0.1; it must be 0 or more"),
        ({"holes": -1}, "holes is -1; it must be 0 or more"),
        ({"scale": float("inf")}, "scale is inf; it must be 0 or more"),
        ({"correlation": 0.0}, "correlation is 0; it must be 0.01 or more"),
        ({"count": 0}, "count is 0"),
    ],
)
def test_what_cannot_be_drawn_is_refused(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=r"^.*") as refused:
        MaskEdits(**options)
    assert sentence in str(refused.value)
