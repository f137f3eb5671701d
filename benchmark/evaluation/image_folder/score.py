"""Scores a folder of images: against real images, against the label maps that they were to show, or both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmark.config.resolve import resolve_evaluation
from benchmark.config.sources import ConfigSource
from benchmark.evaluation.context import EvaluationContext
from benchmark.evaluation.image_folder.against_masks import LABEL_METRICS, score_masks
from benchmark.evaluation.image_folder.against_real_images import FolderScores, check_set_metric, score_folders
from benchmark.runtime.device import choose_compute
from benchmark.runtime.progress import Reporter
from benchmark.weights.locate import Weights
from benchmark.weights.resources import Resources
from registry.errors import InputError


def score_images(
    images: Path,
    reference: Path | None,
    masks: Path | None,
    metrics: Sequence[str] = (),
    *,
    judge: Sequence[ConfigSource],
    device: str,
    weights: Weights,
    cache: Path,
    reporter: Reporter,
) -> FolderScores:
    """Score a folder of images.

    Args:
        images: the folder.
        reference: folder of real images, for the metrics of sets.
        masks: folder of label maps, for the metrics of labels.
        metrics: ids; where none is named, `fid` with a reference, and the metrics of labels with masks.
        judge: settings of the dataset that the parser judge of `masks` learns from, and of the judge.
        device: where encoders run; the judge's is among its settings.
        weights: finds the encoders' weights.
        cache: folder of packed faces, judges and features.
        reporter: shows progress.

    Raises:
        InputError: if there is nothing to compare with, a metric is unknown or lacks its folder, or a file cannot be
            used.
    """
    if reference is None and masks is None:
        raise InputError("--images needs --reference, a folder of real images, or --masks, a folder of label maps")
    names = list(metrics) or [*(["fid"] if reference else []), *(LABEL_METRICS if masks else [])]
    of_masks = [name for name in names if name in LABEL_METRICS] if masks else []
    of_sets = [name for name in names if name not in of_masks]
    for name in of_sets:
        check_set_metric(name)
    if of_sets and reference is None:
        raise InputError(f"{of_sets[0]} needs --reference, a folder of real images to compare with")
    sets = masked = FolderScores({}, {})
    if of_masks and masks is not None:
        masked = _score_masks(images, masks, of_masks, judge, cache, reporter)
    if of_sets and reference is not None:
        resources = Resources(choose_compute(device, precision="fp32"), weights)
        sets = score_folders(images, reference, of_sets, resources, cache, reporter)
    return replace(
        sets, cells=sets.cells | masked.cells, breakdown={**sets.breakdown, **masked.breakdown}, judge=masked.judge
    )


def _score_masks(
    images: Path, masks: Path, metrics: list[str], settings: Sequence[ConfigSource], cache: Path, reporter: Reporter
) -> FolderScores:
    context = EvaluationContext(resolve_evaluation(list(settings)), cache, reporter)
    scores = score_masks(images, masks, metrics, context)
    dataset = context.evaluation.dataset
    judge = {**context.judge("parser")[1].model_dump(), "dataset": dataset.name, "size": dataset.size}
    return replace(scores, judge=judge)
