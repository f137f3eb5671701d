"""The method of a design: CycleGAN, or a variant of its card that has networks and losses of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from methods.cyclegan.discogan import DiscoGAN
from methods.cyclegan.model import CycleGAN
from methods.cyclegan.unit import UNIT
from methods.shared.domain_pair import DomainPairEditor

DESIGNS: Final[Mapping[str, type[CycleGAN | UNIT | DiscoGAN]]] = {
    "cyclegan": CycleGAN,
    "unit": UNIT,
    "discogan": DiscoGAN,
}


def build_editor(size: int, **options: Any) -> DomainPairEditor:
    """The editor of the option `design`.

    Args:
        size: side of the images in pixels.
        options: those of `CycleGANOptions`.

    Raises:
        ValueError: for a size or an option that no network could be built with.
    """
    return DESIGNS[options.get("design", "cyclegan")](size, **options)
