"""What the page sends is read to the byte, and refused in one sentence where it is no edit."""

from typing import Any

import numpy as np
import pytest

from benchmark.demo.base64_images import aligned, face_message, labels_message, order_of, picture_message, picture_of
from benchmark.photographs.aligned_face import PhotographedFace
from methods.labels import ATTRIBUTES
from registry.errors import InputError

SIZE = 64


def test_a_face_comes_back_to_the_byte(face: PhotographedFace, message: dict[str, Any]) -> None:
    order = order_of(message)
    assert (order.face.image(SIZE) == face.photograph).all()
    assert (order.face.mask(SIZE) == face.mask(SIZE)).all()
    assert (order.face.attributes == face.attributes).all()
    assert (order.request.mask == face.mask(SIZE)).mean() < 1
    assert order.request.hidden is None
    assert order.other is None


def test_an_aligned_face_is_cut_at_its_own_size_and_at_others(face: PhotographedFace) -> None:
    assert (picture_of(picture_message(face.photograph)) == face.photograph).all()
    assert face.image(SIZE // 2).shape == (SIZE // 2, SIZE // 2, 3)


def test_a_mask_that_is_as_it_was_asks_for_nothing(face: PhotographedFace, message: dict[str, Any]) -> None:
    assert order_of(message | {"mask": labels_message(face.mask(SIZE))}).request.mask is None


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"mask": labels_message(np.full((SIZE, SIZE), 19))}, "label 19"),
        ({"mask": labels_message(np.zeros((3, 3)))}, "9 pixels for a face of 64x64"),
        ({"mask": "?"}, "no base64"),
        ({"mask": None}, "none of an edit"),
        ({"attributes": {"Smirking": 1}}, "Smirking"),
        ({"strength": -1}, "strength"),
        (
            {"face": {"image": "data:image/png;base64,AAAA", "parts": "", "attributes": [], "own_attributes": []}},
            "a picture that is no image",
        ),
        ({"face": {}}, "none of an edit"),
    ],
)
def test_what_is_no_edit_is_refused(message: dict[str, Any], changed: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        order_of(message | changed)


def test_a_face_says_what_it_has(face: PhotographedFace) -> None:
    assert face.attributes is not None
    assert len(face_message(face, SIZE)["attributes"]) == face.attributes.sum()


def test_attributes_that_the_runs_faces_have_beside_celebas_come_and_go(
    face: PhotographedFace, message: dict[str, Any]
) -> None:
    assert face.attributes is not None
    freckled = aligned(
        face.photograph, face.parts, np.append(face.attributes, np.float32(1)), (*ATTRIBUTES, "Freckles")
    )
    said = face_message(freckled, SIZE)
    assert "Freckles" in said["attributes"]
    order = order_of(message | {"face": said, "attributes": {"Freckles": 0}})
    assert order.face.attribute_names[-1] == "Freckles"
    assert order.face.attributes is not None
    assert order.face.attributes.tolist() == [*face.attributes.tolist(), 1]
    with pytest.raises(InputError, match="unknown attribute 'Freckles'"):
        order_of(message | {"attributes": {"Freckles": 0}})
    with pytest.raises(InputError, match="twice"):
        order_of(message | {"face": said | {"own_attributes": ["Smiling"]}})
