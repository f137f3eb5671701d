"""Faces recognised by several processes: the same embeddings, and no process that outlives its use."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from benchmark.metrics.face_embedding import embedder as face_embedding
from benchmark.metrics.face_embedding.dlib_network import LENGTH, SIDE
from benchmark.metrics.face_embedding.embedder import FaceEmbedder
from benchmark.metrics.face_embedding.worker_pool import FaceProcesses
from benchmark.weights.resources import Resources
from registry import DATASETS

pytestmark = pytest.mark.skipif(find_spec("dlib") is None, reason="needs the extra `identity`")
FACES = 7
OWNER = """
import sys
from pathlib import Path
from benchmark.metrics.face_embedding.worker_pool import FaceProcesses
processes = FaceProcesses(*map(Path, sys.argv[1:]), 2)
print(*(each.pid for each in processes._processes), flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> NDArray[np.uint8]:
    """Different rendered faces and, in the middle, a picture without one."""
    found = DATASETS.get("rendered-faces")(
        root=None, size=SIDE, cache=tmp_path_factory.mktemp("faces"), train=FACES, val=1, test=1
    )
    images = np.array(found.packed.images[:FACES])
    images[3] = 0
    return images


@pytest.fixture
def files(resources: Resources) -> tuple[Path, Path]:
    landmarks, network = (resources.weights.find(name).path for name in ("dlib-face-landmarks", "dlib-face-resnet"))
    return landmarks, network


def ended(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_processes_give_the_very_embeddings_of_one(
    files: tuple[Path, Path], faces: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = FaceEmbedder(*files).embeddings(faces)  # too few for processes
    monkeypatch.setattr(face_embedding, "FACES_A_PROCESS", 1)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    embedder = FaceEmbedder(*files)
    together = embedder.embeddings(faces)
    assert embedder._processes is not None
    np.testing.assert_array_equal(together, alone)
    assert together.shape == (FACES, LENGTH)
    assert np.isnan(together[3]).all()
    assert np.isfinite(np.delete(together, 3, axis=0)).all()


def test_processes_end_with_the_embedder(files: tuple[Path, Path]) -> None:
    processes = FaceProcesses(*files, 2)
    started = processes._processes
    del processes
    assert all(each.returncode is not None for each in started)


def test_a_process_that_ended_is_an_error_and_new_ones_take_over(
    files: tuple[Path, Path], faces: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(face_embedding, "FACES_A_PROCESS", 1)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    embedder = FaceEmbedder(*files)
    embedder.embeddings(faces[:2])
    assert embedder._processes is not None
    victim = embedder._processes._processes[1]
    victim.kill()
    victim.wait()
    with pytest.raises(RuntimeError, match="ended before its last face"):
        embedder.embeddings(faces[2:])
    assert np.isfinite(embedder.embeddings(faces[4:])).all()


@pytest.mark.skipif(sys.platform != "linux", reason="looks for the processes in /proc")
def test_no_process_outlives_a_killed_owner(files: tuple[Path, Path]) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, *map(str, files)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert owner.stdout is not None
    pids = [int(word) for word in owner.stdout.readline().split()]
    assert len(pids) == 2
    assert not any(map(ended, pids))
    os.kill(owner.pid, signal.SIGKILL)
    owner.communicate()
    limit = time.monotonic() + 30
    while not all(map(ended, pids)) and time.monotonic() < limit:
        time.sleep(0.1)
    assert all(map(ended, pids))
