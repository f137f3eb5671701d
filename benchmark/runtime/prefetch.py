"""Reads the next item of a stream in the background while the current one is worked on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def read_ahead(items: Iterable[Item]) -> Iterator[Item]:
    """The items in their order, each made by a thread of its own while its forerunner is used; errors come through."""
    iterator = iter(items)
    end = object()
    with ThreadPoolExecutor(max_workers=1) as background:
        waiting = background.submit(next, iterator, end)
        while (item := waiting.result()) is not end:
            waiting = background.submit(next, iterator, end)
            yield item  # type: ignore[misc]  # only `end` is no Item
