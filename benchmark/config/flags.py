"""The settings that the command line and the Python API take by words of their own, nested as in a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def flags_of(
    method: str | None,
    dataset: str | None,
    root: object,
    *,
    preset: str | None,
    device: str | None,
    limit: int | None = None,
    protocols: Sequence[str] | None = None,
) -> dict[str, Any]:
    """The flags that commands share, in the keys of `Experiment`; None where one was not given."""
    return {
        "method": method,
        "preset": preset,
        "limit": limit,
        "protocols": {each: {} for each in protocols or ()},
        "dataset": {"name": dataset, "root": str(root) if root else None},
        "compute": {"device": device},
    }


def drop_unset(flags: dict[str, Any]) -> dict[str, Any]:
    """The flags that were given, so that the others leave files and presets alone."""
    nested = {
        key: drop_unset(value) if isinstance(value, dict) and key != "protocols" else value
        for key, value in flags.items()
    }
    return {key: value for key, value in nested.items() if value not in (None, {})}
