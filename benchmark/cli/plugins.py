"""The option `--plugin`, and loading plug-ins before a command looks at names."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from benchmark.runtime.home_folder import expanded
from registry.plugins import load_installed, load_named

PluginOption = Annotated[
    list[str] | None,
    typer.Option("--plugin", metavar="FILE_OR_MODULE", help="Plug-in to load, its folder, or a card; may be repeated."),
]


def load_plugins(plugins: list[str] | None) -> None:
    """Load installed plug-ins, saying on stderr which were skipped, and those named."""
    for problem in load_installed():
        print(f"bench: {problem}", file=sys.stderr)
    for plugin in plugins or ():
        load_named(str(expanded(plugin)))
