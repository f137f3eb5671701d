"""What a task of attribute-transfer asks for: the true edit where it is known, else attributes and, if any, a mask."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import torch
from torch import Tensor

from benchmark.datasets.base import FaceDataset
from benchmark.protocols.attribute_masks import CARRIED, attribute_mask
from benchmark.protocols.attribute_pairs import MOUTH_IN_PLACE
from benchmark.protocols.base import Rows
from benchmark.protocols.ground_truth import TrueEdits, true_edits
from benchmark.protocols.implied_attributes import EXCLUDED
from benchmark.protocols.masks_between import masks_between
from benchmark.protocols.mouth_region import mouth_region, widened
from methods.base import EditBatch, FaceBatch
from methods.labels import attribute_columns
from methods.shared.hints import outlines, part_colours
from registry.cards import HINTS

_VISIBLE: Final = 8 / 127.5
"""Difference of a channel, in units of [-1, 1], from which a true edit counts as having changed a pixel."""


def requested_edits(dataset: FaceDataset, targets: Rows, sources: Rows, attribute: str) -> EditBatch:
    """N tasks that transfer an attribute, from rows of targets and sources.

    The mask is the true edit's; without one, that of Smiling has the source's mouth, that of an attribute of `PARTS`
    the source's part, and of another attribute there is none.
    """
    target, source = dataset.batch(targets), dataset.batch(sources)
    truth = true_edits(dataset, "attribute-transfer", targets, sources, attribute)
    if truth is not None:
        region = _true_region(target, truth, attribute)
        return EditBatch(target, source, truth.mask, truth.attributes, region, truth.image)
    attributes = target.attributes.clone()
    attributes[:, target.attribute_names.index(attribute)] = 1
    if attribute in EXCLUDED:
        attributes[:, attribute_columns(EXCLUDED[attribute])] = 0
    if attribute in CARRIED:
        mask, region = attribute_mask(attribute, target.mask, source.mask)
        return EditBatch(target, source, mask, attributes, region)
    anywhere = torch.ones_like(target.mask, dtype=torch.bool)
    reason = f"no mask of {attribute}: the regions of a face carry {', '.join(CARRIED)} alone"
    return EditBatch(target, source, target.mask, attributes, anywhere, lacks={"mask": reason})


def at_strength(tasks: EditBatch, strength: float | Tensor) -> EditBatch:
    """N tasks whose edits are to go a part of the way, or beyond: their masks do, and their true results are not known.

    Args:
        tasks: of strength 1.
        strength: how far, from 0: all of them, or (N,) each.
    """
    own, strengths = tasks.target.mask, torch.as_tensor(strength, dtype=torch.float32).expand(len(tasks)).clone()
    if "mask" in tasks.lacks:
        return replace(tasks, oracle=None, strength=strengths)
    mask = masks_between(own, tasks.mask, strength)
    # up to the whole edit masks differ where they do at its end, which the region has
    beyond = (strengths > 1)[:, None, None]
    region = tasks.region | (widened(mask != own) & beyond) if beyond.any() else tasks.region
    return replace(tasks, mask=mask, region=region, oracle=None, strength=strengths)


def with_hints(tasks: EditBatch) -> EditBatch:
    """N tasks with the outlines of their requested masks, and the colours that the target, or the source, has there.

    A part is painted in the median colour that the target has of it; one that the target lacks, in the source's.
    """
    if "mask" in tasks.lacks:
        return replace(tasks, lacks={**tasks.lacks, **dict.fromkeys(HINTS, tasks.lacks["mask"])})
    faces = ((face.image, face.mask) for face in (tasks.target, tasks.source))
    colour = part_colours(tasks.mask, tasks.region, *faces, otherwise=tasks.target.image)
    return replace(tasks, sketch=outlines(tasks.mask, tasks.region), colour=colour)


def _true_region(target: FaceBatch, truth: TrueEdits, attribute: str) -> Tensor:
    of_mouth = attribute == MOUTH_IN_PLACE
    return mouth_region(target.mask, truth.mask) if of_mouth else visible_region(target, truth)


def visible_region(target: FaceBatch, truth: TrueEdits) -> Tensor:
    """(N, H, W) bool: where N true edits change the target's image to the eye, or its mask, with a margin."""
    repainted = ((target.image - truth.image).abs() >= _VISIBLE).any(dim=1)
    return widened(repainted | (target.mask != truth.mask))
