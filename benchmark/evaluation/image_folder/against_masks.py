"""Scores a plain folder of images against the label maps that they were meant to show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from benchmark.datasets.transforms import ResizeFace
from benchmark.evaluation.cells import image_cell
from benchmark.evaluation.context import EvaluationContext
from benchmark.evaluation.image_folder.against_real_images import FolderScores
from benchmark.evaluation.image_folder.references import BATCH
from benchmark.images.convert import image_tensor
from benchmark.images.folder import ImageFolder
from benchmark.images.label_maps import read_labels, renumbered
from benchmark.images.label_sets import CELEBAMASK_HQ, LabelSet, orders
from benchmark.images.read import read_image
from benchmark.metrics.segmentation import LabelMapMetric, pixel_accuracy
from benchmark.results.schema import Value
from benchmark.statistics.ratios import Columns
from registry import METRICS
from registry.errors import InputError

LABEL_METRICS: Final = ("seg-accuracy", "seg-miou")
"""Those whose figure needs an image and the requested mask, and nothing else."""
CLEARLY: Final = 0.05
"""By how much of all pixels another order of labels must agree better with the judge to be proposed,"""
CREDIBLE: Final = 0.5
"""and the share in which it must agree, which a judge that knows nothing of the images does not reach by chance."""


def score_masks(
    images: ImageFolder,
    masks: ImageFolder,
    metric_ids: Sequence[str],
    context: EvaluationContext,
    labels: LabelSet | None = None,
) -> FolderScores:
    """Let the parser judge read every image, and compare its labels with the image's mask.

    Images and masks are brought to the judge's size as faces are when a dataset is packed.

    Args:
        images: square images.
        masks: their label maps, by the same names.
        metric_ids: of `LABEL_METRICS`.
        context: gives the judge, which is trained on its dataset where the cache does not hold it.
        labels: what the label maps say; labels in the dataset's own order where that is not known.

    Raises:
        InputError: if a file cannot be used, or `labels` is not known and the judge agrees clearly better with another
            order than the dataset's.
    """
    label_set = labels or CELEBAMASK_HQ
    pairs = [(path, masks.files[name]) for name, path in images.files.items()]
    _face(*pairs[0], label_set, context.evaluation.dataset.size)  # what is wrong with all is said before a judge learns
    judge, _ = context.judge("parser")
    metrics: dict[str, LabelMapMetric] = {name: METRICS.get(name)() for name in metric_ids}
    found: dict[str, list[Columns]] = {name: [] for name in metric_ids}
    agreement: list[Columns] = []
    size = context.evaluation.dataset.size
    with context.reporter.bar(f"{images.shown}: parse", len(pairs)) as advance:
        for start in range(0, len(pairs), BATCH):
            faces = [_face(*pair, label_set, size) for pair in pairs[start : start + BATCH]]
            shown = image_tensor(np.stack([face["img"] for face in faces])).to(context.compute.device)
            with torch.inference_mode():
                parsed = judge.parse(shown)[0].cpu().numpy()
            wanted = np.stack([face["gt_seg_map"] for face in faces])
            for name, metric in metrics.items():
                found[name].append(metric.compare(parsed, wanted))
            agreement.append(_agreement(parsed, wanted, label_set))
            advance(start + len(faces))
    caution = _better_order(agreement, label_set)
    if caution is not None and labels is None:
        raise InputError(f"{masks.path}: {caution}, or --labels {label_set.name} to keep this one")
    names = np.array([str(path.relative_to(images.path)) for path, _ in pairs])
    cells: dict[str, Value] = {}
    breakdown: dict[str, Mapping[str, float]] = {}
    for name, metric in metrics.items():
        columns = {column: np.concatenate([part[column] for part in found[name]]) for column in found[name][0]}
        cells[name] = image_cell(metric, columns, names, context.evaluation.bootstrap_draws, caution)
        breakdown[name] = metric.breakdown(columns)
    return FolderScores(cells, breakdown)


def _face(image: Path, mask: Path, label_set: LabelSet, size: int) -> dict[str, Any]:
    pixels, labels = read_image(image), read_labels(mask, label_set)
    for path, shape in ((image, pixels.shape), (mask, labels.shape)):
        if shape[0] != shape[1]:
            raise InputError(f"{path} is {shape[1]}x{shape[0]}, not square")
    return ResizeFace(size).transform({"img": pixels, "gt_seg_map": labels})


def _agreement(parsed: NDArray[Any], wanted: NDArray[np.uint8], label_set: LabelSet) -> Columns:
    """Pixel accuracy of each image, had the numbers of its label map been read in each of the known orders."""
    if not label_set.is_order:
        return {}
    known = {**orders(), label_set.name: label_set}
    return {name: pixel_accuracy(parsed, renumbered(wanted, label_set, other)) for name, other in known.items()}


def _better_order(agreement: list[Columns], label_set: LabelSet) -> str | None:
    """A caution where the judge agrees clearly better with another order of labels than with the one chosen."""
    means = {other: float(np.concatenate([part[other] for part in agreement]).mean()) for other in agreement[0]}
    for other, mean in means.items():
        if mean > max(means[label_set.name] + CLEARLY, CREDIBLE):
            return (
                f"the judge agrees better with the label maps in the order {other} ({mean:.3f} of pixels) than in "
                f"{label_set.name} ({means[label_set.name]:.3f}): say --labels {other} if they are in it"
            )
    return None
