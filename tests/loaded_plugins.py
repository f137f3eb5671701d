"""Forgets the plug-ins that a test loaded, so that no other test finds their names."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from registry.catalogue import CATALOGUES


@contextmanager
def forgotten_plugins() -> Iterator[None]:
    """Within the block plug-ins may be loaded; after it the names are those of before."""
    known = {kind: {entry.card.name: entry for entry in catalogue} for kind, catalogue in CATALOGUES.items()}
    modules = set(sys.modules)
    yield
    for kind, catalogue in CATALOGUES.items():
        catalogue._entries = known[kind]
    for name in set(sys.modules) - modules:
        if name.startswith("bench_plugin_"):
            del sys.modules[name]
