"""The attributes that a method's options name: those that it learns to change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def option_attributes(options: Mapping[str, Any]) -> tuple[str, ...]:
    """The names under `attributes` or `attribute`; none where a method has neither."""
    several = options.get("attributes") or [options.get("attribute")]
    return tuple(str(name) for name in several if name)
