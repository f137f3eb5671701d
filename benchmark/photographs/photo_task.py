"""The edit of a photographed face as a task, with the reason for every input that it cannot have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import torch
from torch import Tensor

from benchmark.editing.checked_edit import check_inputs, visible_to
from benchmark.photographs.aligned_face import PhotographedFace, resized_labels
from benchmark.photographs.request import EditRequest
from benchmark.protocols.attribute_masks import CARRIED, attribute_mask
from benchmark.protocols.completion import FILL
from benchmark.protocols.implied_attributes import EXCLUDED
from benchmark.protocols.instructions import attribute_instruction
from benchmark.protocols.mouth_region import mouth_region, shows_mouth, widened
from benchmark.protocols.placed_parts import PARTS
from benchmark.protocols.requested_edits import at_strength
from methods.base import CannotEdit, EditBatch, FaceBatch
from methods.labels import LABELS, MOUTH_LABELS, NUM_LABELS, attribute_columns
from methods.shared.hints import outlines, part_colours
from registry.cards import HINTS, MethodCard

ID: Final = "photograph"
_NO_PARTS: Final = (
    "the parts of the face are not known: name a finished run by --method, whose parser reads them, or give --face-mask"
)
_NO_ATTRIBUTE: Final = "no attribute is asked for: give --attribute, e.g. Smiling=1"
_NO_OTHER: Final = "there is no other face: give --style"
_MOUTHS: Final = ("Smiling", "Mouth_Slightly_Open")
"""Attributes that another face's mouth takes away as well as it gives them."""


@dataclass(frozen=True)
class PhotoTask:
    """A task of one face.

    Attributes:
        task: as methods get it.
        pasted: (S, S) bool, where its edits go into the photograph.
        hides: whether the task shows the face with a part of it hidden.
    """

    task: EditBatch
    pasted: Tensor
    hides: bool

    def for_method(self, card: MethodCard) -> EditBatch:
        """The task as a method may see it.

        Raises:
            CannotEdit: if the task lacks what the method takes, or asks for what the method does not hear of.
        """
        if self.hides and "region" not in card.every_input:
            raise CannotEdit(f"it takes {card.takes_in_words}, and so fills no hidden region")
        check_inputs(card, self.task)
        return visible_to(card, self.task)


def photo_task(face: PhotographedFace, request: EditRequest, other: PhotographedFace | None, size: int) -> PhotoTask:
    """The task that asks for an edit.

    The other face lends its attribute, where one is asked for; otherwise the face is painted in the other's style.

    Args:
        face: that of the photograph.
        request: what to change.
        other: another face.
        size: side in pixels.

    Raises:
        InputError: if the face has no attribute of a name that is asked for.
    """
    own = face.batch(size, ID)
    lender = own if other is None else other.batch(size, "other")
    lacks = {"oracle": "the true edit of a photograph is not known", "instruction": _NO_ATTRIBUTE}
    if other is None:
        lacks |= dict.fromkeys(("source image", "source mask", "source attributes"), _NO_OTHER)
    elif other.parts is None:
        lacks["source mask"] = _NO_PARTS
    if face.parts is None:
        lacks["mask"] = _NO_PARTS
    requested = None if request.mask is None else torch.from_numpy(resized_labels(request.mask, size))[None]
    if other is not None and not request.attributes:
        task = _style_task(own, lender, requested, lacks)
    else:
        task = _edit_task(own, lender, requested, request, lacks)
    task = at_strength(task, request.strength) if request.strength != 1 else task
    if request.hidden is None:
        return PhotoTask(_with_hints(task, torch.zeros_like(task.region)), task.region[0], hides=False)
    hidden = torch.from_numpy(face.over_square(request.hidden, size))[None]
    return PhotoTask(_with_hints(_hidden(task, hidden), hidden), widened(hidden)[0], hides=True)


def _style_task(own: FaceBatch, style: FaceBatch, requested: Tensor | None, lacks: Mapping[str, str]) -> EditBatch:
    """The other face's style on the photographed face's parts: a task of style-copy."""
    reasons = {"attributes": _NO_ATTRIBUTE, "region": "a style is painted everywhere, and no region is to change alone"}
    anywhere = torch.ones_like(own.mask, dtype=torch.bool)
    mask = own.mask if requested is None else requested
    return EditBatch(style, own, mask, style.attributes, anywhere, lacks={**lacks, **reasons})


def _edit_task(
    own: FaceBatch, lender: FaceBatch, requested: Tensor | None, request: EditRequest, lacks: Mapping[str, str]
) -> EditBatch:
    """The face with other attributes, another mask, or both."""
    reasons = dict(lacks)
    target, attributes = _with_attributes(own, request.attributes)
    if not request.attributes:
        reasons["attributes"] = _NO_ATTRIBUTE
    elif all(request.attributes.values()):
        reasons.pop("instruction")
    else:
        reasons["instruction"] = "to take an attribute away has no sentence"
    mask, region = own.mask, torch.zeros_like(own.mask, dtype=torch.bool)
    if requested is not None:
        mask, region = requested, _changed(own.mask, requested)
    elif "mask" not in reasons:
        mask, region, missing = _carried(own.mask, lender.mask, request.attributes, reasons)
        if missing is not None:
            mask, reasons["mask"] = own.mask, missing
    if not region.any():
        region = torch.ones_like(region)
        reasons["region"] = "no region is to change alone: give --hide, or --mask with an edited mask"
    sentences = " ".join(map(attribute_instruction, request.attributes))
    instructions = () if "instruction" in reasons else (sentences,)
    source = replace(lender, attributes=attributes)
    return EditBatch(target, source, mask, attributes, region, instructions=instructions, lacks=reasons)


def _with_attributes(own: FaceBatch, wanted: Mapping[str, bool]) -> tuple[FaceBatch, Tensor]:
    """The face as one that has not yet what is wanted, and the attributes that it is to have."""
    before, after = own.attributes.clone(), own.attributes.clone()
    if not wanted:
        return own, after
    for name, value in wanted.items():
        if value and name in EXCLUDED:
            after[:, attribute_columns(EXCLUDED[name])] = 0
    columns = attribute_columns(list(wanted), own.attribute_names)
    for column, value in zip(columns, wanted.values(), strict=True):
        before[:, column], after[:, column] = float(not value), float(value)
    return replace(own, attributes=before), after


def _carried(
    own: Tensor, other: Tensor, wanted: Mapping[str, bool], lacks: Mapping[str, str]
) -> tuple[Tensor, Tensor, str | None]:
    """The mask with the other face's parts that carry what is wanted, the region, and why there is none."""
    mask, region = own, torch.zeros_like(own, dtype=torch.bool)
    for name, value in wanted.items():
        if (reason := _not_carried(name, value, other, lacks)) is not None:
            return own, torch.zeros_like(region), reason
        try:
            mask, within = attribute_mask(name, mask, other)
        except ValueError as error:
            return own, torch.zeros_like(region), f"no mask of {name}: {error}"
        region = region | within
    return mask, region, None


def _not_carried(name: str, value: bool, other: Tensor, lacks: Mapping[str, str]) -> str | None:
    """Why the other face gives no mask of an attribute; None where it may give one."""
    if name not in CARRIED:
        return f"no mask of {name}: give --mask with an edited mask; another face lends {', '.join(CARRIED)} alone"
    if not value and name not in _MOUTHS:
        return f"no mask without {name}: give --mask with an edited mask"
    if "source mask" in lacks:
        return f"no mask of {name}: give --mask with an edited mask, or --style with a face that has {name}={value:d}"
    if value and name in PARTS and PARTS[name].shown not in other:
        return f"no mask of {name}: the face of --style shows no {LABELS[PARTS[name].shown]}"
    if not shows_mouth(other).any() and (name == _MOUTHS[0] or PARTS[name].labels == MOUTH_LABELS):
        return f"no mask of {name}: the face of --style shows no mouth"
    return None


def _changed(own: Tensor, requested: Tensor) -> Tensor:
    """Where a change is allowed that asks for other labels."""
    moved = own != requested
    of_mouth = moved & (shows_mouth(own) | shows_mouth(requested))
    return mouth_region(own, requested) | widened(moved) if of_mouth.any() else widened(moved)


def _hidden(task: EditBatch, hidden: Tensor) -> EditBatch:
    """The task with a part of the face in grey, which alone may change."""
    shown = replace(task.target, image=task.target.image.masked_fill(hidden.unsqueeze(1), FILL))
    source = shown if task.source.ids == task.target.ids else task.source
    lacks = {word: reason for word, reason in task.lacks.items() if word != "region"}
    return replace(task, target=shown, source=source, region=hidden, lacks=lacks)


def _with_hints(task: EditBatch, hidden: Tensor) -> EditBatch:
    """The task with outlines of its requested mask, and the colours that its parts have where they are seen."""
    if "mask" in task.lacks:
        return replace(task, lacks={**task.lacks, **dict.fromkeys(HINTS, task.lacks["mask"])})
    shown = [(task.target.image, task.target.mask.masked_fill(hidden, NUM_LABELS))]
    if task.source.ids != task.target.ids:
        shown.append((task.source.image, task.source.mask))
    colour = part_colours(task.mask, task.region, *shown, otherwise=task.target.image)
    return replace(task, sketch=outlines(task.mask, task.region), colour=colour)
