"""Names to things: METHODS, DATASETS, PROTOCOLS, METRICS, ENCODERS, JUDGES.

The six registries load on first use, so that importing this package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from registry.strict import DATASETS, ENCODERS, JUDGES, METHODS, METRICS, PROTOCOLS

__all__ = ["DATASETS", "ENCODERS", "JUDGES", "METHODS", "METRICS", "PROTOCOLS"]


def __getattr__(name: str) -> object:
    if name in __all__:
        from registry import strict

        return getattr(strict, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
