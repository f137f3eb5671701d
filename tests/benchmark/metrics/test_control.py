"""Control linearity: 1 of a control that always gives more, 0 of none, and each edit by its own curve."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from scipy import stats
from torch import Tensor

from benchmark.datasets.rendered_faces.dataset import RenderedFaces
from benchmark.evaluation.score_edits import Scores
from benchmark.images.convert import Pixels, image_array
from benchmark.metrics.control import log_odds, rank_correlation, slope
from benchmark.protocols.attribute_strengths import AttributeStrengths
from benchmark.protocols.attribute_transfer import AttributeTransfer
from benchmark.protocols.base import Protocol
from benchmark.results.task_groups import STRENGTH
from methods.base import EditBatch
from tests.benchmark.scored_outputs import scored_outputs

METRICS = ["attribute-accuracy", "attribute-probability", "control-correlation", "control-slope"]


@pytest.mark.parametrize("values", [[0.1, 0.2, 0.5, 0.9], [0.9, 0.2, 0.1, 0.1], [0.3, 0.3, 0.3, 0.7], [1, 0, 1, 0]])
def test_correlation_and_slope_are_those_of_scipy(values: list[float]) -> None:
    strengths, answers = np.array([0.0, 0.25, 1.0, 1.5]), np.array(values, float)
    assert rank_correlation(strengths, answers) == pytest.approx(stats.spearmanr(strengths, answers).statistic)
    assert slope(strengths, answers) == pytest.approx(stats.linregress(strengths, answers).slope)


def test_an_answer_that_never_changes_is_no_control() -> None:
    assert rank_correlation(np.arange(4.0), np.full(4, 0.3)) == 0
    assert slope(np.arange(4.0), np.full(4, 0.3)) == 0


def test_log_odds_are_bounded_and_blind_to_rounding() -> None:
    assert log_odds(np.array([0.5, 0.5 + 1e-7])).tolist() == [0, 0]
    assert log_odds(np.array([0.0, 1e-6, 1 - 1e-6, 1.0])).tolist() == pytest.approx([-9.21, -9.21, 9.21, 9.21])
    assert np.isnan(log_odds(np.array([np.nan]))).all()


class BrightnessReader:
    """A judge to whom the brighter a picture, the more of every attribute it has."""

    def parse(self, image: Tensor) -> tuple[Tensor, Tensor]:
        return torch.zeros(image.shape[0], *image.shape[2:], dtype=torch.uint8), image.mean(dim=(2, 3))

    def scores(self, image: Tensor) -> Tensor:
        return torch.sigmoid(4 * image.mean(dim=(1, 2, 3)))[:, None].repeat(1, 40)


def scored(cache: Path, protocol: Protocol, brightness: Any) -> tuple[Scores, pd.DataFrame]:
    """The scores of grey pictures, whose brightness in [-1, 1] is a function of strengths and tasks."""
    faces = RenderedFaces(None, 64, cache / "faces", train=1, val=1, test=36)
    tasks = protocol.tasks(faces, seed=0)

    def outputs(rows: pd.DataFrame, batch: EditBatch) -> tuple[EditBatch, Pixels]:
        assert batch.strength is not None
        levels = torch.tensor(brightness(batch.strength.numpy(), rows["task"].to_numpy()), dtype=torch.float32)
        return batch, image_array(levels[:, None, None, None].expand_as(batch.target.image))

    return scored_outputs(outputs, protocol, METRICS, faces, tasks, BrightnessReader), tasks


@pytest.mark.integration
def test_a_linear_control_correlates_perfectly_and_has_its_slope(cache: Path) -> None:
    protocol = AttributeStrengths(count=6, strengths=[0.0, 0.5, 1.0, 1.5])
    scores, tasks = scored(cache, protocol, lambda strength, task: strength * 0.5 - 0.4)
    assert scores.cells["control-correlation"].value == pytest.approx(1)
    slopes = scores.cells["control-slope"]
    assert slopes.value == pytest.approx(4 * 0.5, abs=0.02)
    assert slopes.n == len(tasks)
    assert slopes.interval == "95% bootstrap by source face, 100 draws"
    assert [scores.strengths[name]["attribute-accuracy"].value for name in ("0", "0.5", "1", "1.5")] == [0, 0, 1, 1]
    assert scores.strengths["0"]["attribute-probability"].value == pytest.approx(1 / (1 + np.exp(1.6)), abs=0.01)


def test_a_single_strength_has_no_figure_of_control_and_no_loss(cache: Path) -> None:
    protocol = AttributeStrengths(count=3, strengths=[0.0, 1.0])
    scores, _ = scored(cache, protocol, lambda strength, task: strength * 0.5)
    assert scores.strengths["1"]["control-slope"].reason == "it is of all strengths together"
    assert set(scores.losses) == {"attribute-accuracy", "attribute-probability"}
    alone, _ = scored(cache, AttributeTransfer(count=3), lambda strength, task: strength * 0.5)
    assert str(alone.cells["control-slope"].reason).startswith("no edit is requested at several strengths")


def test_every_edit_has_its_own_curve(cache: Path) -> None:
    protocol = AttributeStrengths(count=6, strengths=[0.0, 0.5, 1.0])
    scores, tasks = scored(cache, protocol, lambda strength, task: strength * np.where(task < 9, 0.4, -0.4))
    assert scores.cells["control-correlation"].value == pytest.approx(0)
    by_task = scores.frame.set_index("task")["control-correlation"]
    assert (by_task.loc[:8] == 1).all()
    assert (by_task.loc[9:] == -1).all()
    assert len(tasks[STRENGTH].unique()) == 3
