"""Peak signal-to-noise ratio against the true edit, within the edited region, and outside it against the target."""

from __future__ import annotations

from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.base import Evidence
from benchmark.metrics.mean_metric import VALUE, MeanMetric
from benchmark.metrics.pixels import figure_against, masked_mean

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

    def measure(self, evidence: Evidence) -> dict[str, NDArray[np.float64]]:
        """In dB; NaN without an oracle."""
        return {VALUE: figure_against(evidence.tasks.oracle, evidence.output, psnr)}


class PSNRRegion(MeanMetric):
    """PSNR against the oracle where change is allowed."""

    inapplicable: ClassVar[str] = "this dataset does not know the true edit"

    def measure(self, evidence: Evidence) -> dict[str, NDArray[np.float64]]:
        """In dB; NaN without an oracle or without a region."""
        return {VALUE: figure_against(evidence.tasks.oracle, evidence.output, psnr, evidence.tasks.region)}


class PSNRBackground(MeanMetric):
    """PSNR against the target image where no change is allowed."""

    inapplicable: ClassVar[str] = "these tasks may change the whole image"

    def measure(self, evidence: Evidence) -> dict[str, NDArray[np.float64]]:
        """In dB; NaN where change is allowed everywhere."""
        return {VALUE: figure_against(evidence.tasks.target.image, evidence.output, psnr, ~evidence.tasks.region)}
