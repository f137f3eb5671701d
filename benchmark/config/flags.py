"""The settings that the command line and the Python API take by words of their own, as sources of a configuration."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmark.config.sources import ConfigSource


def sources_of(
    flags: dict[str, Any], config: Path | None = None, assignments: Sequence[str] | None = None
) -> list[ConfigSource]:
    """What was written after a command, as sources of settings by rising precedence.

    Args:
        flags: nested settings; None where a flag was not given.
        config: a YAML file.
        assignments: what followed each `--set`.

    Raises:
        InputError: if the file cannot be read, or an assignment is none.
    """
    # imported here: commands that read no settings must not wait for YAML and pydantic
    from benchmark.config.sources import COMMAND, ConfigSource, read_assignments, read_config

    files = [read_config(config)] if config else []
    return [*files, read_assignments(assignments or ()), ConfigSource(drop_unset(flags), COMMAND)]


def flags_of(
    dataset: str | None,
    data: object,
    *,
    preset: str | None,
    device: str | None,
    limit: int | None = None,
    protocols: Sequence[str] | None = None,
    metrics: Sequence[str] | None = None,
) -> dict[str, Any]:
    """The flags of an evaluation, in the keys that users write; None where one was not given."""
    return {
        "preset": preset,
        "limit": limit,
        "protocols": {name: {} for name in protocols or ()},
        "metrics": None if metrics is None else list(metrics),
        "dataset": {"name": dataset, "root": str(data) if data else None},
        "compute": {"device": device},
    }


def drop_unset(flags: dict[str, Any]) -> dict[str, Any]:
    """The flags that were given, so that the others leave files and presets alone."""
    nested = {
        key: drop_unset(value) if isinstance(value, dict) and key != "protocols" else value
        for key, value in flags.items()
    }
    return {key: value for key, value in nested.items() if value not in (None, {})}
