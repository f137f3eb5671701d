"""A state that another training left of a stage, gone on with under options of one's own, such as a lower rate."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

from mmengine.optim import OptimWrapperDict

from benchmark.training.checkpoints import TrainingCheckpointError
from benchmark.training.finished_stages import EARLIER

TAKEN_UP: Final = "taken_up"
"""In the `meta` of such a state, once it is in this training's place."""


def is_state_of_training(content: Mapping[str, Any]) -> bool:
    """Whether a training checkpoint has all that a stage goes on from, rather than what a finished one left."""
    return content["meta"]["finished"] is False and {"optimizer", "random_state", "param_schedulers"} <= content.keys()


def taken_up(content: Mapping[str, Any], earlier: Mapping[str, str]) -> dict[str, Any]:
    """The state as this training begins the stage from.

    Args:
        content: of the other training's checkpoint.
        earlier: SHA-256 of what each stage before it left here.

    Raises:
        TrainingCheckpointError: if earlier stages left something else there.
    """
    theirs = content["meta"].get(EARLIER, {})
    other = sorted({name for name in {*theirs, *earlier} if theirs.get(name) != earlier.get(name)})
    if other:
        raise TrainingCheckpointError(
            f"it was trained after another training of stage {', '.join(other)}; give what that left by start too"
        )
    # optimisers go on in the tensors that they are given
    optimizer = deepcopy(content["optimizer"])
    return {**content, "optimizer": optimizer, "meta": {**content["meta"], TAKEN_UP: True}}


def load_under_own_options(
    optimizers: OptimWrapperDict, schedulers: Mapping[str, Any], content: Mapping[str, Any]
) -> None:
    """Give optimisers the moments of a state, and the rates that their own options and schedules have by its iteration.

    Raises:
        TrainingCheckpointError: if they are of other parameters.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Detected call of `scheduler.step", UserWarning)
        for _ in range(content["meta"]["iter"]):
            for group in schedulers.values():
                for scheduler in group:
                    scheduler.step()
    for name, wrapper in optimizers.items():
        own, theirs = wrapper.state_dict(), content["optimizer"].get(name, {})
        try:
            pairs = zip(own["param_groups"], theirs.get("param_groups", ()), strict=True)
            groups = [{**mine, "params": other["params"]} for mine, other in pairs]
            settings = {key: own[key] for key in ("base_param_settings",) if key in own}
            wrapper.load_state_dict({**theirs, "param_groups": groups, **settings})
        except ValueError as error:
            raise TrainingCheckpointError(
                f"its optimiser {name} is of other parameters than this training's: {error}"
            ) from error
