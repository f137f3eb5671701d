"""The picture under construction: colours and labels, painted together from one coverage per shape."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmark.datasets.rendered_faces.renderer.shapes import Points

Field = NDArray[np.float32]

_SUBPIXEL_BITS = 4
_FINE_SIZE = 160
"""Up to this size an edge is sampled 4x4 a pixel, past it 2x2, where a step of coverage is no longer seen."""


@dataclass(frozen=True, slots=True)
class Patch:
    """A shape's coverage `alpha`, (h, w) in [0, 1], and the window of the canvas that it covers."""

    rows: slice
    cols: slice
    alpha: Field

    @property
    def empty(self) -> bool:
        """Whether the window is empty."""
        return self.alpha.size == 0


class Canvas:
    """A square picture: `image` (3, S, S) float32 RGB in [0, 1] and `labels` (S, S) uint8.

    Shapes are in fractions of the image, x to the right and y down.
    """

    def __init__(self, image: Field) -> None:
        """Start from a background image (3, S, S); every label is background."""
        self.image = image
        self.size = image.shape[1]
        self.labels = np.zeros(image.shape[1:], dtype=np.uint8)
        self._samples = 4 if self.size <= _FINE_SIZE else 2

    def cover(self, *polygons: Points) -> Patch:
        """Return the coverage of the union of closed polygons."""
        return self._cover([[polygon] for polygon in polygons])

    def cover_between(self, *polygons: Points) -> Patch:
        """Return the coverage of the points inside an odd number of the polygons: a ring from two nested ones."""
        return self._cover([list(polygons)])

    def _cover(self, groups: list[list[Points]]) -> Patch:
        samples = self._samples
        step, half = self.size * samples * 2**_SUBPIXEL_BITS, 2 ** (_SUBPIXEL_BITS - 1)
        fixed = [[np.rint(polygon * step - half).astype(np.int32) for polygon in group] for group in groups]
        rows, cols = self._window([corners for group in fixed for corners in group])
        height, width = rows.stop - rows.start, cols.stop - cols.start
        if height <= 0 or width <= 0:
            return Patch(slice(0, 0), slice(0, 0), np.zeros((0, 0), dtype=np.float32))
        fine = np.zeros((height * samples, width * samples), dtype=np.uint8)
        origin = samples * 2**_SUBPIXEL_BITS
        offset = (-cols.start * origin, -rows.start * origin)
        for corners in fixed:
            cv2.fillPoly(fine, corners, 255, shift=_SUBPIXEL_BITS, offset=offset)
        coverage = cv2.resize(fine, (width, height), interpolation=cv2.INTER_AREA)
        return Patch(rows, cols, np.multiply(coverage, np.float32(1 / 255), dtype=np.float32))

    def _window(self, fixed: list[NDArray[np.int32]]) -> tuple[slice, slice]:
        pixel = self._samples * 2**_SUBPIXEL_BITS
        boxes = [cv2.boundingRect(corners) for corners in fixed]
        left, top = min(box[0] for box in boxes) // pixel, min(box[1] for box in boxes) // pixel
        right = max(box[0] + box[2] for box in boxes) // pixel + 2
        bottom = max(box[1] + box[3] for box in boxes) // pixel + 2
        return slice(max(top, 0), min(bottom, self.size)), slice(max(left, 0), min(right, self.size))

    def distance_within(self, patch: Patch, centre: Points) -> Field:
        """Return the distance in pixels, (h, w), of a patch's pixels from `centre` (2,) in fractions of the image."""
        x = np.arange(patch.cols.start, patch.cols.stop, dtype=np.float32) + np.float32(0.5 - centre[0] * self.size)
        y = np.arange(patch.rows.start, patch.rows.stop, dtype=np.float32) + np.float32(0.5 - centre[1] * self.size)
        distance: Field = np.sqrt(x * x + (y * y)[:, None])
        return distance

    def paint(self, patch: Patch, colour: Field, label: int | None = None, opacity: float = 1.0) -> None:
        """Lay `colour`, (3, 1, 1) or (3, h, w), over the patch, and its label where it covers half a pixel or more."""
        region = self.image[:, patch.rows, patch.cols]
        alpha = patch.alpha if opacity == 1.0 else patch.alpha * np.float32(opacity)
        region += (colour - region) * alpha
        if label is not None:
            np.copyto(self.labels[patch.rows, patch.cols], label, where=patch.alpha >= 0.5)

    def stain(self, patch: Patch, factor: Field) -> None:
        """Multiply the image by `factor` (3, 1, 1) where the patch covers it; labels stay."""
        self.image[:, patch.rows, patch.cols] *= 1.0 + patch.alpha * (factor - np.float32(1.0))

    def shadow(self, patch: Patch, drop: float, blur: float, strength: float, receives: NDArray[np.bool_]) -> None:
        """Darken what lies under a shape about to be painted: its coverage, blurred and dropped by fractions.

        `receives` (19,) tells which labels take the shadow.
        """
        if patch.empty:
            return
        reach, down = max(1, round(blur * self.size)), round(drop * self.size)
        rows = slice(patch.rows.start, min(patch.rows.stop + down + reach, self.size))
        cols = slice(max(patch.cols.start - reach, 0), min(patch.cols.stop + reach, self.size))
        cast = np.zeros((rows.stop - rows.start, cols.stop - cols.start), dtype=np.float32)
        left = patch.cols.start - cols.start
        height = min(patch.alpha.shape[0], cast.shape[0] - down)
        cast[down : down + height, left : left + patch.alpha.shape[1]] = patch.alpha[:height]
        soft = cv2.blur(cast, (2 * reach + 1, 2 * reach + 1), borderType=cv2.BORDER_REPLICATE)
        dark = np.multiply(soft, receives[self.labels[rows, cols]], dtype=np.float32) * np.float32(strength)
        self.image[:, rows, cols] *= 1.0 - dark
