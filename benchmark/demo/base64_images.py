"""Faces, masks and edits as the page and the server send them to each other: PNG files and bytes in base64."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmark.images.convert import Pixels
from benchmark.images.read import UnreadableImageError, decode_image
from benchmark.photographs.align import FaceSquare
from benchmark.photographs.aligned_face import PhotographedFace
from benchmark.photographs.request import EditRequest
from methods.labels import ATTRIBUTES, NUM_LABELS, attribute_columns, check_attribute_names
from registry.errors import InputError

Labels = NDArray[np.uint8]
_PNG: Final = "data:image/png;base64,"


@dataclass(frozen=True)
class Order:
    """An edit that the page asks for.

    Attributes:
        face: the aligned face.
        request: what to change.
        other: the face that lends something; None where there is none.
    """

    face: PhotographedFace
    request: EditRequest
    other: PhotographedFace | None


def aligned(
    image: Pixels,
    parts: Labels | None,
    attributes: NDArray[np.float32] | None,
    attribute_names: tuple[str, ...] = ATTRIBUTES,
) -> PhotographedFace:
    """A face (S, S, 3) that is aligned already, as one that fills its photograph."""
    size = len(image)
    square = FaceSquare(np.full(2, (size - 1) / 2), np.array([1.0, 0.0]), float(size))
    return PhotographedFace(image, square, parts, attributes, attribute_names)


def picture_message(image: Pixels) -> str:
    """A picture (H, W, 3) as the address of itself."""
    _, content = cv2.imencode(".png", np.ascontiguousarray(image[..., ::-1]))
    return _PNG + base64.b64encode(content.tobytes()).decode()


def labels_message(labels: NDArray[Any]) -> str:
    """Labels or truths (S, S), a byte each, row by row."""
    return base64.b64encode(np.ascontiguousarray(labels, np.uint8).tobytes()).decode()


def face_message(face: PhotographedFace, size: int) -> dict[str, Any]:
    """An aligned face, its parts, the attributes that it has, and those that there are beside CelebA's."""
    names = face.attribute_names
    has = np.zeros(len(names)) if face.attributes is None else face.attributes
    return {
        "size": size,
        "image": picture_message(face.image(size)),
        "parts": labels_message(face.mask(size)),
        "attributes": [name for name, value in zip(names, has, strict=True) if value > 0.5],
        "own_attributes": list(names[len(ATTRIBUTES) :]),
    }


def order_of(message: Mapping[str, Any]) -> Order:
    """The edit that a message of the page asks for.

    Args:
        message: `face` and `style` as `face_message` has them, `style` null where there is none; `mask` and `hidden`
            as bytes; `attributes` by name, 0 or 1; and `strength`.

    Raises:
        InputError: if something is missing or has another form.
    """
    try:
        face = _face_of(message["face"])
        size = len(face.photograph)
        mask, hidden = bytes_of(message["mask"], size), bytes_of(message["hidden"], size).astype(bool)
        request = EditRequest(
            attributes={str(name): bool(value) for name, value in message["attributes"].items()},
            strength=float(message["strength"]),
            mask=None if (mask == face.parts).all() else checked_labels(mask),
            hidden=hidden if hidden.any() else None,
        )
        if request.attributes:
            attribute_columns(list(request.attributes), face.attribute_names)
        return Order(face, request, None if message["style"] is None else _face_of(message["style"]))
    except InputError:
        raise
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise InputError(f"the page's message is none of an edit: {type(error).__name__} {error}") from error


def picture_of(message: str) -> Pixels:
    """The picture (H, W, 3) of a message.

    Raises:
        InputError: if it is none.
    """
    try:
        return decode_image(content_of(message.removeprefix(_PNG)))
    except UnreadableImageError as error:
        raise InputError(f"the page sent a picture that {error}") from error


def bytes_of(message: str, size: int) -> NDArray[np.uint8]:
    """The plane (size, size) of a message.

    Raises:
        InputError: if it has another number of bytes.
    """
    content = content_of(message)
    if len(content) != size * size:
        raise InputError(f"the page sent a mask of {len(content)} pixels for a face of {size}x{size}")
    return np.frombuffer(content, np.uint8).reshape(size, size).copy()  # torch takes no array that cannot be written


def checked_labels(labels: Labels) -> Labels:
    """The labels as they are.

    Raises:
        InputError: if one is none.
    """
    if labels.max() >= NUM_LABELS:
        raise InputError(f"the page sent label {labels.max()}; labels are 0..{NUM_LABELS - 1}")
    return labels


def _face_of(message: Mapping[str, Any]) -> PhotographedFace:
    image = picture_of(message["image"])
    if image.shape[0] != image.shape[1]:
        raise InputError(f"the page sent a face of {image.shape[1]}x{image.shape[0]}, which is not square")
    names = (*ATTRIBUTES, *message["own_attributes"])
    check_attribute_names(names)
    has = np.array([name in message["attributes"] for name in names], np.float32)
    return aligned(image, checked_labels(bytes_of(message["parts"], len(image))), has, names)


def content_of(message: str) -> bytes:
    """The bytes of a message in base64.

    Raises:
        InputError: if it is none.
    """
    try:
        return base64.b64decode(message, validate=True)
    except binascii.Error as error:
        raise InputError(f"the page sent no base64: {error}") from error
