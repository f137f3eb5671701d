"""Scores a plain folder of images against the label maps that they were meant to show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from benchmark.datasets.transforms import ResizeFace
from benchmark.evaluation.context import EvaluationContext
from benchmark.evaluation.image_folder.against_real_images import BATCH, FolderScores
from benchmark.evaluation.score_edits import image_cell
from benchmark.images.convert import image_tensor
from benchmark.images.read import list_images, read_image
from benchmark.metrics.segmentation import LabelMapMetric
from benchmark.results.schema import Value
from benchmark.statistics.ratios import Columns
from methods.labels import NUM_LABELS
from registry import METRICS
from registry.errors import InputError

LABEL_METRICS: Final = ("seg-accuracy", "seg-miou")
"""Those whose figure needs an image and the requested mask, and nothing else."""
_LABEL_MODES: Final = ("L", "P", "I;16", "I")
"""Pillow's modes of one integer channel."""


def score_masks(images: Path, masks: Path, metric_ids: Sequence[str], context: EvaluationContext) -> FolderScores:
    """Let the parser judge read every image, and compare its labels with the image's mask.

    Images and masks are brought to the judge's size as faces are when a dataset is packed.

    Args:
        images: folder of square images.
        masks: folder of label maps, PNG files of one channel with labels 0..18, each named as its image.
        metric_ids: of `LABEL_METRICS`.
        context: gives the judge, which is trained on its dataset where the cache does not hold it.

    Raises:
        InputError: if an image has no mask, or a file cannot be used.
    """
    files = list_images(images)
    pairs = [(path, _mask_of(path, masks)) for path in files]
    judge, _ = context.judge("parser")
    metrics: dict[str, LabelMapMetric] = {name: METRICS.get(name)() for name in metric_ids}
    found: dict[str, list[Columns]] = {name: [] for name in metric_ids}
    size = context.evaluation.dataset.size
    with context.reporter.bar(f"{images}: parse", len(pairs)) as advance:
        for start in range(0, len(pairs), BATCH):
            faces = [_face(*pair, size) for pair in pairs[start : start + BATCH]]
            shown = image_tensor(np.stack([face["img"] for face in faces])).to(context.compute.device)
            with torch.inference_mode():
                parsed = judge.parse(shown)[0].cpu().numpy()
            wanted = np.stack([face["gt_seg_map"] for face in faces])
            for name, metric in metrics.items():
                found[name].append(metric.compare(parsed, wanted))
            advance(start + len(faces))
    cells: dict[str, Value] = {}
    breakdown: dict[str, Mapping[str, float]] = {}
    for name, metric in metrics.items():
        columns = {column: np.concatenate([part[column] for part in found[name]]) for column in found[name][0]}
        names = np.array([path.name for path in files])
        cells[name] = image_cell(metric, columns, names, context.evaluation.bootstrap_draws, None)
        breakdown[name] = metric.breakdown(columns)
    return FolderScores(cells, breakdown)


def _mask_of(image: Path, masks: Path) -> Path:
    found = masks / f"{image.stem}.png"
    if not found.is_file():
        raise InputError(f"{image} has no mask: {found} is not there")
    return found


def _face(image: Path, mask: Path, size: int) -> dict[str, Any]:
    pixels, labels = read_image(image), read_labels(mask)
    for path, shape in ((image, pixels.shape), (mask, labels.shape)):
        if shape[0] != shape[1]:
            raise InputError(f"{path} is {shape[1]}x{shape[0]}, not square")
    return ResizeFace(size).transform({"img": pixels, "gt_seg_map": labels})


def read_labels(path: Path) -> NDArray[np.uint8]:
    """(H, W) uint8 labels of a label map, by its values or, of a palette image, by its indices.

    Raises:
        InputError: if it cannot be read, has several channels, or holds another value than 0..18.
    """
    try:
        with Image.open(path) as image:
            mode, values = image.mode, np.array(image)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise InputError(f"{path}: cannot be read as an image: {error}") from error
    if mode not in _LABEL_MODES:
        raise InputError(f"{path}: a label map has one channel of labels; this is {mode}")
    if not 0 <= values.min() <= values.max() < NUM_LABELS:
        raise InputError(f"{path}: holds label {values.max()}; labels are 0..{NUM_LABELS - 1}")
    return values.astype(np.uint8)
