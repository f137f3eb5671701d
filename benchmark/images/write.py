"""Writing images: PNG files that appear whole or not at all."""

from __future__ import annotations

from pathlib import Path

import cv2
import mmcv
import numpy as np
from numpy.typing import NDArray

from benchmark.runtime.atomic_files import replacing


def write_png(path: Path, image: NDArray[np.uint8], *, durable: bool = True) -> None:
    """Write a PNG file atomically.

    Args:
        path: of the file; its folder is created where absent.
        image: (H, W, 3) uint8 RGB.
        durable: wait until the file is on disk.
    """
    _, content = cv2.imencode(".png", mmcv.rgb2bgr(image))
    with replacing(path, durable=durable) as temporary:
        temporary.write_bytes(content.tobytes())
