"""Scores a folder of images: against real images, against the label maps that they were to show, or both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from benchmark.config.resolve import resolve_evaluation
from benchmark.config.sources import ConfigSource
from benchmark.evaluation.context import EvaluationContext
from benchmark.evaluation.image_folder.against_masks import LABEL_METRICS, score_masks
from benchmark.evaluation.image_folder.against_real_images import FolderScores, check_set_metric, score_folders
from benchmark.images.folder import ImageFolder, open_images, open_label_maps
from benchmark.images.label_sets import LabelSet
from benchmark.images.selection import ALL_FILES, FileSelection, Role
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
    selections: Mapping[Role, FileSelection],
    labels: LabelSet | None,
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
        selections: which files of the folders are meant; all where a folder is not named.
        labels: how label maps say their labels, where that is known.
        judge: settings of the dataset that the parser judge of `masks` learns from, and of the judge.
        device: where encoders run; the judge's is among its settings.
        weights: finds the encoders' weights.
        cache: folder of packed faces, judges and features.
        reporter: shows progress.

    Raises:
        InputError: if there is nothing to compare with, a metric is unknown or lacks its folder, a folder has no
            metric, or a file cannot be used.
    """
    if reference is None and masks is None:
        raise InputError("--images needs --reference, a folder of real images, or --masks, a folder of label maps")
    for role, folder in (("reference", reference), ("masks", masks)):
        if folder is None and selections.get(role, ALL_FILES).chooses:
            raise InputError(f"--match or --suffix is of {role}, and there is no such folder; give --{role} too")
    if labels is not None and masks is None:
        raise InputError("--labels says how label maps are numbered: give --masks, the folder of them")
    names = list(metrics) or [*(["fid"] if reference else []), *(LABEL_METRICS if masks else [])]
    of_masks = [name for name in names if name in LABEL_METRICS] if masks else []
    of_sets = [name for name in names if name not in of_masks]
    for name in of_sets:
        check_set_metric(name)
    if of_sets and reference is None:
        raise InputError(f"{of_sets[0]} needs --reference, a folder of real images to compare with")
    for option, compared, users in (("--reference", reference, of_sets), ("--masks", masks, of_masks)):
        if compared is not None and not users:
            raise InputError(
                f"{option} {compared}: no metric compares with it ({', '.join(names)}); leave it out, or add one"
            )
    context = EvaluationContext(resolve_evaluation(list(judge)), cache, reporter) if of_masks else None
    # opened first, and in full: hours later is too late to hear that half of the files were left out
    files = _open(images, reference if of_sets else None, masks if of_masks else None, selections)
    for folder in files.values():
        if folder.summary is not None:
            reporter.say(f"bench: {folder.summary}")
    sets = masked = FolderScores({}, {})
    if context is not None:
        masked = _score_masks(files["images"], files["masks"], of_masks, context, labels)
    if of_sets:
        resources = Resources(choose_compute(device, precision="fp32"), weights)
        sets = score_folders(files["images"], files["reference"], of_sets, resources, cache, reporter)
    cells = sets.cells | masked.cells
    return replace(
        sets,
        cells={name: cells[name] for name in names},
        breakdown={**sets.breakdown, **masked.breakdown},
        judge=masked.judge,
        files=files,
    )


def _open(
    images: Path, reference: Path | None, masks: Path | None, selections: Mapping[Role, FileSelection]
) -> dict[Role, ImageFolder]:
    files: dict[Role, ImageFolder] = {"images": open_images(images, selections.get("images", ALL_FILES))}
    if reference is not None:
        files["reference"] = open_images(reference, selections.get("reference", ALL_FILES), "reference")
    if masks is not None:
        files["masks"] = open_label_maps(masks, files["images"].files, selections.get("masks", ALL_FILES))
    return files


def _score_masks(
    images: ImageFolder, masks: ImageFolder, metrics: list[str], context: EvaluationContext, labels: LabelSet | None
) -> FolderScores:
    scores = score_masks(images, masks, metrics, context, labels)
    dataset = context.evaluation.dataset
    judge = {**context.judge("parser")[1].model_dump(), "dataset": dataset.name, "size": dataset.size}
    return replace(scores, judge=judge)
