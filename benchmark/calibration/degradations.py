"""The degradations: known errors that a calibration makes, each at a series of strengths from none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from zlib import crc32

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmark.calibration import image_degradations, wrong_targets
from benchmark.calibration.image_degradations import Image
from benchmark.datasets.base import FaceDataset
from benchmark.images.convert import Pixels, image_array
from benchmark.protocols.base import Protocol
from benchmark.protocols.task_batches import tasks_by_attribute
from methods.base import EditBatch


@dataclass(frozen=True)
class Degradation:
    """One kind of error.

    Attributes:
        title: as pages print it, in lower case.
        unit: of the strengths.
        summary: what is done to a true edit.
        strengths: from 0, the true edit itself, upwards.
        replace_tasks: from the task table, a strength and a seed to the table of the edits that are shown instead.
        stand_ins: from N tasks to the images (N, H, W, 3) that a share of them shows instead, the strength in %.
        degrade_image: from an image (H, W, 3), a strength and a generator to the degraded image.
    """

    title: str
    unit: str
    summary: str
    strengths: tuple[float, ...]
    replace_tasks: Callable[[pd.DataFrame, float, int], pd.DataFrame] = wrong_targets.own_targets
    stand_ins: Callable[[EditBatch], Pixels] | None = None
    degrade_image: Callable[[Image, float, np.random.Generator], Image] = image_degradations.unchanged


_SHARES: Final = (0, 10, 20, 40, 70, 100)

DEGRADATIONS: Final[Mapping[str, Degradation]] = {
    "blur": Degradation(
        "blur",
        "% of the width",
        "Gaussian blur; the strength is the kernel's standard deviation.",
        (0, 1, 2, 3, 5, 8),
        degrade_image=image_degradations.blur,
    ),
    "noise": Degradation(
        "noise",
        "levels of 255",
        "Independent Gaussian noise on every value; the strength is its standard deviation.",
        (0, 4, 8, 16, 32, 64),
        degrade_image=image_degradations.add_noise,
    ),
    "jpeg": Degradation(
        "JPEG",
        "100 less quality",
        "JPEG compression with halved chroma; the strength is 100 less the quality.",
        (0, 10, 30, 50, 70, 90),
        degrade_image=image_degradations.compress_jpeg,
    ),
    "colour": Degradation(
        "colour shift",
        "ΔE76",
        "All colours of an image move in one direction in the a*b* plane of CIELAB, different for every image; the "
        "strength is the distance.",
        (0, 2, 4, 8, 16, 32),
        degrade_image=image_degradations.shift_colour,
    ),
    "geometry": Degradation(
        "geometry shift",
        "% of the width",
        "A smooth warp, different for every image; the strength is the root mean square of the displacement.",
        (0, 0.5, 1, 2, 4, 8),
        degrade_image=image_degradations.warp,
    ),
    "identity": Degradation(
        "wrong identity",
        "% of the tasks",
        "The true edit of another target face, otherwise as requested; the strength is the share of the tasks.",
        _SHARES,
        replace_tasks=wrong_targets.wrong_identity,
    ),
    "style-collapse": Degradation(
        "style collapse",
        "% of the tasks",
        f"The true edit of one of {wrong_targets.MODES} target faces, otherwise as requested; the strength is the "
        "share of the tasks.",
        _SHARES,
        replace_tasks=wrong_targets.style_collapse,
    ),
    "mode-collapse": Degradation(
        "mode collapse",
        "% of the tasks",
        f"One of {wrong_targets.MODES} true edits, whatever was requested; the strength is the share of the tasks.",
        _SHARES,
        replace_tasks=wrong_targets.mode_collapse,
    ),
    "no-edit": Degradation(
        "no edit",
        "% of the tasks",
        "The target face itself, as if nothing had been requested; the strength is the share of the tasks.",
        _SHARES,
        stand_ins=lambda tasks: image_array(tasks.target.image),
    ),
    "flat-regions": Degradation(
        "flat regions",
        "% of the tasks",
        "The true edit with every region of the requested mask in its mean colour; the strength is the share of the "
        "tasks.",
        _SHARES,
        stand_ins=lambda tasks: image_degradations.flatten_regions(_true_edits(tasks), tasks.mask.cpu().numpy()),
    ),
}


def shown_tasks(name: str, strength: float, tasks: pd.DataFrame, seed: int) -> pd.DataFrame:
    """The table of the edits that a degradation shows for `tasks`, which is the protocol's whole table.

    A task shows another only where both transfer the same attribute.
    """
    if strength == 0:
        return tasks
    replace_tasks = DEGRADATIONS[name].replace_tasks
    return pd.concat([replace_tasks(part, strength, seed) for part in tasks_by_attribute(tasks)]).loc[tasks.index]


def _true_edits(tasks: EditBatch) -> Pixels:
    """(N, H, W, 3) of tasks whose true results are known."""
    assert tasks.oracle is not None
    return image_array(tasks.oracle)


def degrade_edits(
    name: str, strength: float, protocol: Protocol, dataset: FaceDataset, rows: pd.DataFrame, seed: int
) -> NDArray[np.uint8]:
    """Degraded true edits: a pure function of its arguments, whatever other tasks there are.

    Args:
        name: a degradation.
        strength: 0 gives the true edits themselves.
        protocol: of the edits.
        dataset: whose true results are known.
        rows: N rows of the table from `shown_tasks`.
        seed: of the degradation.

    Returns:
        (N, H, W, 3) uint8 RGB.

    Raises:
        ValueError: if a true result is not known.
    """
    batch = protocol.edits_of_rows(dataset, rows)
    if batch.oracle is None:
        raise ValueError(f"{dataset.name} does not know the true result of {protocol.name}")
    images = _true_edits(batch)
    if strength == 0:
        return images
    stand_ins, degrade_image = DEGRADATIONS[name].stand_ins, DEGRADATIONS[name].degrade_image
    if stand_ins is not None:
        shown = wrong_targets.wrong_tasks(rows, strength, seed)
        return np.where(shown[:, None, None, None], stand_ins(batch), images)
    generators = (np.random.default_rng([seed, task, crc32(name.encode())]) for task in rows["task"])
    return np.stack(
        [degrade_image(image, strength, generator) for image, generator in zip(images, generators, strict=True)]
    )
