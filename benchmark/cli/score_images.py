"""`bench score --images`: a plain folder of images against real images, against label maps, or both."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from benchmark.cli.plugins import load_plugins
from benchmark.cli.resolve_flags import split_names
from benchmark.config.flags import flags_of, sources_of
from registry.catalogue import METRIC_CARDS
from registry.errors import InputError

if TYPE_CHECKING:
    from benchmark.cli.options import RunOptions
    from benchmark.evaluation.image_folder.against_real_images import FolderScores

_OF_FOLDERS = {"metrics", "device", "weights_dir", "weights", "json", "plugin", "runs"}
"""Options of stage commands that `--images` goes with; `--runs`, which it does not, is never empty."""
_OF_JUDGE = {"dataset", "data", "preset", "set_"}
"""Options that choose the judge of `--masks`."""


@dataclass(frozen=True)
class Folders:
    """The folders that were named, and how their files are read."""

    images: Path
    reference: Path | None
    masks: Path | None
    recursive: bool = False
    match: Sequence[str] = ()
    suffix: Sequence[str] = ()
    labels: str | None = None


def score_images(folders: Folders, options: RunOptions) -> None:
    """Score a folder of images and print its figures.

    Raises:
        InputError: if the options do not go together, a metric is unknown, or a file cannot be used.
        typer.Exit: with code 1, if there is no figure at all.
    """
    _check_options(options, judged=folders.masks is not None)
    load_plugins(options.plugin)

    from benchmark.evaluation.image_folder.score import score_images as evaluated
    from benchmark.images.label_sets import find_label_set
    from benchmark.images.selection import parse_selections
    from benchmark.runtime.cache_folder import cache_folder, writable
    from benchmark.runtime.progress import Reporter

    flags = flags_of(options.dataset, options.data, preset=options.preset, device=options.device)
    scores = evaluated(
        folders.images,
        folders.reference,
        folders.masks,
        split_names(options.metrics or ""),
        selections=parse_selections(folders.match, folders.suffix, recursive=folders.recursive),
        labels=None if folders.labels is None else find_label_set(folders.labels),
        judge=sources_of(flags, assignments=options.set_),
        device=options.device or "auto",
        weights=options.find_weights(),
        cache=writable(cache_folder(), "cache folder"),
        reporter=Reporter(),
    )
    print_scores(scores, options.json)
    if all(value.value is None for value in scores.cells.values()):
        raise typer.Exit(1)


def _check_options(options: RunOptions, *, judged: bool) -> None:
    allowed = _OF_FOLDERS | (_OF_JUDGE if judged else set())
    stray = next((name for name, value in vars(options).items() if value and name not in allowed), None)
    if stray is not None:
        flag = stray.strip("_").replace("_", "-")
        why = "choosing the judge of --masks" if stray in _OF_JUDGE else "scoring a method"
        raise InputError(f"--{flag} belongs to {why}, --images to scoring a folder: give one")


def print_scores(scores: FolderScores, as_json: bool) -> None:
    """Print the figures on stdout, and on stderr what they must be read with or why there are none."""
    for name, value in scores.cells.items():
        least = METRIC_CARDS.find(name).card.min_n
        few = f"{value.n:,} images; sound from {least:,}" if value.value is not None and value.n < least else None
        for caution in filter(None, (few, value.reason)):
            print(f"bench: {name}: {caution}", file=sys.stderr)
    if as_json:
        print(json.dumps(_content(scores), indent=2, ensure_ascii=False))
        return
    for name, value in scores.cells.items():
        card = METRIC_CARDS.find(name).card
        figure = "–" if value.value is None else f"{value.value:.{card.decimals}f}"
        against = f"against {scores.num_real} real images"
        if card.level == "image":
            judge = scores.judge
            against = f"read by {judge['title']} of {judge['dataset']} at {judge['size']}x{judge['size']}"
        print(f"{name}  {figure}  (N = {value.n}, {against})")


def _content(scores: FolderScores) -> dict[str, object]:
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
        {"id": file.id, "path": str(file.path), "sha256": file.sha256, "published": file.published}
        for file in scores.weights
    ]
    content: dict[str, object] = {
        "metrics": metrics,
        "num_real": scores.num_real,
        "weights": weights,
        "files": scores.accounts(),
    }
    return {**content, "judge": dict(scores.judge)} if scores.judge else content
