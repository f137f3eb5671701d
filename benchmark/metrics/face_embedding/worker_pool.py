"""Recognises faces in several processes, since dlib holds Python's lock and its ResNet takes a core 0.1 s a face."""

from __future__ import annotations

import subprocess
import sys
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.face_embedding.dlib_network import LENGTH, SIDE, FaceRecognition
from benchmark.runtime.worker_process import start_worker


class FaceProcesses:
    """Processes that wait for faces until they are closed, or whoever started them is gone.

    Args:
        landmarks: file of dlib's landmark predictor.
        network: file of dlib's ResNet.
        count: how many.
    """

    def __init__(self, landmarks: Path, network: Path, count: int) -> None:
        self._processes = [start_worker(__name__, str(landmarks), str(network)) for _ in range(count)]
        self.close = weakref.finalize(self, _close, self._processes)

    def embeddings(self, images: Sequence[NDArray[np.uint8]]) -> list[NDArray[np.float64]]:
        """Of each (SIDE, SIDE, 3) RGB picture its embedding (LENGTH,), as `FaceRecognition` gives it.

        Raises:
            RuntimeError: if a process has ended.
        """
        found: list[NDArray[np.float64]] = []
        for start in range(0, len(images), len(self._processes)):
            # one face to every process, in turn: their times are alike, and no pipe ever fills on both sides
            given = list(zip(images[start : start + len(self._processes)], self._processes, strict=False))
            try:
                for image, process in given:
                    _ask(process, image)
                found += [_answer(process) for _, process in given]
            except BaseException:
                self.close()  # questions without answers would be mistaken for the next ones'
                raise
        return found


def _ask(process: subprocess.Popen[bytes], image: NDArray[np.uint8]) -> None:
    assert process.stdin is not None
    try:
        process.stdin.write(np.ascontiguousarray(image).data)
        process.stdin.flush()
    except BrokenPipeError as error:
        raise RuntimeError("a process that recognises faces ended before its last face") from error


def _answer(process: subprocess.Popen[bytes]) -> NDArray[np.float64]:
    assert process.stdout is not None
    content = process.stdout.read(LENGTH * 8)
    if len(content) < LENGTH * 8:
        raise RuntimeError("a process that recognises faces ended before its last face")
    return np.frombuffer(content, np.float64)


def _close(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.kill()
    for process in processes:
        process.communicate()


def _serve(recognition: FaceRecognition, images: IO[bytes], embeddings: IO[bytes]) -> None:
    """Answer each picture with its embedding, until there are no more."""
    size = SIDE * SIDE * 3
    while len(content := images.read(size)) == size:
        image = np.frombuffer(content, np.uint8).reshape(SIDE, SIDE, 3)
        embeddings.write(recognition.embedding(image).data)
        embeddings.flush()


if __name__ == "__main__":
    _serve(FaceRecognition(*map(Path, sys.argv[1:])), sys.stdin.buffer, sys.stdout.buffer)
