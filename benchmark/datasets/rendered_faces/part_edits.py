"""The exact edits of one part of a rendered face: a few of its geometry's factors, changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from benchmark.datasets.rendered_faces.renderer.factors import FaceFactors, Geometry
from benchmark.datasets.rendered_faces.renderer.geometry import Glasses, HairLength

_LONGER: Final[Mapping[HairLength, HairLength]] = {"bald": "short", "short": "medium", "medium": "long"}
_OTHER_GLASSES: Final[Mapping[Glasses, Glasses]] = {"none": "round", "round": "square", "square": "round"}
_ROUND_CHEEK: Final = 1.05
"""Half width of the cheeks from which on a face is chubby: such a face is made narrower, and no wider."""
_HIDDEN_BELOW: Final = ("bangs",)
"""Hairlines that cover brows which are raised."""


def edit_part(face: FaceFactors, edit: str) -> FaceFactors | None:
    """A face with one part edited: `edit` is the name of one of `PART_EDITS`.

    The steps are about as large as the population's whole range of a factor, so that an edit is seen at 64 pixels. A
    longer nose moves the mouth down with it, as it does in every face. Where glasses are worn they become others.

    Returns:
        None where the face cannot have the edit: its hair is as long as any, its cheeks are too wide or too narrow to
        go further, bangs would cover what is raised, or there is no such edit.
    """
    change = PART_EDITS.get(edit)
    geometry = None if change is None else change(face.geometry)
    return None if geometry is None else replace(face, geometry=geometry)


def _with(geometry: Geometry, part: str, **changes: Any) -> Geometry:
    return replace(geometry, **{part: replace(getattr(geometry, part), **changes)})


def _wider_mouth(face: Geometry) -> Geometry:
    return _with(face, "mouth", width=1.3 * face.mouth.width)


def _larger_eyes(face: Geometry) -> Geometry:
    return _with(face, "eyes", width=1.2 * face.eyes.width, height=1.6 * face.eyes.height)


def _raised_brows(face: Geometry) -> Geometry | None:
    if face.hair.hairline in _HIDDEN_BELOW and face.hair.length != "bald":
        return None
    return _with(face, "brows", height=face.brows.height + 0.1)


def _thicker_brows(face: Geometry) -> Geometry:
    return _with(face, "brows", thickness=face.brows.thickness + 0.05)


def _longer_nose(face: Geometry) -> Geometry:
    return _with(face, "nose", length=face.nose.length + 0.08)


def _longer_hair(face: Geometry) -> Geometry | None:
    longer = _LONGER.get(face.hair.length)
    return None if longer is None else _with(face, "hair", length=longer)


def _wider_face(face: Geometry) -> Geometry | None:
    return _outline(face, 1.12) if face.head.cheek < _ROUND_CHEEK else None


def _narrower_face(face: Geometry) -> Geometry | None:
    return _outline(face, 0.88) if face.head.cheek >= _ROUND_CHEEK - 0.1 else None


def _outline(face: Geometry, factor: float) -> Geometry:
    head = face.head
    return _with(face, "head", cheek=factor * head.cheek, jaw=factor * head.jaw, chin=factor * head.chin)


def _glasses(face: Geometry) -> Geometry:
    return _with(face, "accessories", glasses=_OTHER_GLASSES[face.accessories.glasses])


PART_EDITS: Final[Mapping[str, Callable[[Geometry], Geometry | None]]] = {
    "wider mouth": _wider_mouth,
    "larger eyes": _larger_eyes,
    "raised brows": _raised_brows,
    "thicker brows": _thicker_brows,
    "longer nose": _longer_nose,
    "longer hair": _longer_hair,
    "wider face": _wider_face,
    "narrower face": _narrower_face,
    "glasses": _glasses,
}
