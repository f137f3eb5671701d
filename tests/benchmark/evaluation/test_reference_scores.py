"""FID with the clean resize, and KID, against clean-fid and torch-fidelity in an environment made for this test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmark.features.feature_set import FeaturePair, FeatureSet
from benchmark.features.inception import CleanInceptionEncoder
from benchmark.images.read import read_image
from benchmark.metrics.frechet import FrechetMetric
from benchmark.metrics.kernel_distance import KernelInceptionDistance
from benchmark.runtime.device import Compute
from benchmark.weights.locate import Weights, published
from benchmark.weights.resources import Resources
from benchmarks.faces import write_faces

PACKAGES = ("clean-fid==0.1.35", "torch-fidelity==0.4.0")
DIMENSIONS = 16
"""Of the features that clean-fid's distance is taken on: its matrix root needs more images than dimensions."""
OUTPUTS, REAL = 24, 30

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def interpreter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Python with the two packages, and everything else from the environment of the tests."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    where = ["-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])"]
    packages = Path(subprocess.run([python, *where], check=True, capture_output=True, text=True).stdout.strip())
    (packages / "tests.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    installed = subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], capture_output=True, text=True)
    if installed.returncode != 0:
        pytest.skip(f"{' and '.join(PACKAGES)} cannot be installed here: {installed.stderr.splitlines()[-1:]}")
    return python


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Faces at 299 x 299, where torch-fidelity's resize leaves images as they are."""
    place = tmp_path_factory.mktemp("faces")
    write_faces(place / "outputs", OUTPUTS, 299, seed=1)
    write_faces(place / "real", REAL, 299, seed=2)
    return place / "outputs", place / "real"


@pytest.fixture(scope="module")
def expected(
    interpreter: Path, folders: tuple[Path, Path], inception_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, float]:
    hub = tmp_path_factory.mktemp("torch")
    (hub / "hub" / "checkpoints").mkdir(parents=True)
    (hub / "hub" / "checkpoints" / published("inception-fid").file).symlink_to(inception_file)
    script = Path(__file__).with_name("reference_scores.py")
    words: Sequence[str | Path] = (script, *folders, inception_file, str(DIMENSIONS), str(min(OUTPUTS, REAL)))
    process = subprocess.run(
        [interpreter, *words], env={**os.environ, "TORCH_HOME": str(hub)}, capture_output=True, text=True
    )
    assert process.returncode == 0, process.stderr
    scores: dict[str, float] = json.loads(process.stdout.splitlines()[-1])
    return scores


@pytest.fixture(scope="module")
def features(folders: tuple[Path, Path], inception_file: Path) -> list[np.ndarray]:
    compute = Compute(torch.device("cpu"), "fp32", channels_last=True)
    encoder = CleanInceptionEncoder(Resources(compute, Weights(named={"inception-fid": inception_file})))
    return [encoder.encode([read_image(path) for path in sorted(folder.iterdir())]) for folder in folders]


def test_fid_clean_is_that_of_clean_fid(expected: dict[str, float], features: list[np.ndarray]) -> None:
    pair = FeaturePair(*(FeatureSet.of(each[:, :DIMENSIONS]) for each in features))
    assert FrechetMetric().measure(pair).value == pytest.approx(expected["fid-clean"], rel=1e-4)


def test_kid_is_that_of_torch_fidelity(expected: dict[str, float], features: list[np.ndarray]) -> None:
    pair = FeaturePair(*map(FeatureSet.of, features))
    assert KernelInceptionDistance().measure(pair).value == pytest.approx(expected["kid"], rel=1e-4)
