"""Plug-ins that one test loads are gone for the next."""

from collections.abc import Iterator

import pytest

from tests.loaded_plugins import forgotten_plugins


@pytest.fixture(autouse=True)
def _plugins_of_one_test() -> Iterator[None]:
    with forgotten_plugins():
        yield
