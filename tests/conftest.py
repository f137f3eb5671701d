"""What all tests share: a small made-up dataset, a mark on tests of the whole program, an end to loaded plug-ins."""

from __future__ import annotations

import gc
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.loaded_plugins import forgotten_plugins

if TYPE_CHECKING:
    from tests.celebamask_hq_folder import FakeCelebA

WHOLE_PROGRAM = {"tests.commands", "tests.terminal"}
"""Modules whose functions run commands."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests of modules that run commands, start processes or open a browser, and run modules marked whole first.

    They are the long ones: at the end one of them would keep one processor busy while the others have nothing left.
    """
    whole = {item.path for item in items if _is_of_the_whole_program(item)}
    for item in items:
        if item.path in whole:
            item.add_marker(pytest.mark.integration)
    whole |= {item.path for item in items if _is_marked_whole(item)}
    items.sort(key=lambda item: item.path not in whole)


def pytest_configure() -> None:
    """Keep the garbage collector from passing over and over what is imported and collected, of which nothing goes.

    How long a generated example takes says how busy the machine is.
    """
    gc.disable()
    settings.register_profile("patient", parent=settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("patient")


def pytest_collection_finish() -> None:
    """Let it pass over none of that afterwards: half a million objects, half a second."""
    gc.freeze()
    gc.enable()
    gc.set_threshold(20_000, 2, 2)  # as `benchmark.cli.GARBAGE` has it


def _is_of_the_whole_program(item: pytest.Item) -> bool:
    names = vars(item.module) if isinstance(item, pytest.Function) else {}
    return "browser" in getattr(item, "fixturenames", ()) or any(
        thing is subprocess or getattr(thing, "__module__", None) in WHOLE_PROGRAM for thing in names.values()
    )


def _is_marked_whole(item: pytest.Item) -> bool:
    module = item.getparent(pytest.Module)
    return module is not None and any(mark.name == "integration" for mark in module.own_markers)


@pytest.fixture(autouse=True, scope="module")
def _plugins_of_one_module() -> Iterator[None]:
    with forgotten_plugins():
        yield


@pytest.fixture
def celeba(tmp_path: Path) -> FakeCelebA:
    # imported here: the process that only hands out tests, on which the others wait, has no use for torch
    from tests.celebamask_hq_folder import make_celeba

    return make_celeba(tmp_path / "celeba")
