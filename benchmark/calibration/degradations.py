"""The degradations: the known errors that calibration makes, each at a ladder of strengths from none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from zlib import crc32

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmark.calibration import image_degradations as repaints
from benchmark.calibration import wrong_targets as mistakes
from benchmark.calibration.image_degradations import Image
from benchmark.datasets.base import FaceDataset
from benchmark.images.convert import image_array
from benchmark.protocols.base import Protocol


@dataclass(frozen=True)
class Degradation:
    """One kind of error.

    Attributes:
        title: as pages print it, in lower case.
        unit: of the strengths.
        summary: what is done to a true edit.
        strengths: from 0, the true edit itself, upwards.
        mistake: from the task table, a strength and a seed to the table of the edits shown in place of those asked.
        repaint: from an image (H, W, 3), a strength and a generator to the image spoilt.
    """

    title: str
    unit: str
    summary: str
    strengths: tuple[float, ...]
    mistake: Callable[[pd.DataFrame, float, int], pd.DataFrame] = mistakes.none
    repaint: Callable[[Image, float, np.random.Generator], Image] = repaints.as_it_is


_SHARES: Final = (0, 10, 20, 40, 70, 100)

DEGRADATIONS: Final[Mapping[str, Degradation]] = {
    "blur": Degradation(
        "blur",
        "% of the width",
        "Gaussian blur; the strength is the kernel's standard deviation.",
        (0, 1, 2, 3, 5, 8),
        repaint=repaints.blurred,
    ),
    "noise": Degradation(
        "noise",
        "levels of 255",
        "Independent Gaussian noise on every value; the strength is its standard deviation.",
        (0, 4, 8, 16, 32, 64),
        repaint=repaints.noisy,
    ),
    "jpeg": Degradation(
        "JPEG",
        "100 less quality",
        "JPEG compression with halved chroma; the strength is 100 less the quality.",
        (0, 10, 30, 50, 70, 90),
        repaint=repaints.compressed,
    ),
    "colour": Degradation(
        "colour shift",
        "ΔE76",
        "All colours of an image move one way in the a*b* plane of CIELAB, each image its own way; the strength is "
        "how far.",
        (0, 2, 4, 8, 16, 32),
        repaint=repaints.tinted,
    ),
    "geometry": Degradation(
        "geometry shift",
        "% of the width",
        "A smooth warp, each image its own; the strength is the root mean square of the displacement.",
        (0, 0.5, 1, 2, 4, 8),
        repaint=repaints.warped,
    ),
    "identity": Degradation(
        "wrong identity",
        "% of the tasks",
        "The true edit of another target face, as asked in all else; the strength is the share of the tasks.",
        _SHARES,
        mistake=mistakes.wrong_identity,
    ),
    "style-collapse": Degradation(
        "style collapse",
        "% of the tasks",
        f"The true edit of one of {mistakes.MODES} target faces, as asked in all else; the strength is the share of "
        "the tasks.",
        _SHARES,
        mistake=mistakes.style_collapse,
    ),
    "mode-collapse": Degradation(
        "mode collapse",
        "% of the tasks",
        f"One of {mistakes.MODES} true edits, whatever was asked; the strength is the share of the tasks.",
        _SHARES,
        mistake=mistakes.mode_collapse,
    ),
}


def shown(name: str, strength: float, tasks: pd.DataFrame, seed: int) -> pd.DataFrame:
    """The table of the edits that a degradation shows for `tasks`, which is the protocol's whole table."""
    return tasks if strength == 0 else DEGRADATIONS[name].mistake(tasks, strength, seed)


def degraded(
    name: str, strength: float, protocol: Protocol, dataset: FaceDataset, rows: pd.DataFrame, seed: int
) -> NDArray[np.uint8]:
    """Degraded true edits: a pure function of its arguments, whatever tasks stand beside them.

    Args:
        name: a degradation.
        strength: 0 gives the true edits themselves.
        protocol: asks for the edits.
        dataset: knows their true results.
        rows: N rows of the table that `shown` gave.
        seed: of the repaint.

    Returns:
        (N, H, W, 3) uint8 RGB.

    Raises:
        ValueError: if a true result is not known.
    """
    truth = protocol.edits(dataset, rows["target_row"].to_numpy(np.int64), rows["source_row"].to_numpy(np.int64)).oracle
    if truth is None:
        raise ValueError(f"{dataset.name} does not know the true result of {protocol.name}")
    images = image_array(truth)
    if strength == 0:
        return images
    repaint = DEGRADATIONS[name].repaint
    generators = (np.random.default_rng([seed, task, crc32(name.encode())]) for task in rows["task"])
    return np.stack([repaint(image, strength, each) for image, each in zip(images, generators, strict=True)])
