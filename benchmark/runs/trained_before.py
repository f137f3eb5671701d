"""Whether weights that a run folder holds were trained from the same inputs, and may be gone on with if not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from benchmark.caching.fingerprints import StageState
from benchmark.config.experiment import LATER_KEYS
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
    keys = inputs.keys() | (earlier.keys() & set(LATER_KEYS))  # of which those at their defaults are not written
    return {key for key in keys if earlier.get(key) != inputs.get(key)}


def take_over(
    folder: Path, stamps: StageState, inputs: Mapping[str, Any], changed: set[str], *, keep_weights: bool
) -> None:
    """Go on with the folder's weights under other code, and note the code that they were trained by.

    Args:
        folder: of the run.
        stamps: of the folder.
        inputs: what decides the weights now.
        changed: those of them that were others when the weights were trained.
        keep_weights: whether that is wanted.

    Raises:
        InputError: if it is not, or if more has changed than the code.
    """
    known = "--fresh replaces them, --runs keeps them and goes elsewhere"
    only_code = _only_code_changed(stamps, inputs, changed)
    if only_code:
        known = f"`bench run --keep-weights` goes on with them and notes it in the result, {known}"
    if not (only_code and keep_weights):
        raise InputError(f"{folder} holds weights trained with other {', '.join(sorted(changed))}; {known}")
    stamps.put(EARLIER_CODE, [*(stamps.get(EARLIER_CODE) or []), stamps.get(TRAINING)["code"]])
    stamps.put(TRAINING, dict(inputs))


def _only_code_changed(stamps: StageState, inputs: Mapping[str, Any], changed: set[str]) -> bool:
    """Whether what `changed` is the code alone; options that the earlier code lacked are part of it."""
    if "options" in changed:
        before = stamps.get(TRAINING).get("options") or {}
        if all(inputs["options"].get(name, ...) == value for name, value in before.items()):
            changed = changed - {"options"}
    return changed == {"code"}


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
