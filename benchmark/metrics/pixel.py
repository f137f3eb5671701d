"""PSNR and SSIM, of whole images and within regions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmark.images.convert import Pixels
from benchmark.metrics.base import ScoringBatch
from benchmark.metrics.mean_metric import VALUE, MeanMetric

CHANNELS: Final = 3

Mask = NDArray[np.bool_]
Values = NDArray[np.float64]


def masked_mean(maps: NDArray[Any], where: Mask) -> Values:
    """Mean of each map (N, H, W) over the pixels where (N, H, W) is True: (N,); NaN where there are none."""
    count = where.sum(axis=(1, 2), dtype=np.float64)
    total = (maps * where).sum(axis=(1, 2), dtype=np.float64)
    mean: Values = np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)
    return mean


CEILING: Final = 60.0
"""dB given to images closer than this: equal images have no finite ratio, and one of them would outweigh any mean.

An image off by one level in every value is at 48.1 dB.
"""


def psnr(image: Pixels, reference: Pixels, where: Mask | None = None) -> Values:
    """Peak signal-to-noise ratio of each image, as `skimage.metrics.peak_signal_noise_ratio` with data range 255.

    Args:
        image: (N, H, W, 3) in 0..255.
        reference: (N, H, W, 3) in 0..255.
        where: (N, H, W), the pixels to compare; all of them if None.

    Returns:
        (N,) in dB, at most `CEILING`; NaN where no pixel is compared.

    Raises:
        ValueError: if the shapes differ.
    """
    _check_shapes(image, reference)
    if where is None:
        where = np.ones(image.shape[:3], dtype=np.bool_)
    compared = where.sum(axis=(1, 2), dtype=np.float64)
    triples = zip(image, reference, where.view(np.uint8), strict=True)
    # rounded, since the sum of squares is a whole number, and OpenCV's last bits are not exact
    squares = np.rint([cv2.norm(one, other, cv2.NORM_L2SQR, mask) for one, other, mask in triples])
    error = np.divide(squares, CHANNELS * compared, out=np.full(len(image), np.nan), where=compared > 0)
    decibels: Values = 10 * np.log10(255**2 / np.maximum(error, 255**2 / 10 ** (CEILING / 10)))
    return decibels


Comparison = Callable[[Pixels, Pixels, Mask | None], Values]


def _against_oracle(batch: ScoringBatch, compare: Comparison, where: Mask | None = None) -> Values:
    """`compare` outputs and oracles: (N,), NaN without an oracle."""
    if batch.oracle_pixels is None:
        return np.full(len(batch), np.nan)
    return compare(batch.output_pixels, batch.oracle_pixels, where)


def _region(batch: ScoringBatch) -> Mask:
    region: Mask = batch.tasks.region.cpu().numpy().astype(np.bool_)
    return region


def _against_target(batch: ScoringBatch, compare: Comparison) -> Values:
    """`compare` outputs and targets outside the region: (N,), NaN, and nothing computed, where the region is all."""
    background = ~_region(batch)
    values = np.full(len(batch), np.nan)
    some = background.any(axis=(1, 2))
    if some.any():
        values[some] = compare(batch.output_pixels[some], batch.target_pixels[some], background[some])
    return values


class PSNROracle(MeanMetric):
    """PSNR of the whole output against the oracle."""

    inapplicable: ClassVar[str] = "the true edit of these tasks is not known"
    shares_batches: ClassVar[bool] = True

    def measure(self, batch: ScoringBatch) -> dict[str, Values]:
        """In dB; NaN without an oracle."""
        return {VALUE: _against_oracle(batch, psnr)}


class PSNRRegion(MeanMetric):
    """PSNR against the oracle where change is allowed."""

    inapplicable: ClassVar[str] = "the true edit of these tasks is not known"
    shares_batches: ClassVar[bool] = True

    def measure(self, batch: ScoringBatch) -> dict[str, Values]:
        """In dB; NaN without an oracle or without a region."""
        return {VALUE: _against_oracle(batch, psnr, _region(batch))}


class PSNRBackground(MeanMetric):
    """PSNR against the target image where no change is allowed."""

    inapplicable: ClassVar[str] = "these tasks may change the whole image"
    shares_batches: ClassVar[bool] = True

    def measure(self, batch: ScoringBatch) -> dict[str, Values]:
        """In dB; NaN where change is allowed everywhere."""
        return {VALUE: _against_target(batch, psnr)}


RADIUS: Final = 5
"""Half the 11 x 11 window: pixels this close to the border have no whole window and are left out."""

_SIGMA: Final = 1.5
_GAUSSIAN: Final = np.exp(-0.5 * (np.arange(-RADIUS, RADIUS + 1) / _SIGMA) ** 2)
_WINDOW: Final = _GAUSSIAN / _GAUSSIAN.sum()
_LUMINANCE_CONSTANT: Final = (0.01 * 255) ** 2
_CONTRAST_CONSTANT: Final = (0.03 * 255) ** 2


def ssim_map(image: Pixels, reference: Pixels) -> Values:
    """Structural similarity at each pixel, averaged over channels.

    Wang et al., "Image Quality Assessment: From Error Visibility to Structural Similarity" (2004), as
    `skimage.metrics.structural_similarity` with `gaussian_weights=True, sigma=1.5, use_sample_covariance=False,
    data_range=255`, without the border that it leaves out of its mean.

    Args:
        image: (N, H, W, 3) in 0..255.
        reference: (N, H, W, 3) in 0..255.

    Returns:
        (N, H - 10, W - 10) in [-1, 1].

    Raises:
        ValueError: if the shapes differ or the images are smaller than the 11 x 11 window.
    """
    return np.stack([similarity.copy() for similarity in _ssim_maps(image, reference)])


def _ssim_maps(image: Pixels, reference: Pixels) -> Iterator[Values]:
    """The map (H - 10, W - 10) of one pair after another, which the next pair overwrites."""
    _check_shapes(image, reference)
    height, width = image.shape[1:3]
    if min(height, width) <= 2 * RADIUS:
        raise ValueError(f"images of {height} x {width} pixels are smaller than SSIM's window of 11")
    channels = _ChannelSSIM(height, width)
    mean = np.empty((height - 2 * RADIUS, width - 2 * RADIUS))
    for one, other in zip(image, reference, strict=True):
        mean[...] = 0.0
        for channel in range(CHANNELS):
            mean += channels.map_of(one[..., channel], other[..., channel])
        mean /= CHANNELS
        yield mean


class _ChannelSSIM:
    """SSIM of one channel after another, in memory allocated once: new pages take longer than the arithmetic.

    Where s = x + y and d = x - y, the moments in the formula come from those of s and d alone: 4 E[x] E[y] =
    E[s]² - E[d]², 2 (E[x]² + E[y]²) = E[s]² + E[d]², and likewise the covariance and the variances.
    """

    def __init__(self, height: int, width: int) -> None:
        self._planes = np.empty((2, height, width), dtype=np.int16)
        self._squares = np.empty((2, height, width), dtype=np.float32)  # exact: they are below 2^24
        self._filtered = np.empty((4, height, width))
        self._terms = np.empty((2, height - 2 * RADIUS, width - 2 * RADIUS))

    def map_of(self, image: Pixels, reference: Pixels) -> Values:
        """The map (H - 10, W - 10) of two channels (H, W), which the next call overwrites."""
        np.add(image, reference, out=self._planes[0], dtype=np.int16)
        np.subtract(image, reference, out=self._planes[1], dtype=np.int16)
        np.square(self._planes, out=self._squares, dtype=np.float32)
        # The filter adds a number to all pixels for nothing: here the constants of both factors.
        constants = (0.0, 0.0, 2 * (_LUMINANCE_CONSTANT + _CONTRAST_CONSTANT), 0.0)
        for plane, filtered, constant in zip((*self._planes, *self._squares), self._filtered, constants, strict=True):
            cv2.sepFilter2D(plane, cv2.CV_64F, _WINDOW, _WINDOW, dst=filtered, delta=constant)
        means_s, means_d, spread_s, spread_d = self._filtered[:, RADIUS:-RADIUS, RADIUS:-RADIUS]
        luminance, structure = self._terms
        np.square(means_s, out=means_s)
        np.square(means_d, out=means_d)
        means_s += 2 * _LUMINANCE_CONSTANT
        spread_s -= means_s  # now the variance of s and the contrast's constant
        spread_d -= means_d
        np.subtract(means_s, means_d, out=luminance)
        np.subtract(spread_s, spread_d, out=structure)
        luminance *= structure
        means_s += means_d
        spread_s += spread_d
        means_s *= spread_s
        luminance /= means_s
        return luminance


def ssim(image: Pixels, reference: Pixels, where: Mask | None = None) -> Values:
    """Mean structural similarity of each image; scikit-image's number where `where` is None.

    Args:
        image: (N, H, W, 3) in 0..255.
        reference: (N, H, W, 3) in 0..255.
        where: (N, H, W), the pixels whose windows count by their centre; all of them if None.

    Returns:
        (N,) in [-1, 1]; NaN where no pixel counts.

    Raises:
        ValueError: as `ssim_map`.
    """
    if where is None:
        where = np.ones(image.shape[:3], dtype=np.bool_)
    inner = where[:, None, RADIUS:-RADIUS, RADIUS:-RADIUS]
    pairs = zip(_ssim_maps(image, reference), inner, strict=True)
    return np.concatenate([masked_mean(similarity[None], counted) for similarity, counted in pairs])


class SSIMOracle(MeanMetric):
    """SSIM of the whole output against the oracle."""

    inapplicable: ClassVar[str] = "the true edit of these tasks is not known"
    shares_batches: ClassVar[bool] = True

    def measure(self, batch: ScoringBatch) -> dict[str, Values]:
        """In [-1, 1]; NaN without an oracle."""
        return {VALUE: _against_oracle(batch, ssim)}


class SSIMRegion(MeanMetric):
    """SSIM against the oracle where change is allowed."""

    inapplicable: ClassVar[str] = "the true edit of these tasks is not known"
    shares_batches: ClassVar[bool] = True

    def measure(self, batch: ScoringBatch) -> dict[str, Values]:
        """In [-1, 1]; NaN without an oracle or without a region."""
        return {VALUE: _against_oracle(batch, ssim, _region(batch))}


class SSIMBackground(MeanMetric):
    """SSIM against the target image where no change is allowed."""

    inapplicable: ClassVar[str] = "these tasks may change the whole image"
    shares_batches: ClassVar[bool] = True

    def measure(self, batch: ScoringBatch) -> dict[str, Values]:
        """In [-1, 1]; NaN where change is allowed everywhere."""
        return {VALUE: _against_target(batch, ssim)}


def _check_shapes(image: Pixels, reference: Pixels) -> None:
    if image.shape != reference.shape:
        raise ValueError(f"images of shape {image.shape} against references of shape {reference.shape}")
