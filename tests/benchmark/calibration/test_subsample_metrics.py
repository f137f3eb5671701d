"""Figures of subsamples: of tasks of several strengths they are areas under the curve, as on all tasks."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from benchmark.calibration.scored_level import ScoredLevel
from benchmark.calibration.subsample_metrics import SubsampleMetrics
from benchmark.results.task_groups import STRENGTH, TaskGroups, trapezoid
from benchmark.runtime.device import Compute
from benchmark.weights.locate import Weights
from benchmark.weights.resources import Resources


def test_figures_of_subsamples_are_areas_where_tasks_are_of_several_strengths() -> None:
    strengths, figures = np.array([0.0, 1.0, 4.0]), np.array([30.0, 20.0, 10.0])
    tasks = pd.DataFrame({"attribute": "", STRENGTH: np.tile(strengths, 40)})
    resources = Resources(Compute(torch.device("cpu"), "fp32", channels_last=False), Weights())
    context: Any = SimpleNamespace(resources=resources, encoder=None)
    level = ScoredLevel({}, {"psnr-oracle": {"value": np.tile(figures, 40)}}, {}, np.zeros(120))
    found = SubsampleMetrics(["psnr-oracle"], context, [60], 0, TaskGroups.of(tasks)).of("psnr-oracle", level)
    weights = trapezoid(strengths)
    assert weights is not None
    assert found[60] == pytest.approx(np.full(200, weights @ figures))  # a plain mean would be 20
