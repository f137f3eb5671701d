"""A simulated hand: the mask that a user draws of a part whose true mask is known, worse the stronger its errors."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmark.protocols.mask_edit_options import Hand
from benchmark.protocols.mask_parts import (
    Area,
    Mask,
    MaskPart,
    area_of,
    face_width,
    nearest_labels,
    pixel_grid,
    with_pieces,
)
from benchmark.protocols.masks_between import signed_distance

Field = NDArray[np.float32]

_SPILL: Final = 0.25
_HOLE: Final = 0.15
"""The most that the radius of a spill, and of a hole, is at strength 1, as a share of a piece's own size (the root of
its area), so that a small piece is not drowned."""
_STROKE: Final = 2.0
"""Length of a stroke that spills over, in radii of the brush."""
_HOLE_IN_BRUSH: Final = 0.6
"""Radius of a hole: what strokes side by side leave between them is smaller than the brush."""
_BESIDE: Final = 1.1
"""How far a piece's double lies from it, in its own width."""
_OVERLAPPING: Final = 0.25
"""How far that of a piece wider than half of the face lies from it, in the face's width, lest it fill the image."""
_LARGE: Final = 1 / 3
"""Size, of the face's width, beyond which a piece is off by no more pixels than one of that size."""


def drawn_mask(mask: Mask, part: MaskPart, strength: float, seed: str, hand: Hand) -> Mask:
    """What a hand draws of one part of a true mask.

    Each piece is moved and scaled as a whole, warped by a smooth field, rounded, and cut to a polygon; then spots are
    left out of it, and strokes of a round brush run over its boundary. From `hand.blunder` on a piece is missing, or
    drawn twice. The draws of chance are those of the seed at every strength, which scales them: a stronger hand errs in
    the same places, by more.

    Args:
        mask: (H, W) true labels.
        part: what is drawn; a part that the mask does not show is not drawn.
        strength: 0 gives the true mask itself.
        seed: decides all that is random.
        hand: how it errs at strength 1.

    Returns:
        (H, W) labels.
    """
    if strength == 0:
        return mask.copy()
    chance, width = Random(seed), face_width(mask)  # its draws outlive versions of numpy
    blundered = chance.randrange(len(part.pieces))
    forgets, side = chance.random() < 0.5 and len(part.pieces) > 1, chance.choice((-1, 1))
    drawn = []
    for number, piece in enumerate(part.pieces):
        area = area_of(mask, part, piece)
        errors = _Errors.draw(chance, len(mask), width, hand)
        if not area.any():
            continue
        labels = np.full_like(mask, piece[0]) if len(piece) == 1 else nearest_labels(mask, piece)
        found = errors.apply(area, labels, strength)
        if strength >= hand.blunder and number == blundered:
            if forgets:
                continue
            drawn.append(_beside(*found, side, width))
        drawn.append(found)
    return with_pieces(mask, part, drawn)


@dataclass(frozen=True)
class _Errors:
    """What a hand does to one piece at strength 1, lengths in pixels.

    Attributes:
        shift: across and down.
        growth: logarithm of the scale of a piece that is not large.
        large: size in pixels from which on a piece is.
        warp: (H, W, 2) displacement across and down.
        smoothing: standard deviation of the Gaussian over the piece's signed distance.
        polygon: the most that straight lines leave the boundary.
        brush: radius.
        spills: of each stroke, its place along the boundary in [0, 1) and its direction in radians.
        holes: of each spot, its place among the piece's pixels in [0, 1).
    """

    shift: tuple[float, float]
    growth: float
    large: float
    warp: Field
    smoothing: float
    polygon: float
    brush: float
    spills: tuple[tuple[float, float], ...]
    holes: tuple[float, ...]

    @classmethod
    def draw(cls, chance: Random, side: int, width: float, hand: Hand) -> _Errors:
        """The errors of a hand in an image of a height and width `side`, of a face of a width."""
        across, down, growth = (chance.gauss(0, 1) for _ in range(3))
        warp = [_smooth_field(chance, side, hand.correlation * width) for _ in range(2)]
        return cls(
            shift=(hand.shift * width * across, hand.shift * width * down),
            growth=hand.scale * growth,
            large=_LARGE * width,
            warp=np.float32(hand.jitter * width) * np.stack(warp, axis=2),
            smoothing=hand.smoothing * width,
            polygon=hand.polygon * width,
            brush=hand.brush * width,
            spills=tuple((chance.random(), chance.uniform(0, math.tau)) for _ in range(hand.spills)),
            holes=tuple(chance.random() for _ in range(hand.holes)),
        )

    def apply(self, area: Area, labels: Mask, strength: float) -> tuple[Area, Mask]:
        """A piece with these errors `strength` times as large, and the label that it has at every pixel."""
        places = self._places(area, strength)
        distance = cv2.remap(
            _rounded(area, strength * self.smoothing), places, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        moved = cv2.remap(labels, places, None, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
        found = _polygon(distance > 0, strength * self.polygon)
        pixels, size = np.argwhere(area), math.sqrt(area.sum())
        for hole in self.holes:
            place = pixels[int(hole * len(pixels))]
            _stroke(found, place, place, strength * min(_HOLE_IN_BRUSH * self.brush, _HOLE * size), covers=False)
        boundary = np.argwhere(area & ~cv2.erode(area.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(np.bool_))
        for spill, direction in self.spills if len(boundary) else ():
            radius = strength * min(self.brush, _SPILL * size)
            start = boundary[int(spill * len(boundary))]
            end = start + _STROKE * radius * np.array((math.sin(direction), math.cos(direction)))
            _stroke(found, start, end, radius, covers=True)
        return found, moved

    def _places(self, area: Area, strength: float) -> Field:
        """(H, W, 2): where each pixel of the drawing comes from, across and down."""
        down, across = pixel_grid(area.shape)
        centre = [float(positions[area].mean()) for positions in (across, down)]
        shrunk = math.exp(-strength * self.growth * min(1.0, self.large / math.sqrt(area.sum())))
        moved = [
            middle + shrunk * (positions - middle - strength * shift)
            for positions, middle, shift in zip((across, down), centre, self.shift, strict=True)
        ]
        places: Field = np.stack(moved, axis=2).astype(np.float32) + np.float32(strength) * self.warp
        return places


def _smooth_field(chance: Random, side: int, correlation: float) -> Field:
    """(H, W) of unit variance at nodes that lie `correlation` pixels apart, and smooth between them."""
    nodes = math.ceil(side / correlation) + 3
    values = np.array([chance.gauss(0, 1) for _ in range(nodes * nodes)], np.float32).reshape(nodes, nodes)
    positions = (np.arange(side, dtype=np.float32) + np.float32(0.5)) / np.float32(correlation) + 1
    across, down = np.meshgrid(positions, positions)
    field: Field = cv2.remap(values, across, down, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return field


def _rounded(area: Area, spread: float) -> Field:
    """A piece's signed distance, positive within, smoothed by a Gaussian; as many pixels are positive as before."""
    distance = signed_distance(area).astype(np.float32)
    if spread == 0:
        return distance
    smooth = cv2.GaussianBlur(distance, (0, 0), spread, borderType=cv2.BORDER_REPLICATE)
    outside = area.size - int(area.sum())
    if outside == 0:
        return distance
    ordered = np.partition(smooth, [outside - 1, outside], axis=None)
    level: Field = smooth - (ordered[outside - 1] + ordered[outside]) / 2
    return level


def _polygon(area: Area, deviation: float) -> Area:
    """An area whose boundaries are straight lines; deviations of less than half a pixel leave it as it is."""
    if deviation < 0.5:
        return area
    contours, nesting = cv2.findContours(area.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    lines = [cv2.approxPolyDP(contour, deviation, closed=True) for contour in contours]
    drawn = np.zeros(area.shape, np.uint8)
    if lines:
        cv2.drawContours(drawn, lines, -1, 1, cv2.FILLED, hierarchy=nesting)
    return drawn.astype(np.bool_)


def _stroke(area: Area, start: Iterable[float], end: Iterable[float], radius: float, *, covers: bool) -> None:
    """Run a round brush over an area from one place (row, column) to another: what it covers belongs to it, or not."""
    first, last = np.array([*start], np.float64), np.array([*end], np.float64)
    low = np.maximum(np.floor(np.minimum(first, last) - radius), 0).astype(int)
    high = np.minimum(np.ceil(np.maximum(first, last) + radius) + 1, area.shape).astype(int)
    window = area[low[0] : high[0], low[1] : high[1]]
    pixels = np.stack(pixel_grid(window.shape), axis=2) + low - first
    way = last - first
    along = np.clip(pixels @ way / max(way @ way, 1e-12), 0, 1)
    window[np.linalg.norm(pixels - along[..., None] * way, axis=2) < radius] = covers


def _beside(area: Area, labels: Mask, side: int, width: float) -> tuple[Area, Mask]:
    """A piece drawn once more beside itself."""
    columns = np.flatnonzero(area.any(axis=0))
    extent = columns[-1] - columns[0] + 1 if len(columns) else 0
    step = side * round(_BESIDE * extent if extent <= width / 2 else _OVERLAPPING * width)
    move = np.array([[1, 0, step], [0, 1, 0]], np.float32)
    size = area.shape[::-1]
    doubled = cv2.warpAffine(area.astype(np.uint8), move, size, flags=cv2.INTER_NEAREST).astype(np.bool_)
    return doubled, cv2.warpAffine(labels, move, size, flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
