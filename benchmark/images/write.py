"""Writing images: PNG files that appear whole or not at all."""

from __future__ import annotations

from pathlib import Path

import cv2
import mmcv
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmark.runtime.atomic_files import replacing
from methods.labels import PALETTE


def write_png(path: Path, image: NDArray[np.uint8], *, durable: bool = True) -> None:
    """Write a PNG file atomically.

    Args:
        path: of the file; its folder is created where absent.
        image: (H, W, 3) uint8 RGB.
        durable: wait until the file is on disk.
    """
    _write(path, mmcv.rgb2bgr(image), durable=durable)


def write_grey_png(path: Path, levels: NDArray[np.uint8], *, durable: bool = True) -> None:
    """Write a PNG file of one channel, such as labels, atomically.

    Args:
        path: of the file; its folder is created where absent.
        levels: (H, W) uint8.
        durable: wait until the file is on disk.
    """
    _write(path, levels, durable=durable)


def write_label_png(path: Path, labels: NDArray[np.uint8], *, durable: bool = True) -> None:
    """Write labels as a PNG file in the dataset's colours, whose indices are the labels, atomically.

    Args:
        path: of the file; its folder is created where absent.
        labels: (H, W) uint8.
        durable: wait until the file is on disk.
    """
    image = Image.fromarray(labels)
    image.putpalette([level for color in PALETTE for level in color])
    with replacing(path, durable=durable) as temporary:
        image.save(temporary, format="PNG")


def _write(path: Path, stored: NDArray[np.uint8], *, durable: bool) -> None:
    _, content = cv2.imencode(".png", stored)
    with replacing(path, durable=durable) as temporary:
        temporary.write_bytes(content.tobytes())
