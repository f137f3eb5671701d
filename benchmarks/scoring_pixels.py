"""PSNR and SSIM of faces against scikit-image's: largest difference, and time, taken in turns.

Usage: python -m benchmarks.scoring_pixels [IMAGES] [SIZE]
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from benchmark.metrics.pixel import psnr, ssim
from benchmarks.faces import faces
from benchmarks.processes import ratio

IMAGES, SIZE = 64, 256
NOISE = 12
"""Levels by which a value of the edits differs at most."""
ROUNDS = 5

Scored = Callable[[NDArray[np.uint8], NDArray[np.uint8]], NDArray[np.float64]]


def main(count: int = IMAGES, size: int = SIZE) -> None:
    """Print for each metric the largest difference and the median seconds of both."""
    references = faces(count, size)
    noise = np.random.default_rng(0).integers(-NOISE, NOISE + 1, references.shape)
    images = np.clip(references + noise, 0, 255).astype(np.uint8)
    for name, ours, theirs in (("psnr", psnr, _skimage_psnr), ("ssim", ssim, _skimage_ssim)):
        compare(f"{name} of {count} images of {size}²", ours, theirs, images, references)


def compare(name: str, ours: Scored, theirs: Scored, *images: NDArray[np.uint8]) -> None:
    """Score the images by both, in turns."""
    seconds: dict[Scored, list[tuple[float, float]]] = {ours: [], theirs: []}
    found = {}
    for _ in range(ROUNDS):
        for score, spent in seconds.items():
            wall, cpu = time.perf_counter(), time.process_time()
            found[score] = score(*images)
            spent.append((time.perf_counter() - wall, time.process_time() - cpu))
    print(f"{name}: at most {np.abs(found[ours] - found[theirs]).max():.1e} apart")
    ratio(name, _median(seconds[theirs]), _median(seconds[ours]))


def _median(spent: list[tuple[float, float]]) -> tuple[float, float]:
    wall, cpu = map(statistics.median, zip(*spent, strict=True))
    return wall, cpu


def _skimage_psnr(images: NDArray[np.uint8], references: NDArray[np.uint8]) -> NDArray[np.float64]:
    return _each(images, references, peak_signal_noise_ratio)


def _skimage_ssim(images: NDArray[np.uint8], references: NDArray[np.uint8]) -> NDArray[np.float64]:
    published = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "channel_axis": -1}
    return _each(images, references, structural_similarity, **published)


def _each(
    images: NDArray[np.uint8], references: NDArray[np.uint8], score: Callable[..., Any], **options: Any
) -> NDArray[np.float64]:
    pairs = zip(references, images, strict=True)
    return np.array([score(reference, image, data_range=255, **options) for reference, image in pairs])


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
