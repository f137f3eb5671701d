"""The picture under construction: colours and labels, painted together from one coverage per shape."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmark.data.rendered.shapes import Points

Field = NDArray[np.float32]

_SUBPIXEL_BITS = 4
_FINE_SIZE = 160
"""Up to this size an edge is sampled 4x4 a pixel, past it 2x2, where a step of coverage is no longer seen."""


@dataclass(frozen=True, slots=True)
class Patch:
    """A shape's coverage `alpha`, (h, w) in [0, 1], and the window of the canvas that it lies in."""

    rows: slice
    cols: slice
    alpha: Field

    @property
    def empty(self) -> bool:
        """Whether the window holds no pixel."""
        return self.alpha.size == 0


class Canvas:
    """A square picture: `image` (S, S, 3) float32 RGB in [0, 1] and `labels` (S, S) uint8.

    Shapes are in fractions of the image, x to the right and y down.
    """

    def __init__(self, image: Field) -> None:
        """Start from a background image (S, S, 3); every label is background."""
        self.image = image
        self.size = image.shape[0]
        self.labels = np.zeros(image.shape[:2], dtype=np.uint8)
        self._samples = 4 if self.size <= _FINE_SIZE else 2

    def cover(self, *polygons: Points) -> Patch:
        """Return the coverage of the union of closed polygons."""
        return self._cover([[polygon] for polygon in polygons])

    def cover_between(self, *polygons: Points) -> Patch:
        """Return the coverage of the points inside an odd number of the polygons: a ring from two nested ones."""
        return self._cover([list(polygons)])

    def _cover(self, groups: list[list[Points]]) -> Patch:
        rows, cols = self._window([polygon for group in groups for polygon in group])
        height, width, samples = rows.stop - rows.start, cols.stop - cols.start, self._samples
        if height <= 0 or width <= 0:
            return Patch(slice(0, 0), slice(0, 0), np.zeros((0, 0), dtype=np.float32))
        fine = np.zeros((height * samples, width * samples), dtype=np.uint8)
        step = samples * 2**_SUBPIXEL_BITS
        origin = np.array((cols.start * step, rows.start * step)) + 2 ** (_SUBPIXEL_BITS - 1)
        for group in groups:
            corners = [np.rint(polygon * (self.size * step) - origin).astype(np.int32) for polygon in group]
            cv2.fillPoly(fine, corners, 255, shift=_SUBPIXEL_BITS)
        coverage = cv2.resize(fine, (width, height), interpolation=cv2.INTER_AREA)
        return Patch(rows, cols, np.multiply(coverage, np.float32(1 / 255), dtype=np.float32))

    def _window(self, polygons: list[Points]) -> tuple[slice, slice]:
        low = np.min([polygon.min(axis=0) for polygon in polygons], axis=0) * self.size
        high = np.max([polygon.max(axis=0) for polygon in polygons], axis=0) * self.size
        left, top = max(int(low[0]) - 1, 0), max(int(low[1]) - 1, 0)
        right, bottom = min(int(high[0]) + 2, self.size), min(int(high[1]) + 2, self.size)
        return slice(top, bottom), slice(left, right)

    def disc_within(self, patch: Patch, centre: Points, radius: float) -> Patch:
        """Return a disc's coverage clipped to `patch`, with `centre` (2,) and `radius` in fractions of the image."""
        x = np.arange(patch.cols.start, patch.cols.stop, dtype=np.float32) + np.float32(0.5 - centre[0] * self.size)
        y = np.arange(patch.rows.start, patch.rows.stop, dtype=np.float32) + np.float32(0.5 - centre[1] * self.size)
        distance = np.sqrt(x * x + (y * y)[:, None])
        edge = np.clip(np.float32(radius * self.size + 0.5) - distance, 0.0, 1.0)
        return Patch(patch.rows, patch.cols, edge * patch.alpha)

    def paint(self, patch: Patch, colour: Field, label: int | None = None, opacity: float = 1.0) -> None:
        """Lay `colour`, (3,) or (h, w, 3), over the patch, and its label where at least half of a pixel is covered."""
        region = self.image[patch.rows, patch.cols]
        alpha = patch.alpha if opacity == 1.0 else patch.alpha * np.float32(opacity)
        region += (colour - region) * alpha[..., None]
        if label is not None:
            self.labels[patch.rows, patch.cols][patch.alpha >= 0.5] = label

    def stain(self, patch: Patch, factor: Field) -> None:
        """Multiply the image by `factor` (3,) where the patch covers it; labels stay."""
        self.image[patch.rows, patch.cols] *= 1.0 + patch.alpha[..., None] * (factor - np.float32(1.0))

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
        self.image[rows, cols] *= (1.0 - dark)[..., None]
