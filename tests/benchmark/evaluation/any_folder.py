"""Draws folders of pictures and label maps as people have them: renamed, re-encoded, turned, nested, with other files.

What was drawn tells what must come of it: the figures of the pictures that count, or a refusal that names a file.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from methods.labels import FACE_PARSING_LABELS, LABELS, NUM_LABELS, PALETTE
from tests.benchmark.images.encoded import LOSSLESS, encoded, png_16

SIDE = 32
COLORS = np.asarray(PALETTE, np.uint8)
FACE_PARSING = np.array([FACE_PARSING_LABELS.index(name) for name in LABELS], np.uint8)
TURNED = {"png", "tif", "tiff", "webp"}
"""Endings of files that can say an orientation."""
NAMES = ["a", "face", "Größe", "0", "00000", "x y", "a.b", "IMG-1", "ü_1", "out(2)", "z", "B", "snapshot_9", "한국"]

Pixels = NDArray[np.uint8]


@dataclass(eq=False)
class Face:
    """A picture, (32, 32, 3) of at most 152 colours, and the labels, (32, 32), that it was to show."""

    pixels: Pixels
    labels: Pixels
    name: str = ""


@dataclass
class Drawn:
    """What lies in folders, and what must come of it.

    Attributes:
        images: the folder of pictures.
        masks: that of label maps; it may be the same.
        reference: that of real pictures, which are always the same ones.
        faces: those that count.
        real: the numbers of the real pictures that count.
        words: how the folders are to be read.
        refused: texts of which the refusal has one; none where the figures must come out.
        said: reasons for which files must be said to be left out, or remarks, by folder.
    """

    images: Path
    masks: Path
    reference: Path
    faces: list[Face] = field(default_factory=list)
    real: list[int] = field(default_factory=lambda: [0, 1, 2])
    words: dict[str, Any] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    said: dict[str, set[str]] = field(default_factory=lambda: {"images": set(), "masks": set(), "reference": set()})


def draw_folders(random: Random, root: Path) -> Drawn:
    """Write folders below `root`."""
    drawn = Drawn(root / "images", root / "masks", root / "real")
    for folder in (drawn.images, drawn.masks, drawn.reference):
        folder.mkdir()
    drawn.faces = [_face(random, number) for number in range(random.randint(2, 5))]
    nested = random.random() < 0.4
    for face, name in zip(drawn.faces, random.sample(NAMES, len(drawn.faces)), strict=True):
        place = random.choice(["", "sub/", "sub/deep er/"]) if nested else ""
        face.name = place + name
    drawn.words["recursive"] = random.random() < (0.75 if nested else 0.3)
    suffix = random.choice(["", "", "", "_fake_B", "-out"])
    if suffix:
        drawn.words["suffix"] = {"images": suffix}
    code = random.choice(["celebamask-hq", "face-parsing", "palette"])
    drawn.words["labels"] = code
    endings = {face.name: random.choice([*LOSSLESS]) for face in drawn.faces}
    for face in drawn.faces:
        _write(random, drawn.images / f"{face.name}{suffix}", endings[face.name], _picture(random, face, endings))
        kind, content = _label_map(random, face.labels, code)
        _write(random, drawn.masks / face.name, kind, content)
    for number in range(3):
        _write(random, drawn.reference / f"{number}", *_reference(random, number))
    _leave_out_nested(drawn)
    for disturb in random.sample(DISTURBANCES, random.randint(0, 2)):
        if not drawn.refused:  # of two refusals either may be said
            disturb(random, drawn, suffix)
    if len(drawn.faces) < 2 and not drawn.refused:
        drawn.words["metrics"] = ["seg-accuracy"]  # a single picture has no distance
    return drawn


def _face(random: Random, number: int) -> Face:
    generator = np.random.default_rng(random.randrange(2**31))
    labels = np.kron(generator.integers(0, NUM_LABELS, (8, 8), dtype=np.uint8), np.ones((4, 4), np.uint8))
    shown = labels.copy()
    shown[: 4 + number] = generator.integers(0, NUM_LABELS)  # the judge and the mask shall not quite agree
    pixels = np.clip(COLORS[shown], 3, 240)
    pixels[..., 2] += np.arange(SIDE, dtype=np.uint8) % 8  # more colours than a label map could have
    return Face(pixels, labels)


def reference_pixels(number: int) -> Pixels:
    """The real pictures, the same in every folder that is drawn."""
    return np.random.default_rng(number).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)


def _picture(random: Random, face: Face, endings: dict[str, str]) -> Callable[[int], bytes]:
    """The content of a file of a picture, by the orientation that it is stored in."""
    image, ending = Image.fromarray(face.pixels), endings[face.name]
    way = random.choice(["plain", "plain", "16 bits", "alpha", "palette"]) if ending == "png" else "plain"
    if way == "16 bits":
        return lambda turn: png_16(face.pixels.astype(np.uint16) * 257)
    if way == "alpha":
        return lambda turn: encoded(image.convert("RGBA"), "PNG", turn)
    if way == "palette":
        return lambda turn: encoded(_in_palette(face.pixels), "PNG", turn)
    return lambda turn: LOSSLESS[ending](image, turn)


def _in_palette(pixels: Pixels) -> Image.Image:
    colors, indices = np.unique(pixels.reshape(-1, 3), axis=0, return_inverse=True)
    image = Image.fromarray(indices.reshape(pixels.shape[:2]).astype(np.uint8))
    image.putpalette(colors.astype(np.uint8).tobytes())
    return image


def _label_map(random: Random, labels: Pixels, code: str) -> tuple[str, Callable[[int], bytes]]:
    """The ending and content of a label map that says its labels by a code."""
    if code == "palette":
        if random.random() < 0.5:
            return "png", lambda turn: encoded(_in_palette(COLORS[labels]), "PNG", turn)
        ending = random.choice([*LOSSLESS])
        return ending, lambda turn: LOSSLESS[ending](Image.fromarray(COLORS[labels]), turn)
    numbers = labels if code == "celebamask-hq" else FACE_PARSING[labels]
    if random.random() < 0.3:
        return "png", lambda turn: encoded(Image.fromarray(numbers.astype(np.uint16)), "PNG", turn)
    kind = random.choice(["PNG", "BMP", "TIFF"])
    ending = {"PNG": "png", "BMP": "bmp", "TIFF": "tif"}[kind]
    return ending, lambda turn: encoded(Image.fromarray(numbers), kind, turn if kind != "BMP" else 1)


def _reference(random: Random, number: int) -> tuple[str, Callable[[int], bytes]]:
    ending = random.choice([*LOSSLESS])
    return ending, lambda turn: LOSSLESS[ending](Image.fromarray(reference_pixels(number)), turn)


def _write(random: Random, stem: Path, ending: str, content: Callable[[int], bytes]) -> None:
    stem.parent.mkdir(parents=True, exist_ok=True)
    cased = random.choice([ending, ending, ending.upper(), ending.title()])
    turn = random.randint(1, 8) if ending in TURNED and random.random() < 0.5 else 1
    stem.with_name(f"{stem.name}.{cased}").write_bytes(content(turn))


def _leave_out_nested(drawn: Drawn) -> None:
    """Without `recursive` the faces in sub-folders do not count, and that must be said."""
    if drawn.words["recursive"] or all("/" not in face.name for face in drawn.faces):
        return
    drawn.faces = [face for face in drawn.faces if "/" not in face.name]
    drawn.said["images"].add("in a sub-folder")
    drawn.said["masks"].add("in a sub-folder")
    if not drawn.faces:
        drawn.refused.append("holds no image; left out")


def _file_of(random: Random, drawn: Drawn, folder: Path, suffix: str = "") -> tuple[Face, Path]:
    face = random.choice(drawn.faces)
    start = f"{Path(face.name).name}{suffix}."
    (path,) = [path for path in (folder / face.name).parent.iterdir() if _is_file_of(path, start)]
    return face, path


def _is_file_of(path: Path, start: str) -> bool:
    return path.name.startswith(start) and "." not in path.name[len(start) :]


def same_name_twice(random: Random, drawn: Drawn, suffix: str) -> None:
    """A preview beside a picture."""
    _, path = _file_of(random, drawn, drawn.images, suffix)
    preview = path.with_suffix(".jpg")
    Image.new("RGB", (4, 4), (200, 1, 9)).save(preview)
    drawn.refused.append(f"{min(path, preview).relative_to(drawn.images)} and ")


def two_masks_of_one_name(random: Random, drawn: Drawn, suffix: str) -> None:
    """A label map twice, in two encodings."""
    _, path = _file_of(random, drawn, drawn.masks)
    other = path.with_suffix(".ppm" if path.suffix.lower() != ".ppm" else ".bmp")
    shutil.copy(path, other)
    drawn.refused.append("have one name")


def a_copy(random: Random, drawn: Drawn, suffix: str) -> None:
    """A picture copied under another name, which has no mask."""
    _, path = _file_of(random, drawn, drawn.images, suffix)
    copy = path.with_name(f"copy of {path.name}")
    shutil.copy(path, copy)
    drawn.refused.append(f"{copy} has no mask")


def a_copy_of_a_real_picture(random: Random, drawn: Drawn, suffix: str) -> None:
    """A real picture twice: it counts twice, and that is said."""
    path = random.choice([path for path in sorted(drawn.reference.iterdir()) if path.stem.isdecimal()])
    shutil.copy(path, path.with_name(f"again {path.name}"))
    drawn.said["reference"].add("equal byte for byte to others")
    drawn.real.append(int(path.stem))


def other_files(random: Random, drawn: Drawn, suffix: str) -> None:
    """Files that are no pictures, and hidden ones that macOS leaves behind."""
    for role, folder in (("images", drawn.images), ("masks", drawn.masks), ("reference", drawn.reference)):
        (folder / "Thumbs.db").write_bytes(b"no image")
        (folder / "._a.png").write_bytes(b"no image")
        drawn.said[role] |= {"hidden", "with another ending"}


def missing_output(random: Random, drawn: Drawn, suffix: str) -> None:
    """A label map whose picture was never made."""
    if len(drawn.faces) > 1:
        face, path = _file_of(random, drawn, drawn.images, suffix)
        path.unlink()
        drawn.faces.remove(face)
        drawn.said["masks"].add("for which there is no image")


def missing_mask(random: Random, drawn: Drawn, suffix: str) -> None:
    """A picture without a label map."""
    _, path = _file_of(random, drawn, drawn.masks)
    path.unlink()
    drawn.refused.append("has no mask: ")


def cut_short(random: Random, drawn: Drawn, suffix: str) -> None:
    """A file that was cut short on its way."""
    folder = random.choice([drawn.images, drawn.masks])
    _, path = _file_of(random, drawn, folder, suffix if folder == drawn.images else "")
    content = path.read_bytes()
    path.write_bytes(content[: random.randrange(len(content) * 3 // 4)])
    drawn.refused.append(str(path))


def colour_that_is_no_label(random: Random, drawn: Drawn, suffix: str) -> None:
    """A label map with a value, or a colour, that stands for nothing."""
    _, path = _file_of(random, drawn, drawn.masks)
    strange = Image.new("RGB", (SIDE, SIDE), (1, 2, 3)) if drawn.words["labels"] == "palette" else None
    image = strange or Image.new("L", (SIDE, SIDE), 19 + random.randrange(230))
    path.unlink()
    other = path.with_suffix(".png")
    image.save(other)
    drawn.refused.append(str(other))


def label_maps_beside_pictures(random: Random, drawn: Drawn, suffix: str) -> None:
    """One folder for both, as the dataset's authors publish their samples."""
    if drawn.words["labels"] == "palette" or not suffix:
        return  # two files of one name of which neither is in JPEG would be told apart by their content as well
    for path in list(drawn.masks.rglob("*.*")):
        if path.is_file():
            shutil.copy(path, drawn.images / path.relative_to(drawn.masks))
    drawn.masks = drawn.images
    drawn.said["images"].add("whose names do not end in")
    drawn.said["masks"].add("for which there is no image")


def not_square(random: Random, drawn: Drawn, suffix: str) -> None:
    """A picture that the judge cannot be shown."""
    _, path = _file_of(random, drawn, drawn.images, suffix)
    path.unlink()
    other = path.with_suffix(".png")
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (SIDE, 20, 3), dtype=np.uint8)).save(other)
    drawn.refused.append(f"{other} is 20x{SIDE}, not square")


DISTURBANCES: list[Callable[[Random, Drawn, str], None]] = [
    same_name_twice,
    two_masks_of_one_name,
    a_copy,
    a_copy_of_a_real_picture,
    other_files,
    missing_output,
    missing_mask,
    cut_short,
    colour_that_is_no_label,
    label_maps_beside_pictures,
    not_square,
]
