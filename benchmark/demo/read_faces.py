"""What the process of the judges does: show faces of the dataset, and find and read those of photographs."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from benchmark.demo.base64_images import aligned
from benchmark.images.convert import image_array
from benchmark.photographs.aligned_face import PhotographedFace
from benchmark.photographs.detect import face_finder
from benchmark.photographs.edit_photo import PhotoEditor
from benchmark.photographs.read_face import FaceReader
from benchmark.photographs.request import EditRequest
from benchmark.runtime.cache_folder import cache_folder, writable
from benchmark.runtime.progress import Reporter
from benchmark.weights.locate import Weights
from registry.errors import InputError


@dataclass(frozen=True)
class JudgesOfRun:
    """Where the judges, and the faces that they learned from, come from.

    Attributes:
        run: folder of a finished run.
        device: where they look.
        weights: files by id, beside those in `$BENCH_WEIGHTS`.
    """

    run: Path
    device: str
    weights: tuple[tuple[str, Path], ...] = ()


def described_faces(judges: JudgesOfRun, count: int) -> dict[str, Any]:
    """What the page says of the faces: ids of `faces` of the test split, and the `attributes` known."""
    reader = reader_of(judges)
    rows = reader.dataset.rows("test")[:count]
    return {
        "faces": [str(face) for face in reader.dataset.packed.ids[rows]],
        "attributes": [name for name in reader.attribute_names if name in reader.dataset.known_attributes],
    }


def dataset_face(judges: JudgesOfRun, face: str) -> PhotographedFace:
    """A face of the test split, with the parts and attributes that the dataset knows; others are the judges'.

    Raises:
        InputError: if it is not there.
    """
    reader = reader_of(judges)
    dataset = reader.dataset
    rows = dataset.rows("test")
    found = rows[dataset.packed.ids[rows].astype(str) == face]
    if not len(found):
        raise InputError(f"the test split of {dataset.name} has no face {face!r}")
    batch = dataset.batch(found[:1])
    image = image_array(batch.image)[0]
    parts = reader.parts(image) if "mask" in dataset.lacks else batch.mask[0].numpy()
    has = reader.attributes(image) if "attributes" in dataset.lacks else batch.attributes[0].numpy()
    return aligned(image, parts, has, reader.attribute_names)


def photographed_face(judges: JudgesOfRun, content: bytes, name: str, number: int, size: int) -> PhotographedFace:
    """The face of a photograph, found, aligned and read as `bench photo` does it.

    Args:
        judges: read it.
        content: of the photograph's file.
        name: of the file.
        number: which of its faces, the largest being 1.
        size: side in pixels of the aligned face.

    Raises:
        InputError: if the file is no picture, the face is not found, or what finds faces is not installed.
    """
    reader = reader_of(judges)
    editor = PhotoEditor(face_finder(_weights(judges)), (), reader)
    with tempfile.TemporaryDirectory(prefix="bench-demo-") as folder:
        path = Path(folder) / "photograph"
        path.write_bytes(content)
        try:
            found = editor.edit(path, EditRequest(), number=number).face
        except InputError as error:
            raise InputError(str(error).replace(str(path), name)) from error
    return aligned(found.image(size), found.mask(size), found.attributes, found.attribute_names)


@lru_cache(maxsize=1)
def reader_of(judges: JudgesOfRun) -> FaceReader:
    """The judges, loaded once."""
    cache = writable(cache_folder(), "cache folder")
    return FaceReader(judges.run, judges.device, cache, Reporter(), _weights(judges))


def _weights(judges: JudgesOfRun) -> Weights:
    return Weights(named=dict(judges.weights))
