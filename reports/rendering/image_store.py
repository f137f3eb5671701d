"""The pictures of one page, each held once, within a budget that a browser opens gladly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from reports.rendering.pictures import compact_uri

MAX_ALBUM_BYTES: Final = 10 * 2**20


class Album:
    """Pictures as data URIs, in the order in which they were added.

    Args:
        room: bytes that the URIs may take.

    Attributes:
        uris: the pictures.
        full: whether one was refused for want of room.
    """

    def __init__(self, room: int = MAX_ALBUM_BYTES) -> None:
        self.uris: list[str] = []
        self.full = False
        self._room = room
        self._places: dict[str, int] = {}

    def add(self, path: Path) -> int | None:
        """The place of a picture; None where its file cannot be read, or there is no more room."""
        if self._room <= 0:
            self.full = True
            return None
        uri = compact_uri(path)
        if uri is None:
            return None
        if uri not in self._places:
            if len(uri) > self._room:
                self.full = True
                return None
            self._room -= len(uri)
            self._places[uri] = len(self.uris)
            self.uris.append(uri)
        return self._places[uri]

    @contextmanager
    def share(self, parts: int) -> Iterator[None]:
        """Within the block there is room for one of so many equal parts; what it leaves goes to the others."""
        whole, self.full = self._room, False
        self._room = kept = whole // parts
        yield
        self._room += whole - kept
