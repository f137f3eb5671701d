"""Pure functions that degrade the pixels of one image with a given strength."""

from __future__ import annotations

from typing import Final

import cv2
import mmcv
import numpy as np
from numpy.typing import NDArray

from benchmark.images.convert import Pixels

Image = NDArray[np.uint8]

SMOOTHNESS: Final = 1 / 8
"""Standard deviation of the kernel that smooths a warp, as a share of the width: eyes move as a whole, faces bend."""


def unchanged(image: Image, strength: float, generator: np.random.Generator) -> Image:
    """The image (H, W, 3) itself, at any strength."""
    return image


def blur(image: Image, strength: float, generator: np.random.Generator) -> Image:
    """The image (H, W, 3) under a Gaussian blur.

    Args:
        image: RGB.
        strength: the kernel's standard deviation in % of the width.
        generator: not used.
    """
    sigma = strength / 100 * image.shape[1]
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma, borderType=cv2.BORDER_REFLECT_101), dtype=np.uint8)


def add_noise(image: Image, strength: float, generator: np.random.Generator) -> Image:
    """The image (H, W, 3) with independent Gaussian noise on every value, clipped to 0..255.

    Args:
        image: RGB.
        strength: the noise's standard deviation in levels of 255.
        generator: gives the noise, the same pattern at every strength.
    """
    return _levels(image + strength * generator.standard_normal(image.shape))


def compress_jpeg(image: Image, strength: float, generator: np.random.Generator) -> Image:
    """The image (H, W, 3) after baseline JPEG compression.

    Args:
        image: RGB.
        strength: 100 less libjpeg's quality.
        generator: not used.
    """
    quality = [cv2.IMWRITE_JPEG_QUALITY, round(100 - strength)]
    written, content = cv2.imencode(".jpg", mmcv.rgb2bgr(image), quality)
    if not written:
        raise RuntimeError("OpenCV cannot write JPEG files here")
    return np.asarray(mmcv.imfrombytes(content.tobytes(), channel_order="rgb"), dtype=np.uint8)


def shift_colour(image: Image, strength: float, generator: np.random.Generator) -> Image:
    """The image (H, W, 3) with all colours moved in one direction in CIELAB, lightness kept, clipped to sRGB.

    Args:
        image: RGB.
        strength: the distance in the a*b* plane, which is CIE76's ΔE.
        generator: gives the direction, the same at every strength.
    """
    angle = generator.uniform(0, 2 * np.pi)
    lab = cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    lab += np.array([0, strength * np.cos(angle), strength * np.sin(angle)], dtype=np.float32)
    return _levels(255 * cv2.cvtColor(lab, cv2.COLOR_LAB2RGB))


def warp(image: Image, strength: float, generator: np.random.Generator) -> Image:
    """The image (H, W, 3) under a smooth warp, resampled by bicubic interpolation.

    Args:
        image: RGB.
        strength: the root mean square of the displacement in % of the width.
        generator: gives the field of displacements, the same at every strength except for its length.
    """
    height, width = image.shape[:2]
    rough = generator.standard_normal((height, width, 2))
    field = cv2.GaussianBlur(rough, (0, 0), SMOOTHNESS * width, borderType=cv2.BORDER_REFLECT_101)
    field *= strength / 100 * width / np.sqrt(np.square(field).sum(axis=2).mean())
    rows, columns = np.mgrid[:height, :width]
    across, down = (columns + field[..., 0]).astype(np.float32), (rows + field[..., 1]).astype(np.float32)
    moved = cv2.remap(image, across, down, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(moved, dtype=np.uint8)


def flatten_regions(images: Pixels, masks: NDArray[np.uint8]) -> Pixels:
    """Images (N, H, W, 3) with every region in its mean colour, by label maps (N, H, W)."""
    flat = np.empty_like(images)
    for image, mask, painted in zip(images, masks, flat, strict=True):
        for label in np.unique(mask):
            painted[mask == label] = _levels(image[mask == label].mean(axis=0))
    return flat


def _levels(values: NDArray[np.floating]) -> Image:
    levels: Image = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return levels
