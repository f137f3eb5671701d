"""Renders many faces in processes of their own, since the renderer holds Python's lock most of the time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import IO, Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmark.datasets.rendered_faces.renderer.attributes import attributes
from benchmark.datasets.rendered_faces.renderer.factors import FaceFactors, sample_factors
from benchmark.datasets.rendered_faces.renderer.renderer import render
from benchmark.runtime.worker_process import start_worker
from methods.labels import NUM_ATTRIBUTES

FACES_A_PROCESS: Final = 200
"""Fewer faces than this take less time to render than a process takes to start."""


class Drawing(NamedTuple):
    """A rendered face.

    Attributes:
        image: (size, size, 3) uint8 RGB.
        mask: (size, size) uint8 labels.
        attributes: (40,) uint8 in {0, 1}.
        pose: (3,) float32 yaw, pitch, roll in degrees.
    """

    image: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    attributes: NDArray[np.uint8]
    pose: NDArray[np.float32]


def draw(factors: FaceFactors, size: int) -> Drawing:
    """Render one face with what is known of it."""
    face, pose = render(factors, size), factors.geometry.pose
    angles = np.degrees((pose.yaw, pose.pitch, pose.roll)).astype(np.float32)
    return Drawing(face.image, face.mask, attributes(factors), angles)


def draw_all(seed: int, indices: Sequence[int], size: int) -> Iterator[Drawing]:
    """Render the faces `indices` of population `seed` in order, by as many processes as pay."""
    count = min(os.cpu_count() or 1, len(indices) // FACES_A_PROCESS)
    if count < 2:
        yield from (draw(sample_factors(seed, index), size) for index in indices)
        return
    with ExitStack() as stack:
        processes = [stack.enter_context(_started(seed, indices[first::count], size)) for first in range(count)]
        outputs = [process.stdout for process in processes if process.stdout is not None]
        for position in range(len(indices)):
            yield _received(outputs[position % count], size)


def _started(seed: int, indices: Sequence[int], size: int) -> subprocess.Popen[bytes]:
    process = start_worker(__name__)
    if process.stdin is not None:
        with process.stdin as orders:
            orders.write(json.dumps({"seed": seed, "indices": list(indices), "size": size}).encode())
    return process


def _received(output: IO[bytes], size: int) -> Drawing:
    lengths = (size * size * 3, size * size, NUM_ATTRIBUTES, 3 * 4)
    content = output.read(sum(lengths))
    if len(content) < sum(lengths):
        raise RuntimeError("a process that renders faces ended before its last face")
    image, mask, flags, pose = np.split(np.frombuffer(content, np.uint8), np.cumsum(lengths)[:-1])
    return Drawing(image.reshape(size, size, 3), mask.reshape(size, size), flags, pose.view(np.float32))


def _serve(orders: IO[bytes], output: IO[bytes]) -> None:
    """Render what `orders` ask for and write each face's arrays, byte for byte, to `output`."""
    cv2.setNumThreads(1)
    request = json.load(orders)
    try:
        for index in request["indices"]:
            for array in draw(sample_factors(request["seed"], index), request["size"]):
                output.write(np.ascontiguousarray(array).data)
            output.flush()
    except BrokenPipeError:
        # The parent process is gone, and nothing else is needed; the pipe is closed unread and unflushed.
        os._exit(1)


if __name__ == "__main__":
    _serve(sys.stdin.buffer, sys.stdout.buffer)
