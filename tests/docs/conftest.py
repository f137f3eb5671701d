"""Plug-ins that one test loads are gone for the next."""

import sys
from collections.abc import Iterator

import pytest

from registry.catalogue import CATALOGUES


@pytest.fixture(autouse=True)
def _plug_ins_of_one_test() -> Iterator[None]:
    known = {kind: {entry.card.name: entry for entry in catalogue} for kind, catalogue in CATALOGUES.items()}
    modules = set(sys.modules)
    yield
    for kind, catalogue in CATALOGUES.items():
        catalogue._entries = known[kind]
    for name in set(sys.modules) - modules:
        if name.startswith("bench_plugin_"):
            del sys.modules[name]
