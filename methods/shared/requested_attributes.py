"""Attributes that an edit is to change, for methods that are trained on some of them."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from methods.base import CannotEdit, EditBatch
from methods.shared.working_size import enlarged


def requested_changes(tasks: EditBatch, names: Sequence[str]) -> Tensor:
    """Where a task asks for another value than its target has: (N, K) bool, a column for each of K `names`.

    An attribute that is not among them is passed over where it comes with one that is: a true smile may open the mouth.

    Raises:
        CannotEdit: if the attribute that a task transfers, or all that it asks to change, is not among `names`, or if
            the faces have not all of `names`.
    """
    for transferred in tasks.transferred:
        if transferred not in names:
            raise CannotEdit(f"it was trained on {', '.join(names)}, not on {transferred}")
    known = tasks.target.attribute_names
    if missing := [name for name in names if name not in known]:
        raise CannotEdit(f"it was trained on {', '.join(missing)}, which these faces' dataset does not have")
    differs = tasks.attributes != tasks.target.attributes
    changes = tasks.values_of(names) != tasks.target.values_of(names)
    strange = differs.any(dim=1) & ~changes.any(dim=1)
    if strange.any():
        requested = differs[strange][0].nonzero().flatten().tolist()
        raise CannotEdit(
            f"it was trained on {', '.join(names)}, "
            f"and a task asks for {', '.join(known[column] for column in requested)}"
        )
    return changes


def strength_of(tasks: EditBatch) -> Tensor:
    """How far each edit is to go: (N, 1) float32, 1 where the tasks do not say it."""
    if tasks.strength is None:
        return torch.ones(len(tasks), 1, device=tasks.target.image.device)
    return tasks.strength.float().unsqueeze(1)


def where_changed(changes: Tensor, edited: Tensor, image: Tensor) -> Tensor:
    """The edits of the tasks that change something, and the images of the others: (N, 3, H, W), in float32.

    Args:
        changes: (N, K) bool, as `requested_changes` gives them.
        edited: (N, 3, h, w), at the size at which the method works; enlarged to that of the images.
        image: (N, 3, H, W), the targets.
    """
    return torch.where(changes.any(dim=1)[:, None, None, None], enlarged(edited, image.shape[-1]), image.float())
