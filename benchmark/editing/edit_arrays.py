"""A method that is ready to edit single images given as arrays, outside any protocol."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmark.editing.checked_edit import checked_edit
from benchmark.images.convert import Pixels, image_array, image_tensor
from benchmark.runtime.device import Compute, seed_everything
from benchmark.training.checkpoints import random_state, restore_random_state
from methods.base import CannotEdit, EditBatch, FaceBatch, FaceEditor
from methods.labels import ATTRIBUTES, NUM_LABELS, attribute_columns
from registry.cards import HINTS, MethodCard
from registry.errors import InputError

ARGUMENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "image": ("image",),
    "mask": ("mask",),
    "attributes": ("attributes", "requested_attributes"),
    "source image": ("source",),
    "source mask": ("source_mask",),
    "sketch": ("sketch",),
    "colour": ("colour",),
}
"""What `LoadedMethod.edit` must be given for each of the words in what methods take."""

Attributes = Mapping[str, bool | int]


@dataclass(frozen=True)
class LoadedMethod:
    """A method with its weights, in eval mode.

    Attributes:
        model: the method itself, on the device of `compute`.
        card: its card, which says what it takes.
        label: its name with its variant.
        size: side in pixels of the square images that it edits.
        seed: decides every random draw of an edit.
        compute: device, precision and layout.
        attribute_names: those that edits may name: CelebA's, and others that the method learned.
    """

    model: FaceEditor
    card: MethodCard
    label: str
    size: int
    seed: int
    compute: Compute
    attribute_names: tuple[str, ...] = ATTRIBUTES

    def edit(
        self,
        image: Any,
        mask: Any = None,
        *,
        requested_mask: Any = None,
        attributes: Attributes | None = None,
        requested_attributes: Attributes | None = None,
        source: Any = None,
        source_mask: Any = None,
        region: Any = None,
        strength: float = 1.0,
        sketch: Any = None,
        colour: Any = None,
    ) -> Pixels:
        """Edit one image.

        Images and masks are arrays, or what `numpy.asarray` makes arrays of, such as Pillow's images. They must have
        the method's size: nothing is resized. The same input gives the same output: a method that draws noise draws
        that of a run's first batch. The random state of Python, numpy and torch is left as it was.

        Args:
            image: (H, W, 3) uint8 RGB, the face to edit.
            mask: (H, W) integer labels 0..18 of CelebAMask-HQ, those of `image`.
            requested_mask: the labels that the result is to have; `mask` where it is not given.
            attributes: what `image` has of CelebA's attributes; what is not named it lacks.
            requested_attributes: the attributes to change, with their new values.
            source: (H, W, 3) uint8 RGB, the face that lends something; `image` where it is not given.
            source_mask: labels of `source`.
            region: (H, W) bool, where change is allowed; everywhere where it is not given.
            strength: how far the edit is to go, for methods that take it: 0 leaves the face, 1 is the whole edit.
            sketch: (H, W) bool, lines that the result is to have within `region`, for methods that take them.
            colour: (H, W, 3) uint8 RGB, colours that the result is to have within `region`, for methods that take them.

        Returns:
            (H, W, 3) uint8 RGB.

        Raises:
            InputError: if the method needs an input that is not given, an input has another size or kind, or the
                method cannot do the edit.
            PluginError: if the method fails, or gives no image in [-1, 1].

        Example:
            >>> import benchmark, numpy
            >>> method = benchmark.load_method("region-color", size=64)
            >>> image = numpy.full((64, 64, 3), 200, dtype=numpy.uint8)
            >>> edited = method.edit(image, mask=numpy.zeros((64, 64), dtype=numpy.uint8))
            >>> edited.shape, edited.dtype
            ((64, 64, 3), dtype('uint8'))
        """
        possible = {
            "image": image,
            "mask": mask,
            "requested_mask": requested_mask,
            "attributes": attributes,
            "requested_attributes": requested_attributes,
            "source": source,
            "source_mask": source_mask,
            "region": region,
            "sketch": sketch,
            "colour": colour,
        }
        given = {name: value for name, value in possible.items() if value is not None}
        self._check_inputs(given, strength)
        pixels = {name: self._image(name, given[name]) for name in ("image", "source", "colour") if name in given}
        labels = {name: self._labels(name, given[name]) for name in given if name.endswith("mask")}
        places = {name: self._places(name, given[name]) for name in ("region", "sketch") if name in given}
        allowed = places.get("region", torch.ones(1, self.size, self.size, dtype=torch.bool))
        nothing = torch.zeros(1, self.size, self.size, dtype=torch.uint8)
        names = self.attribute_names
        none_known = torch.zeros(1, len(names))
        has = _attribute_row("attributes", attributes or {}, none_known, names)
        target = FaceBatch(pixels["image"], labels.get("mask", nothing), has, ("image",), attribute_names=names)
        lender = target
        if source is not None:
            mask_of_source = labels.get("source_mask", nothing)
            lender = FaceBatch(pixels["source"], mask_of_source, none_known, ("source",), attribute_names=names)
        task = EditBatch(
            target=target,
            source=lender,
            mask=labels.get("requested_mask", target.mask),
            attributes=_attribute_row("requested_attributes", requested_attributes or {}, has, names),
            region=allowed,
            strength=torch.tensor([float(strength)]),
            sketch=(places["sketch"] & allowed).float() if "sketch" in places else None,
            colour=pixels["colour"] * allowed.unsqueeze(1) if "colour" in pixels else None,
        )
        return self.edit_task(task)

    def _check_inputs(self, given: Mapping[str, Any], strength: float) -> None:
        if self.card.sees_oracle:
            raise InputError(f"{self.label} gives the true result of a protocol's edits, and edits no other images")
        missing: list[list[str]] = [
            [name for word in words for name in ARGUMENTS.get(word, ()) if name not in given]
            for words in self.card.alternatives
        ]
        if all(missing):
            fewest = min(missing, key=len)
            raise InputError(f"{self.label} takes {self.card.takes_in_words}: give {' and '.join(fewest)} too")
        if "source_mask" in given and "source" not in given:
            raise InputError("source_mask holds the labels of source: give source too")
        if "requested_mask" in given and "mask" not in given:
            raise InputError("requested_mask asks for other labels than those of mask: give mask too")
        if not 0 <= strength < math.inf:
            raise InputError(f"strength is a number from 0, not {strength!r}")
        told = [name for name in ("region", *HINTS) if name in given] + ["strength"] * (strength != 1)
        if unheard := [name for name in told if name not in self.card.every_input]:
            raise InputError(f"{self.label} takes {self.card.takes_in_words}, and no {unheard[0]}")

    def _image(self, name: str, value: Any) -> Tensor:
        pixels = np.asarray(value)
        if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
            raise InputError(f"{name} is (H, W, 3) uint8 RGB, not {_described(pixels)}")
        self._check_size(name, pixels)
        return image_tensor(pixels[None])

    def _labels(self, name: str, value: Any) -> Tensor:
        labels = np.asarray(value)
        if labels.dtype.kind not in "iu" or labels.ndim != 2:
            raise InputError(f"{name} is (H, W) integer labels 0..{NUM_LABELS - 1}, not {_described(labels)}")
        self._check_size(name, labels)
        if labels.min() < 0 or labels.max() >= NUM_LABELS:
            strange = labels.min() if labels.min() < 0 else labels.max()
            raise InputError(f"{name} holds label {strange}; labels are 0..{NUM_LABELS - 1}")
        return torch.from_numpy(labels.astype(np.uint8)[None])

    def _places(self, name: str, value: Any) -> Tensor:
        places = np.asarray(value)
        if places.dtype != np.bool_ or places.ndim != 2:
            raise InputError(f"{name} is (H, W) bool, not {_described(places)}")
        self._check_size(name, places)
        return torch.from_numpy(places[None].copy())

    def _check_size(self, name: str, array: NDArray[Any]) -> None:
        height, width = array.shape[:2]
        if (height, width) != (self.size, self.size):
            raise InputError(f"{name} is {width}x{height}; {self.label} was loaded for {self.size}x{self.size}")

    def edit_task(self, task: EditBatch) -> Pixels:
        """Edit the one face of a task, which has what the method takes: (H, W, 3) uint8 RGB.

        Raises:
            InputError: if the method cannot do the edit.
            PluginError: as `edit`.
        """
        try:
            with unchanged_random_state(), torch.inference_mode(), self.compute.autocast():
                seed_everything(self.seed)
                edited = checked_edit(self.model, task.to(self.compute.device))
            return np.ascontiguousarray(image_array(edited)[0])
        except CannotEdit as error:
            raise InputError(f"{self.label} cannot do this edit: {error}") from error


@contextmanager
def unchanged_random_state() -> Iterator[None]:
    """Put the generators of Python, numpy and torch back as they were once the block ends."""
    before = random_state()
    try:
        yield
    finally:
        restore_random_state(before)


def _attribute_row(what: str, named: Attributes, start: Tensor, known: tuple[str, ...]) -> Tensor:
    """(1, A) attributes: those of `start`, with the named ones in place."""
    row = start.clone()
    if named:
        if strange := [name for name, value in named.items() if value not in (0, 1)]:
            raise InputError(f"{what}: {strange[0]} is {named[strange[0]]!r}; attributes are True or False")
        row[0, list(attribute_columns(list(named), known))] = torch.tensor([float(value) for value in named.values()])
    return row


def _described(array: NDArray[Any]) -> str:
    return f"{array.shape} {array.dtype}"
