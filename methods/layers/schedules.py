"""Learning-rate schedules that methods share, as mmengine parameter-scheduler configs."""

from collections.abc import Mapping, Sequence
from typing import Any


def linear_decay(iterations: int, decay_from: float) -> Sequence[Mapping[str, Any]]:
    """Constant rates, then a linear fall to 0.

    Args:
        iterations: of the stage.
        decay_from: share of them after which the rates fall; 1 keeps them constant.
    """
    begin = int(decay_from * iterations)
    if begin >= iterations:
        return []
    span = {"begin": begin, "end": iterations + 1, "by_epoch": False}
    return [{"type": "LinearLR", "start_factor": 1.0, "end_factor": 0.0, **span}]


def step_decay(iterations: int, decay_from: float, factor: float) -> Sequence[Mapping[str, Any]]:
    """Constant rates, then constant ones again, `factor` times as large.

    Args:
        iterations: of the stage.
        decay_from: share of them after which the rates fall; 1 keeps them constant.
        factor: between 0 and 1.
    """
    begin = int(decay_from * iterations)
    if begin >= iterations:
        return []
    return [{"type": "MultiStepLR", "milestones": [begin], "gamma": factor, "by_epoch": False}]


def repeated_decay(iterations: int, every: float, factor: float) -> Sequence[Mapping[str, Any]]:
    """Rates that are multiplied by a factor again and again.

    Args:
        iterations: of the stage.
        every: share of them after which the rates fall, and fall again.
        factor: between 0 and 1.
    """
    step = max(1, round(every * iterations))
    return [{"type": "StepLR", "step_size": step, "gamma": factor, "by_epoch": False}]
