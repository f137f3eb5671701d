"""Figures of a folder of images: a line a metric for people, JSON for programs, and cautions on stderr."""

from __future__ import annotations

import json
import sys

from benchmark.image_folders import FolderScores
from registry.catalogue import METRIC_CARDS


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
        figure = "–" if value.value is None else f"{value.value:.{METRIC_CARDS.find(name).card.decimals}f}"
        print(f"{name}  {figure}  (N = {value.n}, against {scores.num_real} real images)")


def _content(scores: FolderScores) -> dict[str, object]:
    metrics: dict[str, dict[str, object]] = {}
    for name, value in scores.cells.items():
        metrics[name] = {"value": value.value, "n": value.n}
        if scores.breakdown[name]:
            metrics[name]["breakdown"] = dict(scores.breakdown[name])
        if value.reason is not None:
            metrics[name]["reason"] = value.reason
    weights = [
        {"id": each.id, "path": str(each.path), "sha256": each.sha256, "published": each.published}
        for each in scores.weights
    ]
    return {"metrics": metrics, "num_real": scores.num_real, "weights": weights}
