"""Which attributes an edit asks to change, for methods that are trained on some of them."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from methods.base import CannotEdit, EditBatch
from methods.labels import ATTRIBUTES
from registry.errors import InputError, UnknownNameError, unknown


def attribute_columns(names: Sequence[str]) -> tuple[int, ...]:
    """Columns of `methods.labels.ATTRIBUTES` that attributes have, in the order given.

    Raises:
        InputError: if there is none, one is named twice, or one is no name of CelebA's.
    """
    if not names:
        raise InputError("attributes must name at least one attribute")
    for position, name in enumerate(names):
        if name not in ATTRIBUTES:
            raise UnknownNameError(unknown("attribute", str(name), ATTRIBUTES))
        if name in names[:position]:
            raise InputError(f"attributes names {name!r} twice")
    return tuple(ATTRIBUTES.index(name) for name in names)


def asked_changes(tasks: EditBatch, names: Sequence[str]) -> Tensor:
    """Where a task asks for another value than its target has: (N, K) bool, a column for each of K `names`.

    An attribute that is not among them is passed over where it comes with one that is: a true smile may open the mouth.

    Raises:
        CannotEdit: if all that a task asks to change is not among `names`.
    """
    differs = tasks.attributes != tasks.target.attributes
    changes = differs[:, attribute_columns(names)]
    strange = differs.any(dim=1) & ~changes.any(dim=1)
    if strange.any():
        asked = differs[strange][0].nonzero().flatten().tolist()
        raise CannotEdit(
            f"it was trained on {', '.join(names)}, and a task asks for {', '.join(ATTRIBUTES[each] for each in asked)}"
        )
    return changes


def choose(chosen: Tensor, edited: Tensor, image: Tensor) -> Tensor:
    """Of (N, 3, H, W) images, those `edited` where `chosen` (N,) bool, else `image`, in float32."""
    return torch.where(chosen[:, None, None, None], edited.float(), image.float())
