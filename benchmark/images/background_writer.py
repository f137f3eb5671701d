"""Writes edits to PNG files in the background, while the next batch is edited."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmark.images.write import write_png

_WAITING: Final = 64
"""Images that may wait to be written: 200 MB at 1024 pixels; editing can outrun a slow disk."""


class ImageWriter:
    """Writes images in one thread of its own; the block ends when all are on disk.

    Each file appears whole or not at all.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "image-writer")
        self._waiting: deque[Future[None]] = deque()

    def write(self, path: Path, image: NDArray[np.uint8]) -> None:
        """Write an image, (H, W, 3) RGB, soon; waits where too many wait already.

        Raises:
            OSError: if one of the images before could not be written.
        """
        while len(self._waiting) >= _WAITING or (self._waiting and self._waiting[0].done()):
            self._waiting.popleft().result()
        self._waiting.append(self._thread.submit(write_png, path, image, durable=False))

    def __enter__(self) -> ImageWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown(wait=True)
        if error is None:
            for writing in self._waiting:
                writing.result()
