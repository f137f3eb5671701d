"""Embeddings kept on disk: found by the next run, shared by writers, made anew where the file is damaged."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmark.caching.code_version import libraries_below
from benchmark.metrics.face_embedding.arcface_embedder import ArcFaceEmbedder
from benchmark.metrics.face_embedding.embedder import FaceEmbedder
from benchmark.metrics.face_embedding.kept_embeddings import KeptEmbeddings
from benchmark.metrics.face_embedding.seen_faces import SeenFaces

SIDE = 8


class Means(SeenFaces):
    """Embeds an image as its mean by channel, and a black one as no face, of a length that it then does not know."""

    def __init__(self, *sha256: str) -> None:
        super().__init__(*sha256)
        self.looked_at = 0

    def _look(self, images: Sequence[NDArray[np.uint8]]) -> list[NDArray[np.float64]]:
        self.looked_at += len(images)
        return [image.mean(axis=(0, 1)) if image.any() else np.full(1, np.nan) for image in images]


def flat_images(*shades: int) -> NDArray[np.uint8]:
    return np.stack([np.full((SIDE, SIDE, 3), shade, np.uint8) for shade in shades])


def test_what_one_run_has_looked_at_the_next_one_knows(tmp_path: Path) -> None:
    path = tmp_path / "embeddings" / "means.npz"
    images = flat_images(10, 0, 30, 10)
    first, second = Means(), Means()
    made = first.embeddings(images, KeptEmbeddings(path))
    assert first.looked_at == 3  # the fourth is the first again
    found = second.embeddings(images, KeptEmbeddings(path))
    assert second.looked_at == 0
    np.testing.assert_array_equal(found, made)
    np.testing.assert_array_equal(made, [[10] * 3, [np.nan] * 3, [30] * 3, [10] * 3])


def test_outputs_are_not_kept_but_where_they_are_targets_too(tmp_path: Path) -> None:
    path = tmp_path / "means.npz"
    run = Means()
    run.embeddings(flat_images(10, 20))
    assert not path.exists()
    run.embeddings(flat_images(20, 30), KeptEmbeddings(path))
    assert run.looked_at == 3
    assert len(KeptEmbeddings(path).known) == 2


def test_faceless_images_alone_are_kept_until_a_length_is_known(tmp_path: Path) -> None:
    path = tmp_path / "means.npz"
    Means().embeddings(flat_images(0), KeptEmbeddings(path))
    later = Means()
    found = later.embeddings(flat_images(0, 50), KeptEmbeddings(path))
    assert later.looked_at == 1
    np.testing.assert_array_equal(found, [[np.nan] * 3, [50] * 3])


def test_writers_keep_what_others_have_added(tmp_path: Path) -> None:
    path = tmp_path / "means.npz"
    one, other = KeptEmbeddings(path), KeptEmbeddings(path)
    assert one.known == other.known == {}
    Means().embeddings(flat_images(10), one)
    Means().embeddings(flat_images(20), other)
    assert len(KeptEmbeddings(path).known) == 2


@pytest.mark.parametrize("damage", ["cut", "flipped", "emptied"])
def test_a_damaged_file_is_made_anew(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "means.npz"
    images = flat_images(10, 20, 30)
    made = Means().embeddings(images, KeptEmbeddings(path))
    whole = path.read_bytes()
    place = whole.index(np.float64(20).tobytes())
    flipped = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
    path.write_bytes({"cut": whole[:-9], "flipped": flipped, "emptied": b""}[damage])
    again = Means()
    np.testing.assert_array_equal(again.embeddings(images, KeptEmbeddings(path)), made)
    assert again.looked_at == 3
    assert path.read_bytes() == whole


@pytest.mark.parametrize(
    "content",
    [
        {"rows": np.zeros((2, 3))},
        {"hashes": np.zeros((2, 64), np.uint8), "embeddings": np.zeros((3, 3))},
        {"hashes": np.zeros((2, 64), np.uint8), "embeddings": np.zeros(2)},
        {"hashes": np.zeros((2, 32), np.uint8), "embeddings": np.zeros((2, 3))},
        {"hashes": np.zeros((2, 64)), "embeddings": np.zeros((2, 3))},
    ],
    ids=["other names", "other lengths", "no rows", "short hashes", "no bytes"],
)
def test_a_file_of_something_else_is_made_anew(tmp_path: Path, content: dict[str, NDArray[Any]]) -> None:
    path = tmp_path / "means.npz"
    np.savez(path, **content)
    Means().embeddings(flat_images(10), KeptEmbeddings(path))
    assert len(KeptEmbeddings(path).known) == 1


def test_every_library_that_decides_an_embedding_counts() -> None:
    by_dlib, by_arcface = (libraries_below(each.__module__) for each in (FaceEmbedder, ArcFaceEmbedder))
    assert {"cv2", "dlib", "numpy"} <= by_dlib
    assert {"cv2", "dlib", "numpy", "onnxruntime"} <= by_arcface


def test_other_weights_have_a_file_of_their_own(tmp_path: Path) -> None:
    one, same, other = (Means(sha256).kept_in(tmp_path).path for sha256 in ("a", "a", "b"))
    assert one == same != other
    assert one.parent == tmp_path / "embeddings"
