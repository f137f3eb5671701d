"""Whether weights that a run folder holds were trained from the same inputs, and may be gone on with if not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from benchmark.caching.fingerprints import StageState
from registry.errors import InputError

TRAINING: Final = "training"
"""The stamp of what decides the weights in a run folder."""
EARLIER_CODE: Final = "training/earlier code"
"""The stamp of the code, oldest first, under which the weights were trained before they were taken over."""


def check_intention(*, fresh: bool, keep_weights: bool) -> None:
    """Refuse a run that should both forget its weights and go on with them.

    Raises:
        InputError: if so.
    """
    if fresh and keep_weights:
        raise InputError("--fresh begins anew and --keep-weights goes on: leave one of them out")


def changed_inputs(stamps: StageState, inputs: Mapping[str, Any]) -> set[str]:
    """What decides trained weights and differs from what decided those in the folder; nothing where there are none."""
    earlier = stamps.get(TRAINING) or inputs
    return {key for key in inputs if earlier.get(key) != inputs[key]}


def only_code_changed(stamps: StageState, inputs: Mapping[str, Any], changed: set[str]) -> bool:
    """Whether what `changed` is the code alone; options that the earlier code lacked are part of it."""
    if "options" in changed:
        before = stamps.get(TRAINING).get("options") or {}
        if all(inputs["options"].get(name, ...) == value for name, value in before.items()):
            changed = changed - {"options"}
    return changed == {"code"}


def take_over(stamps: StageState, inputs: Mapping[str, Any]) -> None:
    """Go on with the folder's weights under other code, and note the code that they were trained by."""
    stamps.put(EARLIER_CODE, [*(stamps.get(EARLIER_CODE) or []), stamps.get(TRAINING)["code"]])
    stamps.put(TRAINING, dict(inputs))


def begin(stamps: StageState, inputs: Mapping[str, Any]) -> None:
    """Note what decides weights that are trained from the beginning."""
    stamps.put(TRAINING, dict(inputs))
    if stamps.get(EARLIER_CODE):
        stamps.put(EARLIER_CODE, [])


def taken_over(stamps: StageState) -> bool:
    """Whether the folder's weights were, at least in part, trained by other code."""
    return bool(stamps.get(EARLIER_CODE))


def take_over_note(stamps: StageState) -> dict[str, str]:
    """What a result says of weights that were taken over; nothing where the code never changed."""
    versions = [code[:12] for code in stamps.get(EARLIER_CODE) or []]
    if not versions:
        return {}
    now = stamps.get(TRAINING)["code"][:12]
    return {"training_code": f"changed during or after training (--keep-weights): {', '.join(versions)}, then {now}"}
