"""Scores of several attributes: a figure of each, their mean, and the reason for what a method cannot transfer."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
import pytest
import torch
from torch import Tensor

from benchmark.config.evaluation_spec import Options
from benchmark.datasets.rendered_faces.dataset import RenderedFaces
from benchmark.evaluation.group_values import refusal
from benchmark.evaluation.score_edits import Scores
from benchmark.images.convert import Pixels, image_array
from benchmark.protocols.attribute_transfer import AttributeTransfer
from benchmark.results.schema import ProtocolResult
from benchmark.results.task_scores import TaskScores, tasks_sha256, write_task_scores
from methods.base import EditBatch
from methods.labels import NUM_ATTRIBUTES
from tests.benchmark.scored_outputs import scored_outputs

SOME = ("Smiling", "Eyeglasses", "Black_Hair")
METRICS = ["psnr-oracle", "seg-miou", "attribute-accuracy", "attribute-preservation", "frechet-judge"]
COUNT = 6


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> RenderedFaces:
    return RenderedFaces(None, 32, tmp_path_factory.mktemp("faces"), train=2, val=1, test=60)


class Onlooker:
    """Sees what depends on an image alone, so that figures differ from task to task."""

    def parse(self, image: Tensor) -> tuple[Tensor, Tensor]:
        return (image[:, 0] > 0).to(torch.uint8), image.mean(dim=(2, 3))

    def scores(self, image: Tensor) -> Tensor:
        return image.flatten(1)[:, :NUM_ATTRIBUTES] / 2 + 0.5


def scored(
    faces: RenderedFaces,
    attribute: Options | object,
    refused: dict[str, str] | None = None,
    among: Collection[str] | None = None,
) -> tuple[Scores, pd.DataFrame]:
    protocol = AttributeTransfer(attribute=attribute, count=COUNT)  # type: ignore[arg-type]
    tasks = protocol.tasks(faces, seed=0)
    if among is not None:
        tasks = tasks[tasks["attribute"].isin(list(among))]

    def outputs(rows: pd.DataFrame, batch: EditBatch) -> tuple[EditBatch, Pixels]:
        return batch, image_array(batch.source.image)

    return scored_outputs(outputs, protocol, METRICS, faces, tasks, Onlooker, refused), tasks


@pytest.fixture(scope="module")
def several(faces: RenderedFaces) -> tuple[Scores, pd.DataFrame]:
    return scored(faces, SOME)


@pytest.mark.parametrize("metric", METRICS[:-1])
def test_each_attribute_has_the_figure_that_it_has_alone(
    metric: str, faces: RenderedFaces, several: tuple[Scores, pd.DataFrame]
) -> None:
    scores, _ = several
    alone = {name: scored(faces, name)[0] for name in SOME}
    assert all(found.attributes == {} for found in alone.values())
    for name, found in alone.items():
        cell = found.cells[metric]
        assert scores.attributes[name][metric].model_dump() == pytest.approx(cell.model_dump())  # sums in another order
        assert cell.low is not None
    mean = np.mean([found.cells[metric].value for found in alone.values()])
    cell = scores.cells[metric]
    assert cell.value == pytest.approx(mean)
    assert cell.n == 3 * COUNT
    assert cell.interval == "95% bootstrap by source and target face, 100 draws, of the mean over 3 attributes"
    assert cell.low is not None
    assert cell.high is not None
    assert cell.low <= mean <= cell.high


def test_sets_too_small_for_an_attribute_say_so(several: tuple[Scores, pd.DataFrame]) -> None:
    scores, _ = several
    assert {cells["frechet-judge"].reason for cells in scores.attributes.values()} == {"no real images"}


def test_reasons_alike_are_said_once() -> None:
    refused = {name: f"it learned no {name}" for name in ("Bangs", "Bald", "Young")} | {"Male": "it learned another"}
    said = "Bangs and 2 more: it learned no Bangs; Male: it learned another"
    assert refusal(refused) == f"no mean over all attributes ({said})"


def test_what_a_method_cannot_transfer_is_empty_with_its_reason(
    faces: RenderedFaces, several: tuple[Scores, pd.DataFrame]
) -> None:
    whole, _ = several
    scores, tasks = scored(faces, SOME, {"Eyeglasses": "it learned no glasses"})
    for metric in METRICS[:-1]:
        assert scores.attributes["Smiling"][metric] == whole.attributes["Smiling"][metric]
        refused, mean = scores.attributes["Eyeglasses"][metric], scores.cells[metric]
        assert (refused.value, refused.reason) == (None, "it learned no glasses")
        assert mean.value is None
        assert mean.reason == "no mean over all attributes (Eyeglasses: it learned no glasses)"
    missing = tasks["attribute"] == "Eyeglasses"
    assert list(scores.frame["task"]) == list(tasks["task"])
    assert scores.frame.loc[missing, "psnr-oracle"].isna().all()
    assert scores.frame.loc[~missing, "psnr-oracle"].notna().all()


@pytest.mark.parametrize("number", [1, 2])
def test_an_attribute_without_an_edit_is_named_and_has_its_row(
    number: int, faces: RenderedFaces, several: tuple[Scores, pd.DataFrame]
) -> None:
    """Of edits made elsewhere some may be missing, such as all of an attribute."""
    whole, tasks = several
    edited, without = SOME[:number], SOME[number:]
    some = scored(faces, SOME, among=edited)[0].among(tasks)
    assert list(some.attributes) == list(SOME)
    for metric in METRICS[:-1]:
        said = f"{number * COUNT} of {3 * COUNT} tasks have an edit, and no other counts; not one of "
        assert some.cells[metric].reason == said + ", ".join(without)
        for name in edited:
            assert some.attributes[name][metric].value == pytest.approx(whole.attributes[name][metric].value)
        for name in without:
            cell = some.attributes[name][metric]
            assert (cell.value, cell.n, cell.reason) == (None, 0, "none of its tasks has an edit")


def test_score_files_come_to_the_same_means(
    several: tuple[Scores, pd.DataFrame], tmp_path_factory: pytest.TempPathFactory
) -> None:
    scores, tasks = several
    folder = tmp_path_factory.mktemp("run")
    write_task_scores(folder, "attribute-transfer", scores.frame, scores.ratios)
    result = ProtocolResult(
        title="", num_tasks=len(tasks), tasks_sha256=tasks_sha256(tasks), rule="", metrics=scores.cells
    )
    read = TaskScores(folder, "attribute-transfer", result)
    for metric in METRICS[:-1]:
        value = scores.cells[metric].value
        assert value == pytest.approx(float(read.statistic(read.tally(metric).sum(axis=0))))
