"""Memory of set metrics at 100,000 rows of 2,048 features, a batch at a time.

Usage: python -m benchmarks.scoring_memory [ROWS]
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmark.features.feature_set import FeaturePair, FeatureSet, FeatureWriter
from benchmark.metrics.frechet import FrechetMetric
from benchmark.metrics.kernel_distance import KernelInceptionDistance

ROWS, DIMENSIONS, BATCH = 100_000, 2048, 64


def main(rows: int = ROWS) -> None:
    """Print how much the process grew, in MiB, by the end of each step."""
    before = _peak_mib()
    with TemporaryDirectory() as folder:
        outputs = _features(Path(folder) / "outputs", rows, seed=1)
        _say(f"{rows:,} rows added", before)
        pair = FeaturePair(outputs, _features(Path(folder) / "real", rows // 20, seed=2))
        for metric in (FrechetMetric(), KernelInceptionDistance()):
            started = time.perf_counter()
            value = metric.measure(pair).value
            _say(f"{type(metric).__name__} {value:.4f} in {time.perf_counter() - started:.0f} s", before)


def _features(path: Path, rows: int, seed: int) -> FeatureSet:
    generator = np.random.default_rng(seed)
    writer = FeatureWriter(path)
    for start in range(0, rows, BATCH):
        writer.add(generator.random((min(BATCH, rows - start), DIMENSIONS), dtype=np.float32))
    return writer.finish()


def _say(step: str, before: float) -> None:
    print(f"{step}: {_peak_mib() - before:.0f} MiB more than at the start")


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
