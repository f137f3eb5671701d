"""What a method's process makes of an order: an edit with its time, a strip, or the reason why there is none."""

from typing import Any

from benchmark.demo.base64_images import order_of
from benchmark.demo.edit_face import edit_face, edit_strip
from benchmark.photographs.aligned_face import PhotographedFace
from benchmark.photographs.load_methods import ChosenMethod

SIZE = 64
COLORS, LENDER = ChosenMethod("region-color", None), ChosenMethod("copy-source", None)


def test_a_painted_mask_changes_the_face_there(face: PhotographedFace, message: dict[str, Any]) -> None:
    edited = edit_face(COLORS, SIZE, "cpu", order_of(message))
    assert edited.image is not None
    assert edited.seconds > 0
    changed = (edited.image[50:56] != face.photograph[50:56]).any()
    assert changed


def test_a_strip_begins_with_no_part_of_the_edit_and_ends_with_all(message: dict[str, Any]) -> None:
    order = order_of(message)
    first, half, last = edit_strip(COLORS, SIZE, "cpu", order, (0.0, 0.5, 1.0))
    whole = edit_face(COLORS, SIZE, "cpu", order)
    assert all(edited.image is not None for edited in (first, half, last))
    assert (last.image == whole.image).all()
    assert (first.image != half.image).any()


def test_what_a_method_lacks_is_said_without_options_of_the_command(message: dict[str, Any]) -> None:
    edited = edit_face(LENDER, SIZE, "cpu", order_of(message))
    assert edited.image is None
    assert edited.reason == "there is no other face"
