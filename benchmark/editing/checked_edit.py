"""Calls a method's `edit` with what the method may see, and refuses an answer that is no batch of images."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, Final

import torch
from torch import Tensor

from methods.base import CannotEdit, EditBatch, FaceEditor
from registry.cards import HINTS, MethodCard
from registry.errors import PluginError, plugin_boundary

CLEARLY_OUTSIDE: Final = 1.5
"""Beyond ±1.5 values are in some other range than [-1, 1]; what a network overshoots by is less, and clipped."""
MIDDLE_LEVEL: Final = 127
"""The least level that a value in [0, 1] becomes."""


class EditError(PluginError):
    """A method whose edits are not images, or an edit that cannot be read back."""


def visible_to(card: MethodCard, tasks: EditBatch) -> EditBatch:
    """Tasks as a method of a card may see them: with true results and with hints only where the card takes them."""
    hidden: dict[str, Any] = {word: None for word in HINTS if word not in card.every_input}
    if not card.sees_oracle:
        hidden["oracle"] = None
    return replace(tasks, **hidden)


def check_inputs(card: MethodCard, tasks: EditBatch) -> None:
    """Refuse tasks that lack what a method's card says that it needs, or whose strength it cannot follow.

    Another strength than 1 reaches a method that takes it, or the requested mask or hints, which go as far as the
    strength says. Copies of a task's own pictures are landmarks at any strength.

    Raises:
        CannotEdit: with the reason of the first such input, where each of the card's alternatives has one; or with the
            strength, where none of the others takes it.
    """
    unmet = [[word for word in words if word in tasks.lacks] for words in card.alternatives]
    if all(unmet):
        raise CannotEdit(tasks.lacks[unmet[0][0]])
    if card.sees_oracle or card.returns_copy_of is not None:
        return
    usable = [words for words, lacking in zip(card.alternatives, unmet, strict=True) if not lacking]
    follows = any({"strength", "mask", *HINTS}.intersection(words) for words in usable)
    if not follows and (strength := other_strength(tasks)) is not None:
        raise CannotEdit(f"it takes no strength, and these edits are to go {strength:g} of the way")


def other_strength(tasks: EditBatch) -> float | None:
    """The first strength of tasks that is not 1; None where all are."""
    if tasks.strength is None:
        return None
    others: Tensor = tasks.strength[tasks.strength != 1]
    return others[0].item() if len(others) else None


def checked_edit(editor: FaceEditor, tasks: EditBatch) -> Tensor:
    """Edit N tasks under the caller's inference mode and autocast: (N, 3, H, W), finite, about [-1, 1].

    Args:
        editor: in eval mode.
        tasks: as `visible_to` gives them, on the editor's device.

    Raises:
        CannotEdit: as the method raises it.
        EditError: if what it gives is no such tensor.
        PluginError: if it raises anything else.
    """
    edited = call_edit(editor, tasks)
    check_images(editor, tasks, edited)
    return edited


def call_edit(editor: FaceEditor, tasks: EditBatch) -> Tensor:
    """What a method's `edit` gives, unchecked, for those who time it."""
    with plugin_boundary(_edit_of(editor), CannotEdit):
        return editor.edit(tasks)


def check_images(editor: FaceEditor, tasks: EditBatch, edited: object) -> None:
    """Refuse what a method gave for `tasks` where it is no batch of images, as `checked_edit` says."""
    function = _edit_of(editor)
    if not isinstance(edited, Tensor):
        raise EditError(f"{function} gave {_kind(edited)}, where a tensor (N, 3, H, W) was expected")
    expected, given = tuple(tasks.target.image.shape), tuple(edited.shape)
    if given != expected:
        raise EditError(f"{function} gave images of shape {given} where {expected} were asked for")
    if not edited.is_floating_point():
        raise EditError(f"{function} gave {edited.dtype} values, where floating-point ones in [-1, 1] were expected")
    least, greatest = torch.stack(torch.aminmax(edited)).tolist()
    if not (math.isfinite(least) and math.isfinite(greatest)):
        raise EditError(f"{function} gave images that hold values that are not finite")
    if max(-least, greatest) > CLEARLY_OUTSIDE:
        raise EditError(f"{function} gave values from {least:.4g} to {greatest:.4g}, where [-1, 1] was expected")


def _edit_of(editor: FaceEditor) -> str:
    return f"{type(editor).__name__}.edit"


def _kind(value: object) -> str:
    return "None" if value is None else f"{type(value).__module__}.{type(value).__qualname__}"
