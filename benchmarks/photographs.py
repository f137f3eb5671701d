"""How well faces in larger pictures are found, aligned, edited and pasted back.

Usage: python -m benchmarks.photographs RUN COUNT [FOLDER]

RUN is a finished run, whose method edits, and whose parser refines the alignment. COUNT photographs of FOLDER, a copy
of CelebAMask-HQ, are placed into synthetic scenes, or rendered faces where no folder is given. Scenes are kept
in memory and in a temporary folder alone.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.datasets.celebamask_hq import reader as celebamask_hq
from benchmark.datasets.celebamask_hq.files import find_files, read_annotations
from benchmark.datasets.packed import FaceRecord
from benchmark.datasets.rendered_faces.renderer.factors import sample_factors
from benchmark.datasets.rendered_faces.renderer.renderer import render
from benchmark.images.write import write_png
from benchmark.photographs.align import Points
from benchmark.photographs.detect import LANDMARKS, FaceFinder, FoundFace, face_finder
from benchmark.photographs.edit_photo import PhotoEditor, PhotoEdits
from benchmark.photographs.load_methods import choose_methods, load_all
from benchmark.photographs.paste import paste
from benchmark.photographs.read_face import FaceReader
from benchmark.photographs.request import EditRequest
from benchmark.runtime.cache_folder import cache_folder
from benchmark.runtime.progress import Reporter
from benchmark.weights.locate import Weights
from benchmarks.photo_scenes import eye_centres, place_face
from methods.labels import LABELS, MOUTH_LABELS

SIZE, PHOTOGRAPH = 384, 512
"""Sides of rendered faces and of photographs before they are placed."""
EYES = (LABELS.index("l_eye"), LABELS.index("r_eye"))
CLOSE = 0.03
"""Distance of an eye from where it is, in distances of the eyes, that counts as found."""

Face = tuple[NDArray[np.uint8], NDArray[np.uint8]]


class LastLook:
    """Finds faces, and remembers those of the scene that it looked at last.

    Args:
        finder: that looks.
    """

    def __init__(self, finder: FaceFinder) -> None:
        self._finder = finder
        self._scene = np.empty(0, np.uint8)
        self._found: list[FoundFace] = []

    def faces(self, scene: NDArray[np.uint8], at_least: int = 1) -> list[FoundFace]:
        """As the finder gives them."""
        if not np.array_equal(scene, self._scene):
            self._scene, self._found = scene, self._finder.faces(scene, at_least)
        return self._found


def main(run: Path, count: int, folder: Path | None = None) -> None:
    """Print what became of the faces."""
    reader = FaceReader(run, "cpu", cache_folder(), Reporter(), Weights())
    finder: Any = LastLook(face_finder(Weights()))
    editor = PhotoEditor(finder, load_all(choose_methods([str(run)], run, None), "cpu"), reader)
    landmarks = FaceFinder(Weights().find(LANDMARKS).path)
    by_landmarks: list[float] = []
    aligned: list[float] = []
    unedited: list[float] = []
    became: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "scene.png"
        for number, (image, mask) in enumerate(_rendered(count) if folder is None else _photographs(folder, count)):
            placed = place_face(image, number)
            write_png(path, placed.image, durable=False)
            faces = editor.finder.faces(placed.image)
            if not faces:
                became["not found"] += 1
                continue
            plain = editor.edit(path, EditRequest())
            eyes = eye_centres(mask, EYES)
            if eyes is not None:
                by_landmarks += [
                    _distance(face.points, placed.there(eyes)) for face in landmarks.faces(placed.image)[:1]
                ]
                aligned.append(_distance(plain.found.points, placed.there(eyes)))
            everywhere = np.ones((editor.size, editor.size), np.bool_)
            back = paste(placed.image, plain.face.square, plain.aligned, plain.aligned, everywhere)
            unedited.append(float(np.abs(back.astype(int) - placed.image).max()))
            became[_outcome(editor, path, plain)] += 1
    print("; ".join(f"{outcome}: {times}" for outcome, times in became.items()))
    for name, errors in (("landmarks", by_landmarks), ("as aligned", aligned)):
        share = np.mean(np.array(errors) <= CLOSE)
        print(f"{name}: {share:.3f} of {len(errors)} have both eyes within {CLOSE:.0%} of their distance; ", end="")
        print("median, 90%, 95%: " + ", ".join(f"{value:.4f}" for value in np.percentile(errors, (50, 90, 95))))
    print(f"unedited crop put back: largest difference of a pixel {max(unedited):.0f} levels")


def _distance(points: Points, eyes: Points) -> float:
    """The larger distance of an eye among points (5, 2) from where it is, in distances of the eyes (2, 2)."""
    apart = np.linalg.norm(points[:2] - eyes, axis=1).max() / np.linalg.norm(eyes[1] - eyes[0])
    return float(apart)


def _outcome(editor: PhotoEditor, path: Path, plain: PhotoEdits) -> str:
    """What becomes of an edit that takes the lips away."""
    mask = plain.mask
    if mask is None or not np.isin(mask, MOUTH_LABELS).any():
        return "found, but no mouth was read"
    requested = np.where(np.isin(mask, MOUTH_LABELS), np.uint8(LABELS.index("skin")), mask)
    (edit,) = editor.edit(path, EditRequest(mask=requested)).edits.values()
    if edit.photograph is None:
        return f"not edited: {edit.reason}"
    changed = (edit.photograph != plain.face.photograph).any(axis=2)
    height, width = changed.shape
    if (changed & ~plain.face.square.has(np.arange(width), np.arange(height))).any():
        return "changed outside of its square"
    return "found, edited and pasted back" if changed.any() else "not changed by its edit"


def _rendered(count: int) -> Iterator[Face]:
    for number in range(count):
        face = render(sample_factors(5, number), SIZE)
        yield face.image, face.mask


def _photographs(folder: Path, count: int) -> Iterator[Face]:
    read, files = celebamask_hq.FaceReader(read_annotations(folder), PHOTOGRAPH), find_files(folder).faces
    for record in map(read, files[:: max(1, len(files) // count)][:count]):
        if isinstance(record, FaceRecord):
            yield record.image, record.mask


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), *map(Path, sys.argv[3:4]))
