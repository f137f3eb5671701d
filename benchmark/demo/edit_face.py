"""What the process of a method does: load it once, and edit a face as often as it is asked to."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from benchmark.demo.base64_images import Order
from benchmark.editing.edit_arrays import LoadedMethod
from benchmark.images.convert import Pixels
from benchmark.photographs.load_methods import ChosenMethod
from benchmark.photographs.photo_task import photo_task
from methods.base import CannotEdit
from registry.errors import InputError


@dataclass(frozen=True)
class Edited:
    """What a method made of a face.

    Attributes:
        image: (S, S, 3) uint8 RGB, at the method's size; None where it cannot do the edit.
        seconds: what the edit took, without loading the method.
        reason: why there is none; None where there is.
    """

    image: Pixels | None = None
    seconds: float = 0.0
    reason: str | None = None


def edit_face(chosen: ChosenMethod, size: int, device: str, order: Order) -> Edited:
    """Edit a face.

    Args:
        chosen: the method.
        size: side in pixels, where no run says it.
        device: where it runs.
        order: the edit.

    Raises:
        InputError: if the method cannot be loaded.
        PluginError: if it fails.
    """
    method = _loaded(chosen, size, device)
    start = time.perf_counter()
    try:
        task = photo_task(order.face, order.request, order.other, method.size)
        image = method.edit_task(task.for_method(method.card))
    except CannotEdit as reason:
        return Edited(reason=_without_options(str(reason)))
    except InputError as error:
        said = error.__cause__ if isinstance(error.__cause__, CannotEdit) else error
        return Edited(reason=_without_options(str(said)))
    return Edited(image, time.perf_counter() - start)


def edit_strip(chosen: ChosenMethod, size: int, device: str, order: Order, strengths: Sequence[float]) -> list[Edited]:
    """The edit at several strengths, of which 0 leaves the face and 1 is the whole edit; masks go part of the way."""
    requests = (replace(order.request, strength=strength) for strength in strengths)
    return [edit_face(chosen, size, device, replace(order, request=request)) for request in requests]


def _without_options(reason: str) -> str:
    """A reason without the options of the command line that it advises."""
    return reason.partition(": give --")[0]


@lru_cache(maxsize=1)
def _loaded(chosen: ChosenMethod, size: int, device: str) -> LoadedMethod:
    return chosen.load(size, device)
