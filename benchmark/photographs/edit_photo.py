"""Edits the face of a photograph by several methods, and puts each edit back into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmark.editing.edit_arrays import LoadedMethod
from benchmark.images.convert import Pixels
from benchmark.images.read import read_image
from benchmark.photographs.align import celeba_hq_square
from benchmark.photographs.aligned_face import PhotographedFace
from benchmark.photographs.detect import FaceFinder, FoundFace
from benchmark.photographs.parsed_points import refined
from benchmark.photographs.paste import paste
from benchmark.photographs.photo_task import PhotoTask, photo_task
from benchmark.photographs.read_face import FaceReader
from benchmark.photographs.request import EditRequest
from benchmark.photographs.steady_eyes import placed_between, steady_eyes
from methods.base import CannotEdit
from methods.labels import ATTRIBUTES, attribute_columns
from registry.errors import InputError

ALIGNED: Final = 512
"""Side in pixels of the aligned face where no method says it."""


@dataclass(frozen=True)
class MethodEdit:
    """What one method made of the face.

    Attributes:
        edited: (S, S, 3) uint8 RGB, the aligned face; None where the method cannot do the edit.
        photograph: (H, W, 3) uint8 RGB, with the edit in it; None likewise.
        reason: why there is none; None where there is.
    """

    edited: Pixels | None = None
    photograph: Pixels | None = None
    reason: str | None = None


@dataclass(frozen=True)
class PhotoEdits:
    """A photograph's face with its edits.

    Attributes:
        found: the face that was chosen, as it was found.
        face: the same, aligned.
        size: side in pixels of the largest aligned face.
        request: what was asked for.
        other: the other face, where there is one.
        edits: by method; empty where no edit was asked for.
    """

    found: FoundFace
    face: PhotographedFace
    size: int
    request: EditRequest
    other: PhotographedFace | None = None
    edits: Mapping[str, MethodEdit] = field(default_factory=dict)

    @cached_property
    def aligned(self) -> Pixels:
        """(size, size, 3) uint8 RGB."""
        return self.face.image(self.size)

    @property
    def mask(self) -> NDArray[np.uint8] | None:
        """(size, size) uint8 labels of the aligned face; None where they are not known."""
        return None if self.face.parts is None else self.face.mask(self.size)


@dataclass(frozen=True)
class PhotoEditor:
    """What finds, reads and edits faces.

    Attributes:
        finder: finds faces and their points.
        methods: edit them.
        reader: knows their parts and attributes; None where no run says by which judges.
    """

    finder: FaceFinder
    methods: Sequence[LoadedMethod] = ()
    reader: FaceReader | None = None

    @property
    def size(self) -> int:
        """Side in pixels of the largest aligned face: that of the methods, of the judges, or a common one."""
        sizes = [method.size for method in self.methods] or [self.reader.size if self.reader else ALIGNED]
        return max(sizes)

    def edit(
        self,
        path: Path,
        request: EditRequest,
        *,
        number: int = 1,
        parts: NDArray[np.uint8] | None = None,
        style: Path | None = None,
    ) -> PhotoEdits:
        """Edit the face of a photograph by every method that can.

        Args:
            path: of the photograph.
            request: what to change.
            number: which of its faces, the largest being 1.
            parts: (M, M) labels of its aligned face, in place of those that the reader sees.
            style: photograph of the other face, the largest in it.

        Raises:
            InputError: if a file cannot be used, an attribute is unknown, a face is not found, or no method can do the
                edit.
            PluginError: if a method fails.
        """
        if request.attributes:  # looked for before a face is
            attribute_columns(list(request.attributes), self._attribute_names)
        found, face = self._face(path, number, parts)
        other = None if style is None else self._face(style, 1, None)[1]
        if request.attributes or request.mask is not None or request.hidden is not None or other is not None:
            _check_strength(request, styled=other is not None and not request.attributes)
            edits = self._edits(face, request, other)
        else:
            edits = {}
        return PhotoEdits(found, face, self.size, request, other, edits)

    def _face(self, path: Path, number: int, parts: NDArray[np.uint8] | None) -> tuple[FoundFace, PhotographedFace]:
        photograph = read_image(path)
        found = chosen_face(path, self.finder.faces(photograph, max(1, number)), number)
        face = PhotographedFace(photograph, celeba_hq_square(found.points))
        if self.reader is None:
            return found, PhotographedFace(photograph, face.square, parts)
        size = self.reader.size
        found = _moved_by_parser(found, face, self.reader)
        face = PhotographedFace(photograph, celeba_hq_square(found.points))
        shown = face.image(size)
        read = self.reader.parts(shown) if parts is None else parts
        has = self.reader.attributes(shown)
        return found, PhotographedFace(photograph, face.square, read, has, self._attribute_names)

    @property
    def _attribute_names(self) -> tuple[str, ...]:
        return ATTRIBUTES if self.reader is None else self.reader.attribute_names

    def _edits(
        self, face: PhotographedFace, request: EditRequest, other: PhotographedFace | None
    ) -> dict[str, MethodEdit]:
        if not self.methods:
            raise InputError("an edit was asked for, and no method: give --method")
        sizes = {method.size for method in self.methods}
        tasks = {size: photo_task(face, request, other, size) for size in sizes}
        edits = {method.label: _edited(method, tasks[method.size], face) for method in self.methods}
        reasons = {label: edit.reason for label, edit in edits.items()}
        if all(reasons.values()):
            said = "; ".join(f"{label}: {reason}" for label, reason in reasons.items())
            raise InputError(f"no method can do this edit: {said}")
        return edits


def chosen_face(path: Path, faces: Sequence[FoundFace], number: int) -> FoundFace:
    """One of the faces of a photograph, the largest being number 1.

    Raises:
        InputError: if there is none, or not as many.
    """
    if not faces:
        raise InputError(
            f"{path}: no face was found; a face is found that looks into the camera, upright by about 30 degrees"
        )
    if not 1 <= number <= len(faces):
        some = "1 face was" if len(faces) == 1 else f"{len(faces)} faces were"
        raise InputError(f"{path}: {some} found, and no face {number}; the largest is face 1")
    return faces[number - 1]


def _moved_by_parser(found: FoundFace, face: PhotographedFace, reader: FaceReader) -> FoundFace:
    """The face, its points moved towards where the reader's parser sees them, if that knows parts well."""
    if not reader.precise:
        return found
    if found.placed_by != "networks":
        points = refined(found.points, face.square, reader.parts(face.image(reader.size)))
        return found if points is found.points else replace(found, points=points, placed_by="parser")
    seen = steady_eyes(face.photograph, face.square, reader.size, reader.eyes)
    eyes = placed_between(found.points[:2], seen)
    if eyes is None:
        return found
    return replace(found, points=np.concatenate([eyes, found.points[2:]]), placed_by="networks and parser")


def _edited(method: LoadedMethod, task: PhotoTask, face: PhotographedFace) -> MethodEdit:
    try:
        edited = method.edit_task(task.for_method(method.card))
    except CannotEdit as reason:
        return MethodEdit(reason=str(reason))
    except InputError as error:
        if not isinstance(error.__cause__, CannotEdit):
            raise
        return MethodEdit(reason=str(error.__cause__))
    whole = paste(face.photograph, face.square, face.image(method.size), edited, task.pasted.numpy())
    return MethodEdit(edited, whole)


def _check_strength(request: EditRequest, *, styled: bool) -> None:
    if request.strength != 1 and (styled or not (request.attributes or request.mask is not None)):
        raise InputError("--strength says how far --attribute, or --mask without --style, is to go: give one of them")
