"""Calls to a process of its own: answered there in turn, refused in a sentence, and its end is noticed."""

import asyncio
import os
from collections.abc import Iterator

import pytest

from benchmark.demo.own_process import OwnProcess
from benchmark.demo.part_presets import with_preset
from registry.errors import InputError

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def process() -> Iterator[OwnProcess]:
    started = OwnProcess("a method")
    yield started
    started.close()


def test_calls_are_answered_by_one_process_which_is_not_this_one(process: OwnProcess) -> None:
    async def several() -> list[int]:
        return await asyncio.gather(*(process.call(os.getpid) for _ in range(3)))

    (number,) = set(asyncio.run(several()))
    assert number != os.getpid()


def test_what_is_raised_there_is_said_here(process: OwnProcess) -> None:
    with pytest.raises(InputError, match="there is no preset 'moustache'"):
        asyncio.run(process.call(with_preset, None, "moustache"))
    with pytest.raises(InputError, match="TypeError"):
        asyncio.run(process.call(os.getpid, "too many"))


def test_a_process_that_ended_is_named_and_started_again(process: OwnProcess) -> None:
    before = asyncio.run(process.call(os.getpid))
    with pytest.raises(InputError, match="the process of a method ended"):
        asyncio.run(process.call(os._exit, 3))
    assert asyncio.run(process.call(os.getpid)) != before
