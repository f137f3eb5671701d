"""What the page must know before its first edit: parts with their colours, methods, presets, faces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmark.photographs.load_methods import ChosenMethod
from benchmark.protocols.part_warps import WARPS
from methods.labels import LABELS, PALETTE
from registry.catalogue import METHOD_CARDS

STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Of the edits in a strip."""


def page_facts(methods: Sequence[ChosenMethod], faces: Mapping[str, Any], size: int) -> dict[str, Any]:
    """Plain values for the page.

    Args:
        methods: in the order in which they are shown.
        faces: what the judges' process says of them.
        size: side in pixels of the faces that are edited.
    """
    return {
        **faces,
        "size": size,
        "labels": [{"name": name, "color": list(color)} for name, color in zip(LABELS, PALETTE, strict=True)],
        "presets": list(WARPS),
        "strengths": list(STRENGTHS),
        "methods": [_method(method) for method in methods],
    }


def _method(method: ChosenMethod) -> dict[str, Any]:
    card = METHOD_CARDS.find(method.label.partition("+")[0]).card
    return {"label": method.label, "title": card.title, "takes": card.takes_in_words}
