"""Style colour: how far the mean colour of each region of the output is from the style's, as CIEDE2000."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from skimage.color import deltaE_ciede2000, rgb2lab
from torch import Tensor

from benchmark.images.convert import to_bytes
from benchmark.metrics.base import ScoringBatch
from benchmark.metrics.mean_metric import VALUE, MeanMetric, plain_means
from benchmark.statistics.ratios import Columns
from methods.labels import LABELS, NUM_LABELS


def region_colors(image: NDArray[np.uint8], mask: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Mean CIELAB colour and pixel count of each label's region.

    Args:
        image: (N, 3, H, W) sRGB in 0..255.
        mask: (N, H, W) integer labels in 0..18.

    Returns:
        (N, 19, 3) mean L*, a*, b* (D65, 2 degree observer; averaged in CIELAB), 0 where a label has no pixel, and
        (N, 19) pixel counts.
    """
    number = len(image)
    lab = rgb2lab(image.astype(np.float32) / 255, channel_axis=1)
    slots = (mask.astype(np.intp) + NUM_LABELS * np.arange(number)[:, None, None]).ravel()
    length = NUM_LABELS * number
    pixels = np.bincount(slots, minlength=length)
    sums = [np.bincount(slots, weights=lab[:, channel].ravel(), minlength=length) for channel in range(3)]
    means = np.stack(sums, axis=-1) / np.maximum(pixels, 1)[:, None]
    return means.reshape(number, NUM_LABELS, 3), pixels.reshape(number, NUM_LABELS)


def color_distances(
    colors: NDArray[np.float64], other: NDArray[np.float64], compared: NDArray[np.bool_]
) -> dict[str, NDArray[np.float64]]:
    """CIEDE2000 colour difference of each region, and its mean over the regions compared.

    Follows Sharma, Wu and Dalal, "The CIEDE2000 Color-Difference Formula" (2005), with kL = kC = kH = 1.

    Args:
        colors: (N, 19, 3) CIELAB.
        other: (N, 19, 3) CIELAB.
        compared: (N, 19), which regions to compare.

    Returns:
        `value` (N,), the mean over regions, and `<label>` (N,) for each label; NaN where nothing is compared.
    """
    distances = np.where(compared, deltaE_ciede2000(colors, other), np.nan)
    count = compared.sum(axis=1)
    value = np.divide(np.nansum(distances, axis=1), count, out=np.full(len(colors), np.nan), where=count > 0)
    return {VALUE: value} | {label: distances[:, column] for column, label in enumerate(LABELS)}


class StyleColor(MeanMetric):
    """Colour difference between output and style face, over the regions that both show.

    Args:
        min_pixels: a face shows a region from this many pixels on, at the run's size.
    """

    inapplicable: ClassVar[str] = "output and style face share no region"

    def __init__(self, min_pixels: int = 8) -> None:
        super().__init__()
        self.min_pixels = min_pixels

    def measure(self, evidence: ScoringBatch) -> dict[str, NDArray[np.float64]]:
        """Column `value`, and one a label; CIEDE2000."""
        tasks = evidence.tasks
        output, asked = _region_colors_of(evidence.output, tasks.mask)
        style, shown = _region_colors_of(tasks.target.image, tasks.target.mask)
        return color_distances(output, style, (asked >= self.min_pixels) & (shown >= self.min_pixels))

    def breakdown(self, columns: Columns) -> dict[str, float]:
        """Mean colour difference by label."""
        return plain_means({name: values for name, values in columns.items() if name != VALUE})


class StyleColorUnseen(StyleColor):
    """Colour difference between output and oracle, over the asked regions that the style face does not show."""

    inapplicable: ClassVar[str] = "no true edit is known of a region that the style face lacks"

    def measure(self, evidence: ScoringBatch) -> dict[str, NDArray[np.float64]]:
        """Column `value`, and one a label; CIEDE2000, all NaN without an oracle."""
        tasks = evidence.tasks
        output, asked = _region_colors_of(evidence.output, tasks.mask)
        if tasks.oracle is None:
            return color_distances(output, output, np.zeros(asked.shape, dtype=np.bool_))
        truth, _ = _region_colors_of(tasks.oracle, tasks.mask)
        _, shown = _region_colors_of(tasks.target.image, tasks.target.mask)
        return color_distances(output, truth, (asked >= self.min_pixels) & (shown < self.min_pixels))


def _region_colors_of(image: Tensor, mask: Tensor) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    return region_colors(to_bytes(image), mask.cpu().numpy())
