"""How square images reach another size: averaged over cells where they shrink, interpolated where they grow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import mmcv

if TYPE_CHECKING:
    from benchmark.images.convert import Pixels

POLICY: Final = "area down, bilinear up"


def resized(image: Pixels, size: int) -> Pixels:
    """A square image (H, H, 3) at (size, size, 3), by OpenCV's area or bilinear interpolation."""
    interpolation = "area" if size < image.shape[0] else "bilinear"
    changed: Pixels = mmcv.imresize(image, (size, size), interpolation=interpolation, backend="cv2")
    return changed
