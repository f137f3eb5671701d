"""Style colour: how far the mean colour of each region of the output is from the style's, as CIEDE2000."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from skimage.color import deltaE_ciede2000, rgb2lab

from benchmark.images.convert import Pixels
from benchmark.metrics.base import ScoringBatch
from benchmark.metrics.mean_metric import VALUE, MeanMetric, plain_means
from benchmark.statistics.ratios import Columns
from methods.labels import LABELS, NUM_LABELS

Colors = NDArray[np.float64]
Counts = NDArray[np.int64]


def region_colors(image: Pixels, mask: NDArray[Any]) -> tuple[Colors, Counts]:
    """Mean CIELAB colour and pixel count of each label's region.

    Args:
        image: (N, H, W, 3) sRGB in 0..255.
        mask: (N, H, W) integer labels in 0..18.

    Returns:
        (N, 19, 3) mean L*, a*, b* (D65, 2 degree observer; averaged in CIELAB), 0 where a label has no pixel, and
        (N, 19) pixel counts.
    """
    number = len(image)
    lab = rgb2lab(image.astype(np.float32) / 255)
    slots, pixels = _slots(mask), region_sizes(mask)
    sums = [np.bincount(slots, weights=lab[..., channel].ravel(), minlength=pixels.size) for channel in range(3)]
    means = np.stack(sums, axis=-1).reshape(number, NUM_LABELS, 3) / np.maximum(pixels, 1)[..., None]
    return means, pixels


def region_sizes(mask: NDArray[Any]) -> Counts:
    """Pixels of each label in masks (N, H, W) of integer labels in 0..18: (N, 19)."""
    return np.bincount(_slots(mask), minlength=NUM_LABELS * len(mask)).reshape(len(mask), NUM_LABELS)


def _slots(mask: NDArray[Any]) -> NDArray[np.intp]:
    """A number for each image and label at every pixel, flat."""
    slots: NDArray[np.intp] = (mask.astype(np.intp) + NUM_LABELS * np.arange(len(mask))[:, None, None]).ravel()
    return slots


def color_distances(colors: Colors, other: Colors, compared: NDArray[np.bool_]) -> dict[str, NDArray[np.float64]]:
    """CIEDE2000 colour difference of each region, and its mean over the regions compared.

    Follows Sharma, Wu and Dalal, "The CIEDE2000 Color-Difference Formula" (2005), with kL = kC = kH = 1.

    Args:
        colors: (N, 19, 3) CIELAB.
        other: (N, 19, 3) CIELAB.
        compared: (N, 19), which regions to compare.

    Returns:
        `value` (N,), the mean over regions, and a column `<label>` (N,) per label; NaN where nothing is compared.
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
    shares_batches: ClassVar[bool] = True

    def __init__(self, min_pixels: int = 8) -> None:
        super().__init__()
        self.min_pixels = min_pixels

    def measure(self, batch: ScoringBatch) -> dict[str, NDArray[np.float64]]:
        """Column `value`, and one per label; CIEDE2000."""
        output, requested = batch.cached(_colors_of_output)
        style, shown = region_colors(batch.target_pixels, batch.tasks.target.mask.cpu().numpy())
        return color_distances(output, style, (requested >= self.min_pixels) & (shown >= self.min_pixels))

    def breakdown(self, columns: Columns) -> dict[str, float]:
        """Mean colour difference by label."""
        return plain_means({name: values for name, values in columns.items() if name != VALUE})


class StyleColorUnseen(StyleColor):
    """Colour difference between output and oracle, over the requested regions that the style face does not show."""

    inapplicable: ClassVar[str] = "no true edit is known of a region that the style face lacks"

    def measure(self, batch: ScoringBatch) -> dict[str, NDArray[np.float64]]:
        """Column `value`, and one per label; CIEDE2000, all NaN without an oracle."""
        output, requested = batch.cached(_colors_of_output)
        if batch.oracle_pixels is None:
            return color_distances(output, output, np.zeros(requested.shape, dtype=np.bool_))
        truth, _ = region_colors(batch.oracle_pixels, batch.tasks.mask.cpu().numpy())
        shown = region_sizes(batch.tasks.target.mask.cpu().numpy())
        return color_distances(output, truth, (requested >= self.min_pixels) & (shown < self.min_pixels))


def _colors_of_output(batch: ScoringBatch) -> tuple[Colors, Counts]:
    """Of the requested regions; none is requested where the tasks have no mask."""
    colors, sizes = region_colors(batch.output_pixels, batch.tasks.mask.cpu().numpy())
    return colors, np.zeros_like(sizes) if "mask" in batch.tasks.lacks else sizes
