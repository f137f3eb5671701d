"""Which kind of run an experiment is: of a method, of the real images, or of edits that were made elsewhere."""

from __future__ import annotations

from pathlib import Path

from benchmark.config.experiment import REAL, Experiment
from benchmark.evaluation.context import EvaluationContext
from benchmark.runs.outside_run import OutsideRun
from benchmark.runs.outside_settings import is_outside
from benchmark.runs.real_images import RealImages
from benchmark.runs.run import Run


def choose_run(
    experiment: Experiment, context: EvaluationContext, runs: Path, *, fresh: bool = False, keep_weights: bool = False
) -> Run:
    """The run of an experiment, as `Run` is built."""
    if experiment.method.name == REAL:
        return RealImages(experiment, context, runs, fresh=fresh)
    kind = OutsideRun if is_outside(experiment.folder(runs)) else Run
    return kind(experiment, context, runs, fresh=fresh, keep_weights=keep_weights)
