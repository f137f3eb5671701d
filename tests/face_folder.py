"""Plain folders of rendered faces, in any of the ways in which such folders lie about."""

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmark.datasets.face_folder.dataset import FaceFolder
from benchmark.datasets.rendered_faces.renderer.attributes import attributes
from benchmark.datasets.rendered_faces.renderer.factors import sample_factors
from benchmark.datasets.rendered_faces.renderer.renderer import render
from methods.labels import ATTRIBUTES, LABELS, PALETTE
from tests.benchmark.images.encoded import LOSSLESS

SIDE = 32
SPLITS = {"007": "train", "a": "train", "b": "train", "c": "val", "d": "test", "e": "test"}
KNOWN = ("Smiling", "Male")
ANGLES = ("yaw", "pitch", "roll")

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Face:
    """A rendered face."""

    image: Pixels
    mask: Pixels
    attributes: Pixels


def draw_faces() -> dict[str, Face]:
    """Small faces by id."""
    factors = {name: sample_factors(2, number) for number, name in enumerate(SPLITS)}
    drawn = {name: render(of, SIDE) for name, of in factors.items()}
    return {name: Face(face.image, face.mask, attributes(factors[name])) for name, face in drawn.items()}


FACES = draw_faces()


def save(path: Path, pixels: Pixels) -> Path:
    """Write an image in the format of its name, which must be lossless."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(LOSSLESS[path.suffix[1:].lower()](Image.fromarray(pixels), 1))
    return path


def write_table(path: Path, columns: Iterable[str], rows: Iterable[Iterable[Any]], delimiter: str = ",") -> Path:
    """Write a CSV file."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(columns)
        writer.writerows(rows)
    return path


def write_as_numbers(place: Path, face: str, mask: Pixels, ending: str) -> None:
    """A label map."""
    save(place / f"{face}.{ending}", mask)


def write_as_colors(place: Path, face: str, mask: Pixels, ending: str) -> None:
    """A colour map."""
    save(place / f"{face}.{ending}", np.asarray(PALETTE, np.uint8)[mask])


def write_as_parts(place: Path, face: str, mask: Pixels, ending: str) -> None:
    """Part files beside each other."""
    for label in np.unique(mask[mask > 0]):
        save(place / f"{face}_{LABELS[label]}.{ending}", (mask == label).astype(np.uint8) * 255)


def write_as_parts_in_folders(place: Path, face: str, mask: Pixels, ending: str) -> None:
    """Part files in a folder a face."""
    for label in np.unique(mask[mask > 0]):
        save(place / face / f"{LABELS[label]}.{ending}", (mask == label).astype(np.uint8) * 255)


WriteMask = Callable[[Path, str, Pixels, str], None]


def write_folder(
    root: Path,
    *,
    names: Mapping[str, str] | None = None,
    images: str = "images",
    image_ending: str = "png",
    mask_ending: str = "png",
    write_mask: WriteMask = write_as_numbers,
) -> Path:
    """Write the faces with everything that may be known of them.

    Args:
        root: the folder.
        names: other ids of the faces.
        images: where images lie in the folder, "" for the folder itself.
        image_ending: of the images.
        mask_ending: of the masks.
        write_mask: how a mask is written.
    """
    ids = names or {name: name for name in FACES}
    for name, face in FACES.items():
        save(root / images / f"{ids[name]}.{image_ending}", face.image)
        write_mask(root / "masks", ids[name], face.mask, mask_ending)
    write_table(
        root / "attributes.csv",
        ["id", *KNOWN],
        ([ids[name], *(face.attributes[ATTRIBUTES.index(each)] for each in KNOWN)] for name, face in FACES.items()),
    )
    write_table(root / "splits.csv", ["id", "split"], ([ids[name], split] for name, split in SPLITS.items()))
    return root


def replace_line(path: Path, start: str, *new: str) -> None:
    """Put lines in the place of the one that starts with an id."""
    lines = path.read_text().splitlines()
    kept = [part for line in lines for part in (new if line.split(",")[0] == start else (line,))]
    path.write_text("".join(f"{line}\n" for line in kept))


def with_own_column(root: Path, name: str = "Freckles") -> None:
    """Add a column to the table of attributes: every other face has it."""
    header, *rows = (root / "attributes.csv").read_text().splitlines()
    lines = [f"{header},{name}", *(f"{row},{number % 2}" for number, row in enumerate(rows))]
    (root / "attributes.csv").write_text("\n".join(lines))


def open_folder(root: Path, cache: Path, size: int = SIDE, **options: Any) -> FaceFolder:
    """The dataset."""
    return FaceFolder(root, size, cache, **options)
