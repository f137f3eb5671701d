"""Reading images: which files of a folder are images, and their pixels."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from benchmark.images.convert import Pixels
from registry.errors import InputError

EXTENSIONS: Final = ("bmp", "jpg", "jpeg", "pgm", "png", "ppm", "tif", "tiff", "webp")
"""pytorch-fid's."""


def list_images(folder: Path) -> list[Path]:
    """The images directly in a folder, in the order of their names, by the same endings as pytorch-fid.

    Raises:
        InputError: if the folder is absent, or holds none.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder of images")
    found = sorted(path for path in folder.iterdir() if path.suffix[1:] in EXTENSIONS)
    if not found:
        raise InputError(f"{folder}: holds no image; known endings: {', '.join(EXTENSIONS)}")
    return found


def read_image(path: Path) -> Pixels:
    """(H, W, 3) uint8 RGB of an image file, decoded by Pillow as pytorch-fid does.

    Raises:
        InputError: if it is damaged or no image.
    """
    try:
        with Image.open(path) as image:
            return np.array(image.convert("RGB"))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise InputError(f"{path}: cannot be read as an image: {error}") from error
