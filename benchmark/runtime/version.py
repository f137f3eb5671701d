"""The version of this package, as it was installed."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

DISTRIBUTION = "face-editing-benchmark"
"""What package managers call it."""


def installed_version() -> str:
    """The version; "0+unknown" of a source tree on the path that is not installed."""
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return "0+unknown"
