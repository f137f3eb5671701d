"""PSNR and SSIM, of whole images and within regions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from torch import Tensor

from benchmark.images.convert import to_bytes
from benchmark.metrics.base import ScoringBatch
from benchmark.metrics.mean_metric import VALUE, MeanMetric


def masked_mean(maps: NDArray[Any], where: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Mean of each map (N, H, W) over the pixels where (N, H, W) is True: (N,); NaN where there are none."""
    count = where.sum(axis=(1, 2), dtype=np.float64)
    total = (maps * where).sum(axis=(1, 2), dtype=np.float64)
    mean: NDArray[np.float64] = np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)
    return mean


Figure = Callable[[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.bool_] | None], NDArray[np.float64]]
"""(N, 3, H, W) images and references in 0..255, and (N, H, W) pixels to look at (None: all), to (N,) figures."""


def figure_against(
    reference: Tensor | None, image: Tensor, figure: Figure, where: Tensor | None = None
) -> NDArray[np.float64]:
    """Apply `figure` to images (N, 3, H, W) in [-1, 1] at the precision of their files: (N,), NaN with no reference."""
    if reference is None:
        return np.full(len(image), np.nan)
    return figure(to_bytes(image), to_bytes(reference), None if where is None else where.cpu().numpy().astype(np.bool_))


CEILING: Final = 60.0
"""dB given to images closer than this: equal images have no finite ratio, and one of them would outweigh any mean.

An image off by one level in every value is at 48.1 dB.
"""


def psnr(
    image: NDArray[np.uint8], reference: NDArray[np.uint8], where: NDArray[np.bool_] | None = None
) -> NDArray[np.float64]:
    """Peak signal-to-noise ratio of each image, as `skimage.metrics.peak_signal_noise_ratio` with data range 255.

    Args:
        image: (N, 3, H, W) in 0..255.
        reference: (N, 3, H, W) in 0..255.
        where: (N, H, W), the pixels to compare; all of them if None.

    Returns:
        (N,) in dB, at most `CEILING`; NaN where no pixel is compared.

    Raises:
        ValueError: if the shapes differ.
    """
    if image.shape != reference.shape:
        raise ValueError(f"images of shape {image.shape} against references of shape {reference.shape}")
    difference = image.astype(np.int32) - reference
    squared = np.square(difference).mean(axis=1)
    compared = np.ones(squared.shape, dtype=np.bool_) if where is None else where
    error = masked_mean(squared, compared)
    return 10 * np.log10(255**2 / np.maximum(error, 255**2 / 10 ** (CEILING / 10)))


class PSNROracle(MeanMetric):
    """PSNR of the whole output against the oracle."""

    inapplicable: ClassVar[str] = "this dataset does not know the true edit"

    def measure(self, evidence: ScoringBatch) -> dict[str, NDArray[np.float64]]:
        """In dB; NaN without an oracle."""
        return {VALUE: figure_against(evidence.tasks.oracle, evidence.output, psnr)}


class PSNRRegion(MeanMetric):
    """PSNR against the oracle where change is allowed."""

    inapplicable: ClassVar[str] = "this dataset does not know the true edit"

    def measure(self, evidence: ScoringBatch) -> dict[str, NDArray[np.float64]]:
        """In dB; NaN without an oracle or without a region."""
        return {VALUE: figure_against(evidence.tasks.oracle, evidence.output, psnr, evidence.tasks.region)}


class PSNRBackground(MeanMetric):
    """PSNR against the target image where no change is allowed."""

    inapplicable: ClassVar[str] = "these tasks may change the whole image"

    def measure(self, evidence: ScoringBatch) -> dict[str, NDArray[np.float64]]:
        """In dB; NaN where change is allowed everywhere."""
        return {VALUE: figure_against(evidence.tasks.target.image, evidence.output, psnr, ~evidence.tasks.region)}


RADIUS: Final = 5
"""Half the 11 x 11 window: pixels this close to the border have no whole window and are left out."""

_SIGMA: Final = 1.5
_LUMINANCE_CONSTANT: Final = (0.01 * 255) ** 2
_CONTRAST_CONSTANT: Final = (0.03 * 255) ** 2


def ssim_map(image: NDArray[np.uint8], reference: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Structural similarity at each pixel, averaged over channels.

    Wang et al., "Image Quality Assessment: From Error Visibility to Structural Similarity" (2004), as
    `skimage.metrics.structural_similarity` with `gaussian_weights=True, sigma=1.5, use_sample_covariance=False,
    data_range=255`, without the border that it leaves out of its mean.

    Args:
        image: (N, 3, H, W) in 0..255.
        reference: (N, 3, H, W) in 0..255.

    Returns:
        (N, H - 10, W - 10) in [-1, 1].

    Raises:
        ValueError: if the shapes differ or the images are smaller than the 11 x 11 window.
    """
    if image.shape != reference.shape:
        raise ValueError(f"images of shape {image.shape} against references of shape {reference.shape}")
    if min(image.shape[2:]) <= 2 * RADIUS:
        raise ValueError(f"images of {image.shape[2]} x {image.shape[3]} pixels are smaller than SSIM's window of 11")
    # One image at a time: its planes stay in the processor's cache, which is three times as fast as the whole batch.
    return np.stack([_ssim_map_of_one(*pair) for pair in zip(image, reference, strict=True)])


def _ssim_map_of_one(image: NDArray[np.uint8], reference: NDArray[np.uint8]) -> NDArray[np.float64]:
    x, y = image.astype(np.float64), reference.astype(np.float64)
    # Only the sum of the two variances enters, so that one filter serves both squares.
    smooth = gaussian_filter(np.stack([x, y, x * y, x * x + y * y]), _SIGMA, radius=RADIUS, axes=(2, 3))
    mean_x, mean_y, mean_product, mean_square = smooth[:, :, RADIUS:-RADIUS, RADIUS:-RADIUS]
    product, powers = mean_x * mean_y, mean_x * mean_x + mean_y * mean_y
    luminance = (2 * product + _LUMINANCE_CONSTANT) / (powers + _LUMINANCE_CONSTANT)
    structure = (2 * (mean_product - product) + _CONTRAST_CONSTANT) / (mean_square - powers + _CONTRAST_CONSTANT)
    mean: NDArray[np.float64] = (luminance * structure).mean(axis=0)
    return mean


def ssim(
    image: NDArray[np.uint8], reference: NDArray[np.uint8], where: NDArray[np.bool_] | None = None
) -> NDArray[np.float64]:
    """Mean structural similarity of each image; scikit-image's number where `where` is None.

    Args:
        image: (N, 3, H, W) in 0..255.
        reference: (N, 3, H, W) in 0..255.
        where: (N, H, W), the pixels whose windows count by their centre; all of them if None.

    Returns:
        (N,) in [-1, 1]; NaN where no pixel counts.

    Raises:
        ValueError: as `ssim_map`.
    """
    similarity = ssim_map(image, reference)
    if where is None:
        where = np.ones((len(image), *image.shape[2:]), dtype=np.bool_)
    return masked_mean(similarity, where[:, RADIUS:-RADIUS, RADIUS:-RADIUS])


class SSIMOracle(MeanMetric):
    """SSIM of the whole output against the oracle."""

    inapplicable: ClassVar[str] = "this dataset does not know the true edit"

    def measure(self, evidence: ScoringBatch) -> dict[str, NDArray[np.float64]]:
        """In [-1, 1]; NaN without an oracle."""
        return {VALUE: figure_against(evidence.tasks.oracle, evidence.output, ssim)}


class SSIMBackground(MeanMetric):
    """SSIM against the target image where no change is allowed."""

    inapplicable: ClassVar[str] = "these tasks may change the whole image"

    def measure(self, evidence: ScoringBatch) -> dict[str, NDArray[np.float64]]:
        """In [-1, 1]; NaN where change is allowed everywhere."""
        return {VALUE: figure_against(evidence.tasks.target.image, evidence.output, ssim, ~evidence.tasks.region)}
