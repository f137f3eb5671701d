"""Starts a sweep of a thousand finished runs again, and asks for their status: seconds of each.

One run is trained for a step, edited and scored; the others are copies of it that bear their own seeds.

Usage: python -m benchmarks.sweep_scale [RUNS]
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from benchmark.caching.file_record import FILES, record_files
from benchmark.caching.fingerprints import StageState
from benchmark.config.experiment import Experiment, over_seeds
from benchmark.config.resolve import resolve
from benchmark.config.sources import COMMAND, ConfigSource
from benchmark.results.run_folder import RESULT
from benchmark.results.schema import read_result, write_result
from benchmark.runs.up_to_date import FINISHED, finished_stamp
from benchmark.weights.locate import Weights
from benchmarks.processes import bench

RUNS = 1_000
SETTINGS = """
method: stargan
options: {iterations: 1}
protocols: {attribute-transfer: {count: 4}}
dataset: {name: rendered-faces, size: 64, options: {train: 24, val: 4, test: 12}}
judges:
  parser: {feature_scale: 16, iterations: 2, batch_size: 4}
  attributes: {iterations: 2, batch_size: 4}
bootstrap_draws: 100
"""


def main(number: int = RUNS) -> None:
    """Print what a sweep of finished runs and the status of all took."""
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        runs, config, cache = folder / "runs", folder / "settings.yaml", str(folder / "cache")
        config.write_text(SETTINGS, encoding="utf-8")
        words = ("--methods", "stargan", "--config", config, "--runs", runs)
        bench("sweep", *words, BENCH_CACHE=cache)
        _copy_runs(resolve([ConfigSource(yaml.safe_load(SETTINGS), COMMAND)]), runs, number)
        for what, command in (
            ("sweep, the first time", ("sweep", *words, "--seeds", number)),
            ("sweep again", ("sweep", *words, "--seeds", number)),
            ("status", ("status", runs)),
        ):
            took = bench(*command, BENCH_CACHE=cache)
            print(f"{what}: {took.wall:.1f} s (CPU {took.cpu:.1f} s); {took.out.splitlines()[-1]}")


def _copy_runs(experiment: Experiment, runs: Path, number: int) -> None:
    first, *others = over_seeds(experiment, range(number))
    original = first.folder(runs)
    result, stamp = read_result(original / RESULT), StageState(original).get(FINISHED)
    for other in others:
        folder = other.folder(runs)
        shutil.copytree(original, folder)
        write_result(folder / RESULT, result.model_copy(update={"seed": other.method.seed}))
        files = {**stamp[FILES], **record_files(folder, [folder / RESULT])}
        StageState(folder).put(FINISHED, {**stamp, **finished_stamp(other, Weights()), FILES: files})


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
