"""The task of a photographed face: what each kind of method gets, and what is said to one that cannot."""

from dataclasses import replace

import numpy as np
import pytest

from benchmark.datasets.rendered_faces.renderer.factors import sample_factors
from benchmark.datasets.rendered_faces.renderer.renderer import render
from benchmark.photographs.align import FaceSquare
from benchmark.photographs.aligned_face import PhotographedFace
from benchmark.photographs.photo_task import photo_task
from benchmark.photographs.request import EditRequest
from methods.base import CannotEdit
from methods.labels import ATTRIBUTES, LABELS, MOUTH_LABELS, NUM_ATTRIBUTES
from registry.cards import MethodCard
from registry.errors import InputError

SIZE = 64
SMILING, BLOND, BLACK = (ATTRIBUTES.index(name) for name in ("Smiling", "Blond_Hair", "Black_Hair"))


def card(*takes: str) -> MethodCard:
    return MethodCard(
        name="some", title="Some", summary="Some.", kind="learned", licence="free", takes=list(takes), entry="a:B"
    )


MASKS, ATTRIBUTE, LENT = card("image", "mask"), card("image", "attributes", "strength"), card("image", "source image")
FILLS, DRAWN = card("image", "region"), card("image", "region", "sketch", "colour")


def face(seed: int, *, parsed: bool = True, has: dict[int, float] | None = None) -> PhotographedFace:
    drawn = render(sample_factors(11, seed), SIZE)
    attributes = np.zeros(NUM_ATTRIBUTES, np.float32)
    for column, value in (has or {}).items():
        attributes[column] = value
    square = FaceSquare(np.full(2, (SIZE - 1) / 2), np.array([1.0, 0.0]), SIZE)
    return PhotographedFace(drawn.image, square, drawn.mask if parsed else None, attributes)


def refusal(card: MethodCard, request: EditRequest, other: PhotographedFace | None = None, **words: bool) -> str:
    with pytest.raises(CannotEdit) as said:
        photo_task(face(0, **words), request, other, SIZE).for_method(card)
    return str(said.value)


def test_an_attribute_is_asked_of_what_the_face_has() -> None:
    target = face(0, has={SMILING: 1, BLACK: 1})
    task = photo_task(target, EditRequest({"Blond_Hair": True}), None, SIZE).for_method(ATTRIBUTE)
    assert task.target.attributes[0, [SMILING, BLACK, BLOND]].tolist() == [1, 1, 0]
    assert task.attributes[0, [SMILING, BLACK, BLOND]].tolist() == [1, 0, 1]
    assert bool(task.region.all())


def test_an_attribute_of_the_runs_own_faces_is_asked_for_too() -> None:
    own = replace(face(0, has={SMILING: 1}), attribute_names=(*ATTRIBUTES, "Freckles"))
    own = replace(own, attributes=np.append(own.attributes, np.float32(0)))
    task = photo_task(own, EditRequest({"Freckles": True}), own, SIZE).for_method(ATTRIBUTE)
    for faces in (task.target, task.source):
        assert faces.attribute_names[-1] == "Freckles"
    assert task.target.values_of(["Freckles", "Smiling"]).tolist() == [[0, 1]]
    assert task.values_of(["Freckles", "Smiling"]).tolist() == [[1, 1]]
    with pytest.raises(InputError, match="unknown attribute 'Freckle'; did you mean 'Freckles'"):
        photo_task(own, EditRequest({"Freckle": True}), None, SIZE)
    with pytest.raises(InputError, match="unknown attribute 'Freckles'"):
        photo_task(face(0), EditRequest({"Freckles": True}), None, SIZE)


def test_an_attribute_that_a_judge_sees_already_is_still_a_change() -> None:
    task = photo_task(face(0, has={SMILING: 1}), EditRequest({"Smiling": True}, 0.5), None, SIZE).for_method(ATTRIBUTE)
    assert (task.target.attributes[0, SMILING], task.attributes[0, SMILING]) == (0, 1)
    assert task.strength is not None
    assert task.strength.tolist() == [0.5]


def test_a_mask_method_gets_the_part_of_the_other_face() -> None:
    target, other = face(0), face(1)
    found = photo_task(target, EditRequest({"Smiling": True}), other, SIZE)
    mask = found.for_method(MASKS).mask[0].numpy()
    mouth = np.isin(other.mask(SIZE), MOUTH_LABELS)
    np.testing.assert_array_equal(mask[mouth], other.mask(SIZE)[mouth])
    np.testing.assert_array_equal(mask[:20], target.mask(SIZE)[:20])
    assert bool(found.pasted[mouth].all())
    assert not found.pasted[:20].any()


def test_without_it_the_sentence_says_what_is_missing() -> None:
    smile = EditRequest({"Smiling": True})
    assert refusal(MASKS, smile) == (
        "no mask of Smiling: give --mask with an edited mask, or --style with a face that has Smiling=1"
    )
    assert refusal(MASKS, EditRequest({"Young": True}), face(1)).startswith("no mask of Young: give --mask")
    assert refusal(MASKS, EditRequest({"Eyeglasses": False}), face(1)).startswith("no mask without Eyeglasses")
    bare = next(face(seed) for seed in range(20) if LABELS.index("hat") not in face(seed).mask(SIZE))
    assert refusal(MASKS, EditRequest({"Wearing_Hat": True}), bare).endswith("the face of --style shows no hat")
    assert "give --face-mask" in refusal(MASKS, smile, face(1), parsed=False)
    assert refusal(LENT, smile) == "there is no other face: give --style"
    assert "asked for: give --attribute" in refusal(ATTRIBUTE, EditRequest(mask=face(1).mask(SIZE)))
    assert "give --hide" in refusal(FILLS, EditRequest({"Young": True}))
    assert "takes no strength" in refusal(LENT, EditRequest({"Smiling": True}, 0.5), face(1))


def test_an_edited_mask_is_what_masks_methods_get_and_says_where_to_paste() -> None:
    requested = face(0).mask(SIZE).copy()
    requested[40:44, 20:24] = LABELS.index("hair")
    found = photo_task(face(0), EditRequest(mask=np.kron(requested, np.ones((2, 2), np.uint8))), None, SIZE)
    np.testing.assert_array_equal(found.for_method(MASKS).mask[0].numpy(), requested)
    rows, columns = np.nonzero(found.pasted.numpy())
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (35, 48, 15, 28)


def test_a_style_is_painted_onto_the_face() -> None:
    target, style = face(0), face(1)
    task = photo_task(target, EditRequest(), style, SIZE).for_method(MASKS)
    np.testing.assert_array_equal(task.mask[0].numpy(), target.mask(SIZE))
    np.testing.assert_array_equal(task.target.mask[0].numpy(), style.mask(SIZE))
    assert "give --attribute" in refusal(ATTRIBUTE, EditRequest(), style)
    assert "a style is painted everywhere" in refusal(FILLS, EditRequest(), style)


def test_what_is_hidden_is_grey_and_goes_to_methods_that_fill() -> None:
    hidden = np.zeros((SIZE, SIZE), bool)
    hidden[30:40, 20:50] = True
    found = photo_task(face(0), EditRequest(hidden=hidden), None, SIZE)
    task = found.for_method(DRAWN)
    assert bool((task.target.image[0][:, hidden] == 0).all())
    assert bool((task.source.image[0][:, hidden] == 0).all())
    np.testing.assert_array_equal(task.region[0].numpy(), hidden)
    assert task.sketch is not None
    assert task.colour is not None
    assert not task.sketch[0][~hidden].any()
    assert found.for_method(FILLS).sketch is None
    assert bool(found.pasted[25:45, 15:55].all())
    assert refusal(MASKS, EditRequest(hidden=hidden)) == "it takes image and mask, and so fills no hidden region"


def test_another_face_shows_methods_no_colour_that_is_hidden() -> None:
    hidden = np.isin(face(0).mask(SIZE), MOUTH_LABELS)
    target = face(0)
    red = target.photograph.copy()
    red[hidden] = (255, 0, 0)
    task = photo_task(PhotographedFace(red, target.square, target.parts), EditRequest(hidden=hidden), None, SIZE).task
    assert task.colour is not None
    assert not (task.colour[0, 0] > 0.95).any()
