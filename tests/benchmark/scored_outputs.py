"""Scores of outputs that no run made, with judges of a test's own and no real images to compare sets with."""

from collections.abc import Mapping, Sequence

import pandas as pd
import torch

from benchmark.datasets.base import FaceDataset
from benchmark.evaluation.outputs import Outputs
from benchmark.evaluation.score_edits import Scores, score_edits
from benchmark.evaluation.scoring_batches import Judges
from benchmark.protocols.base import Protocol
from benchmark.runtime.device import Compute
from benchmark.runtime.progress import Reporter
from benchmark.weights.locate import Weights
from benchmark.weights.resources import MetricUnavailable, Resources


class _NoRealImages:
    """Nothing to compare sets with."""

    def encoder(self, name: str) -> object:
        raise MetricUnavailable("no real images")

    def real_features(self, name: str) -> object:
        raise MetricUnavailable("no real images")


def scored_outputs(
    outputs: Outputs,
    protocol: Protocol,
    metrics: Sequence[str],
    faces: FaceDataset,
    tasks: pd.DataFrame,
    judge: type,
    refused: Mapping[str, str] | None = None,
) -> Scores:
    """Score outputs on the CPU; `judge` makes the parser and the judge of attributes."""
    return score_edits(
        outputs,
        protocol,
        list(metrics),
        faces,
        tasks,
        Judges(judge, judge),
        _NoRealImages(),  # type: ignore[arg-type]
        resources=Resources(Compute(torch.device("cpu"), "fp32", channels_last=False), Weights()),
        draws=100,
        reporter=Reporter(quiet=True),
        title="test",
        refused=dict(refused or {}),
    )
