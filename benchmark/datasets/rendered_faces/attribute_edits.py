"""The exact edits that give a rendered face one attribute of another: the factors that an attribute reads, swapped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from benchmark.datasets.hidden_attributes import HIDDEN_BY
from benchmark.datasets.rendered_faces.renderer.attributes import attributes
from benchmark.datasets.rendered_faces.renderer.factors import FaceFactors, transfer_expression
from methods.labels import ATTRIBUTES

Edit = Callable[[FaceFactors, FaceFactors], FaceFactors]
"""From a target and a source to the target with something of the source's."""


def transfer_attribute(attribute: str, target: FaceFactors, source: FaceFactors) -> FaceFactors | None:
    """`target` with an attribute of `source`: the true result of its transfer.

    Only the factors that the attribute reads are the source's, and what it cannot be seen without: a necklace comes
    with its neckline, a receding hairline with short hair, heavy make-up with all of the make-up, a hat with hair that
    names no hairline, a bald head with bare ears. What is worn has the source's colour; metal only where the target
    wears no other metal.

    Returns:
        None where no edit of these factors gives the attribute: a bald head has no hair to colour, curl or comb, a hat
        hides how the hair grows and whether there is any, the source lacks the attribute, or it is none of a rendered
        face's.
    """
    edit = _EDITS.get(attribute)
    if edit is None:
        return None
    edited = edit(target, source)
    if attribute == "Smiling":  # a source with any expression lends it, as it always could
        return edited
    hidden = any(_has(target, other) for other in HIDDEN_BY.get(attribute, ()))
    return edited if _has(edited, attribute) and not hidden else None


def _has(factors: FaceFactors, attribute: str) -> bool:
    return bool(attributes(factors)[ATTRIBUTES.index(attribute)])


def _geometry(part: str, *names: str) -> Edit:
    """The source's values of some factors of a part of the geometry."""

    def edit(target: FaceFactors, source: FaceFactors) -> FaceFactors:
        return _with_geometry(target, part, **_values(getattr(source.geometry, part), names))

    return edit


def _style(part: str, *names: str) -> Edit:
    """The source's values of some factors of a part of the style."""

    def edit(target: FaceFactors, source: FaceFactors) -> FaceFactors:
        return _with_style(target, part, **_values(getattr(source.style, part), names))

    return edit


def _with_geometry(face: FaceFactors, part: str, **changes: Any) -> FaceFactors:
    changed = replace(getattr(face.geometry, part), **changes)
    return replace(face, geometry=replace(face.geometry, **{part: changed}))


def _with_style(face: FaceFactors, part: str, **changes: Any) -> FaceFactors:
    changed = replace(getattr(face.style, part), **changes)
    return replace(face, style=replace(face.style, **{part: changed}))


def _values(part: object, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(part, name) for name in names}


def _bald(target: FaceFactors, source: FaceFactors) -> FaceFactors:
    return _with_geometry(target, "hair", length=source.geometry.hair.length, ears_shown=True)


def _receding(target: FaceFactors, source: FaceFactors) -> FaceFactors:
    return _with_geometry(target, "hair", **_values(source.geometry.hair, ("hairline", "length", "ears_shown")))


def _glasses(target: FaceFactors, source: FaceFactors) -> FaceFactors:
    worn = _with_geometry(target, "accessories", glasses=source.geometry.accessories.glasses)
    return _with_style(worn, "fabric", frame=source.style.fabric.frame)


def _hat(target: FaceFactors, source: FaceFactors) -> FaceFactors:
    worn = _with_geometry(target, "accessories", hat=source.geometry.accessories.hat)
    dyed = _with_style(worn, "fabric", hat=source.style.fabric.hat)
    return _with_geometry(dyed, "hair", hairline="open")


def _earrings(target: FaceFactors, source: FaceFactors) -> FaceFactors:
    worn = _with_geometry(target, "accessories", earrings=source.geometry.accessories.earrings)
    return worn if target.geometry.accessories.necklace else _metal(worn, source)


def _necklace(target: FaceFactors, source: FaceFactors) -> FaceFactors:
    worn = _with_geometry(target, "accessories", necklace=source.geometry.accessories.necklace)
    bared = _with_geometry(worn, "body", neckline=max(target.geometry.body.neckline, source.geometry.body.neckline))
    return bared if target.geometry.accessories.earrings != "none" else _metal(bared, source)


def _metal(face: FaceFactors, source: FaceFactors) -> FaceFactors:
    return _with_style(face, "fabric", metal=source.style.fabric.metal)


_BEARD: Final = _style("growth", "beard", "beard_density")
_HAIR_COLOUR: Final = _style("growth", "name", "hair")
_SHAPE: Final = _geometry("head", "cheek", "jaw", "chin", "length")
_EDITS: Final[dict[str, Edit]] = {
    "5_o_Clock_Shadow": _BEARD,
    "Arched_Eyebrows": _geometry("brows", "arch"),
    "Bags_Under_Eyes": _style("skin", "bags"),
    "Bald": _bald,
    "Bangs": _geometry("hair", "hairline"),
    "Big_Lips": _geometry("mouth", "fullness"),
    "Big_Nose": _geometry("nose", "width"),
    "Black_Hair": _HAIR_COLOUR,
    "Blond_Hair": _HAIR_COLOUR,
    "Brown_Hair": _HAIR_COLOUR,
    "Bushy_Eyebrows": _geometry("brows", "thickness"),
    "Chubby": _SHAPE,
    "Double_Chin": _geometry("head", "double_chin"),
    "Eyeglasses": _glasses,
    "Goatee": _BEARD,
    "Gray_Hair": _HAIR_COLOUR,
    "Heavy_Makeup": _style("makeup", "eye_shadow", "eye_shadow_opacity", "lashes", "lipstick"),
    "Mouth_Slightly_Open": _geometry("expression", "opening"),
    "Mustache": _BEARD,
    "Narrow_Eyes": _geometry("eyes", "height"),
    "No_Beard": _BEARD,
    "Oval_Face": _SHAPE,
    "Pale_Skin": _style("skin", "tone", "pale"),
    "Receding_Hairline": _receding,
    "Rosy_Cheeks": _style("skin", "blush"),
    "Smiling": transfer_expression,
    "Straight_Hair": _geometry("hair", "wave"),
    "Wavy_Hair": _geometry("hair", "wave", "phase"),
    "Wearing_Earrings": _earrings,
    "Wearing_Hat": _hat,
    "Wearing_Lipstick": _style("makeup", "lipstick"),
    "Wearing_Necklace": _necklace,
}
