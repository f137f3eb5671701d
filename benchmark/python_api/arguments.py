"""The arguments that functions of `import benchmark` share, as what the rest of the program takes."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.config.flags import drop_unset
from registry.plugins import load_installed, load_named

if TYPE_CHECKING:
    from benchmark.config.sources import ConfigSource
    from benchmark.weights.locate import Weights

PathName = str | PathLike[str]
Settings = Mapping[str, Any]
"""Settings nested as in a configuration file, such as `{"options": {"ngf": 32}}`."""


def load_plugins(plugins: Iterable[PathName]) -> None:
    """Load plug-ins after those that are installed, of which one that cannot be loaded is a warning.

    Raises:
        InputError: if one of those named cannot be loaded.
    """
    for problem in load_installed():
        warnings.warn(problem, stacklevel=3)
    for plugin in plugins:
        load_named(str(plugin))


def sources_of_arguments(
    flags: dict[str, Any], settings: Settings | None, config: PathName | None = None
) -> list[ConfigSource]:
    """What the user wrote, in the order of precedence: arguments over `settings` over the file `config`."""
    from benchmark.config.sources import COMMAND, ConfigSource, read_config

    files = [] if config is None else [read_config(Path(config))]
    return [*files, ConfigSource(dict(settings or {}), "settings"), ConfigSource(drop_unset(flags), COMMAND)]


def weights_of(files: Mapping[str, PathName] | None) -> Weights:
    """Where weights files are looked for, beside those that were named by their ids."""
    from benchmark.weights.locate import Weights

    return Weights(named={id: Path(file) for id, file in (files or {}).items()})


def names_of(given: str | Iterable[str] | None) -> list[str]:
    """One name, or several."""
    return [given] if isinstance(given, str) else list(given or ())


def paths_of(given: PathName | Iterable[PathName]) -> list[str]:
    """One path or glob, or several."""
    return [str(path) for path in ([given] if isinstance(given, str | PathLike) else given)]
