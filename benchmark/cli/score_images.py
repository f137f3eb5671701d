"""`bench score --images`: a plain folder of images against real images, against label maps, or both."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from benchmark.cli import options
from benchmark.cli.plugins import load_plugins
from benchmark.cli.resolve_flags import resolved, split_names
from benchmark.config.flags import flags_of
from registry.catalogue import METHOD_CARDS, METRIC_CARDS
from registry.errors import InputError

if TYPE_CHECKING:
    from benchmark.cli.options import CommandOptions
    from benchmark.evaluation.context import EvaluationContext
    from benchmark.evaluation.score_image_folder import FolderScores
    from benchmark.runtime.progress import Reporter

_OF_FOLDERS = {"device", "weights_dir", "weights", "json", "plugin", "runs"}
"""Words of stage commands that `--images` goes with; `--runs`, which it does not, is never empty."""
_OF_JUDGE = {"dataset", "data", "preset", "set_"}
"""Words that choose the judge of `--masks`."""


@dataclass(frozen=True)
class Folders:
    """The folders that were named."""

    images: Path
    reference: Path | None
    masks: Path | None


def score_images(folders: Folders, metrics: str | None, words: CommandOptions) -> None:
    """Score a folder of images and print its figures.

    Raises:
        InputError: if the words do not go together, a metric is unknown, or a file cannot be used.
        typer.Exit: with code 1, if there is no figure at all.
    """
    if folders.reference is None and folders.masks is None:
        raise InputError("--images needs --reference, a folder of real images, or --masks, a folder of label maps")
    _check_words(words, judged=folders.masks is not None)
    load_plugins(words.plugin)

    from benchmark.evaluation.score_against_masks import LABEL_METRICS

    default = [*(["fid"] if folders.reference else []), *(LABEL_METRICS if folders.masks else [])]
    names = split_names(metrics) if metrics else default
    of_masks = [name for name in names if name in LABEL_METRICS] if folders.masks else []
    of_sets = [name for name in names if name not in of_masks]
    scores, judge = _score(folders, of_sets, of_masks, words)
    print_scores(scores, judge, words.json)
    if all(value.value is None for value in scores.cells.values()):
        raise typer.Exit(1)


def _check_words(words: CommandOptions, *, judged: bool) -> None:
    allowed = _OF_FOLDERS | (_OF_JUDGE if judged else set())
    stray = next((name for name, value in vars(words).items() if value and name not in allowed), None)
    if stray is not None:
        option = stray.strip("_").replace("_", "-")
        why = "choosing the judge of --masks" if stray in _OF_JUDGE else "scoring a method"
        raise InputError(f"--{option} belongs to {why}, --images to scoring a folder: give one")


def _score(
    folders: Folders, of_sets: list[str], of_masks: list[str], words: CommandOptions
) -> tuple[FolderScores, dict[str, object]]:
    from benchmark.evaluation.score_against_masks import score_masks
    from benchmark.evaluation.score_image_folder import FolderScores, check_set_metric, score_folders
    from benchmark.runtime.cache_folder import cache_folder, writable
    from benchmark.runtime.device import choose_compute
    from benchmark.runtime.progress import Reporter
    from benchmark.weights.locate import Weights
    from benchmark.weights.resources import Resources

    for name in of_sets:
        check_set_metric(name)
    if of_sets and folders.reference is None:
        raise InputError(f"{of_sets[0]} needs --reference, a folder of real images to compare with")
    weights = Weights(words.weights_dir, options.named_weights(words.weights))
    cache, reporter = writable(cache_folder(), "cache folder"), Reporter()
    sets = masked = FolderScores({}, {})
    judge: dict[str, object] = {}
    if of_masks and folders.masks is not None:
        context = _setting(words, cache, reporter)
        masked = score_masks(folders.images, folders.masks, of_masks, context)
        spec = context.experiment.dataset
        judge = {**context.judge("parser")[1].model_dump(), "dataset": spec.name, "size": spec.size}
    if of_sets and folders.reference is not None:
        resources = Resources(choose_compute(words.device or "auto", precision="fp32"), weights)
        sets = score_folders(folders.images, folders.reference, of_sets, resources, cache, reporter)
    found = FolderScores(sets.cells | masked.cells, {**sets.breakdown, **masked.breakdown}, sets.num_real, sets.weights)
    return found, judge


def _setting(words: CommandOptions, cache: Path, reporter: Reporter) -> EvaluationContext:
    """The dataset that the parser judge learns from."""
    from benchmark.evaluation.context import EvaluationContext

    method = next(each.card.name for each in METHOD_CARDS if each.card.kind == "reference")  # any would do
    flags = flags_of(method, words.dataset, words.data, preset=words.preset, device=words.device)
    return EvaluationContext(resolved(flags, None, words.set_ or []), cache, reporter)


def print_scores(scores: FolderScores, judge: dict[str, object], as_json: bool) -> None:
    """Print the figures on stdout, and on stderr what they must be read with or why there are none."""
    for name, value in scores.cells.items():
        least = METRIC_CARDS.find(name).card.min_n
        few = f"{value.n:,} images; sound from {least:,}" if value.value is not None and value.n < least else None
        for caution in filter(None, (few, value.reason)):
            print(f"bench: {name}: {caution}", file=sys.stderr)
    if as_json:
        print(json.dumps(_content(scores, judge), indent=2, ensure_ascii=False))
        return
    for name, value in scores.cells.items():
        card = METRIC_CARDS.find(name).card
        figure = "–" if value.value is None else f"{value.value:.{card.decimals}f}"
        against = f"against {scores.num_real} real images"
        if card.level == "image":
            against = f"read by {judge['title']} of {judge['dataset']} at {judge['size']}x{judge['size']}"
        print(f"{name}  {figure}  (N = {value.n}, {against})")


def _content(scores: FolderScores, judge: dict[str, object]) -> dict[str, object]:
    metrics: dict[str, dict[str, object]] = {}
    for name, value in scores.cells.items():
        metrics[name] = {"value": value.value, "n": value.n}
        if value.interval is not None:
            metrics[name] |= {"low": value.low, "high": value.high, "interval": value.interval}
        if scores.breakdown[name]:
            metrics[name]["breakdown"] = dict(scores.breakdown[name])
        if value.reason is not None:
            metrics[name]["reason"] = value.reason
    weights = [
        {"id": each.id, "path": str(each.path), "sha256": each.sha256, "published": each.published}
        for each in scores.weights
    ]
    content: dict[str, object] = {"metrics": metrics, "num_real": scores.num_real, "weights": weights}
    return {**content, "judge": judge} if judge else content
