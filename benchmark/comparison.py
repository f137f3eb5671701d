"""A comparison: the runs asked for beside the reference methods and real images, and their leaderboard."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmark.experiment import Experiment, all_protocols, as_reference
from benchmark.pipeline import RealImages, Run
from benchmark.progress import Reporter
from benchmark.results import Result, read_result
from benchmark.setting import Setting
from registry import REPORTS
from registry.catalogue import METHOD_CARDS


def run_all(
    experiments: Sequence[Experiment], runs: Path, cache: Path, reporter: Reporter, *, fresh: bool = False
) -> list[Result]:
    """Run experiments that share dataset, protocols and judges, then the references that are not done yet.

    Returns:
        A result an experiment, then those of the reference methods and of the real images.
    """
    setting = Setting(experiments[0], cache, reporter)
    results = [Run(each, setting, runs, fresh=fresh).score() for each in experiments]
    shared = all_protocols(experiments[0])
    reference_setting = setting if shared.protocols == experiments[0].protocols else Setting(shared, cache, reporter)
    for entry in METHOD_CARDS:
        card = entry.card
        if card.kind == "reference" and card.name != experiments[0].method:
            results.append(Run(as_reference(shared, card.name), reference_setting, runs).score())
    results.append(RealImages(as_reference(shared, "real"), reference_setting, runs).score())
    return results


def write_pages(runs: Path, dataset: str) -> list[Path]:
    """Write the leaderboard of every run of a dataset into the dataset's folder."""
    found = [(path, read_result(path)) for path in sorted((runs / dataset).glob("*/*/result.json"))]
    pages: list[Path] = REPORTS.get("leaderboard")(found, runs / dataset, allow_mixed=True)
    return pages
