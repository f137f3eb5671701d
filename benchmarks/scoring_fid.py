"""FID of two folders: pytorch-fid's command against `bench score --images`, on the same PNGs and weights file.

Usage: python -m benchmarks.scoring_fid [IMAGES] [SIZE]
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from scipy.linalg import sqrtm

from benchmark.evaluation.image_folder.references import RealImages
from benchmark.features.inception import InceptionEncoder
from benchmark.features.moments import FeatureStatistics
from benchmark.images.folder import open_images
from benchmark.metrics.frechet import frechet_distance
from benchmark.runtime.device import Compute
from benchmark.runtime.progress import Reporter
from benchmark.weights.locate import Weights, published
from benchmark.weights.resources import Resources
from benchmarks.faces import faces, write_faces
from benchmarks.generated_inception import write_generated_inception
from benchmarks.processes import bench, python, ratio

IMAGES, SIZE = 2500, 256
DIMENSIONS = 2048


def main(count: int = IMAGES, size: int = SIZE) -> None:
    """Print both figures, their relative difference, and the ratios of time."""
    with TemporaryDirectory() as folder:
        place = Path(folder)
        write_faces(place / "outputs", count, size, seed=1)
        write_faces(place / "real", count, size, seed=2)
        hub = place / "torch" / "hub" / "checkpoints"
        hub.mkdir(parents=True)
        weights = hub / published("inception-fid").file
        write_generated_inception(weights, faces(8, size, seed=3))
        compare_commands(place, weights)
        compare_real_sides(place, weights)
    compare_arithmetic()


def compare_commands(place: Path, weights: Path) -> None:
    """The two commands, each with nothing kept from before."""
    outputs, real = place / "outputs", place / "real"
    theirs = python("-m", "pytorch_fid", outputs, real, "--device", "cpu", TORCH_HOME=str(place / "torch"))
    words = ("score", "--images", outputs, "--reference", real, "--weights", f"inception-fid={weights}", "--json")
    ours = bench(*words, "--device", "cpu", BENCH_CACHE=str(place / "cache"))
    value = json.loads(ours.out)["metrics"]["fid"]["value"]
    expected = float(theirs.out.split()[-1])
    print(f"fid: pytorch-fid {expected!r}, bench {value!r}, relative difference {abs(value / expected - 1):.1e}")
    ratio("fid end to end", (theirs.wall, theirs.cpu), (ours.wall, ours.cpu))


def compare_real_sides(place: Path, weights: Path) -> None:
    """Features of the real images made, and found again."""
    resources = Resources(
        Compute(torch.device("cpu"), "fp32", channels_last=True), Weights(named={"inception-fid": weights})
    )
    encoder = InceptionEncoder(resources)
    folder = open_images(place / "real")
    times = []
    for _ in range(2):
        started = time.perf_counter(), time.process_time()
        RealImages(folder, place / "real-cache", Reporter(quiet=True)).features(encoder)
        times.append((time.perf_counter() - started[0], time.process_time() - started[1]))
    ratio("real side, the second time", times[0], times[1])


def compare_arithmetic() -> None:
    """The distance of two Gaussians in as many dimensions as FID has."""
    generator = np.random.default_rng(0)
    mixing = generator.normal(size=(DIMENSIONS, DIMENSIONS)) / DIMENSIONS**0.5 * np.geomspace(1, 0.05, DIMENSIONS)
    rows = [np.maximum(generator.normal(size=(2500, DIMENSIONS)) @ mixing + shift, 0) for shift in (0.3, 0.35)]
    first, second = map(FeatureStatistics.of, rows)
    covariances = first.covariance, second.covariance
    started = time.perf_counter(), time.process_time()
    trace = np.trace(sqrtm(covariances[0] @ covariances[1])).real
    theirs = time.perf_counter() - started[0], time.process_time() - started[1]
    shift = first.mean - second.mean
    expected = shift @ shift + np.trace(covariances[0]) + np.trace(covariances[1]) - 2 * trace
    started = time.perf_counter(), time.process_time()
    value = frechet_distance(first.mean, covariances[0], second.mean, covariances[1])
    ratio(
        "arithmetic, scipy.linalg.sqrtm", theirs, (time.perf_counter() - started[0], time.process_time() - started[1])
    )
    print(f"arithmetic: relative difference {abs(value / expected - 1):.1e}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
