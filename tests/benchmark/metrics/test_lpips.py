"""LPIPS against the lpips package on the same trunk, and what it refuses."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path

import lpips
import numpy as np
import pytest
import torch

from benchmark.images.convert import image_array, image_tensor
from benchmark.metrics.lpips import LPIPSBackground, LPIPSOracle, LPIPSRegion
from benchmark.metrics.lpips_network import MIN_SIDE, Perceptual, perceptual
from benchmark.weights.locate import Weights
from benchmark.weights.resources import MetricUnavailable, Resources
from methods.checkpoint import CheckpointError
from tests.benchmark.metrics.random_batches import random_batch


@pytest.fixture(scope="module")
def package(alexnet_file: Path) -> torch.nn.Module:
    """The package as it builds itself, finding the trunk where torchvision would have downloaded it to."""
    checkpoints = alexnet_file.parent / "hub" / "checkpoints"
    checkpoints.mkdir(parents=True)
    (checkpoints / alexnet_file.name).symlink_to(alexnet_file)
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        patch.setenv("TORCH_HOME", str(alexnet_file.parent))
        return lpips.LPIPS(net="alex", verbose=False)


@pytest.mark.integration
@pytest.mark.parametrize("size", [(64, 64), (97, 130)])
def test_distances_are_the_packages(package: torch.nn.Module, resources: Resources, size: tuple[int, int]) -> None:
    image, reference = torch.rand(2, 5, 3, *size, generator=torch.Generator().manual_seed(0)) * 2 - 1
    reference = torch.lerp(image, reference, torch.linspace(0, 1, 5)[:, None, None, None])
    with torch.no_grad():
        expected = package(image, reference).flatten().numpy()
    found = perceptual(resources).distances(image, reference)
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9)
    assert found[0] == 0
    assert (np.diff(found) > 0).all()


def test_autocast_around_it_changes_nothing(resources: Resources) -> None:
    image, reference = torch.rand(2, 2, 3, 64, 64, generator=torch.Generator().manual_seed(0)) * 2 - 1
    expected = perceptual(resources).distances(image, reference)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        np.testing.assert_array_equal(perceptual(resources).distances(image, reference), expected)


def test_oracle_compares_whole_images_at_file_precision(package: torch.nn.Module, resources: Resources) -> None:
    oracle = torch.rand(3, 3, 64, 64, generator=torch.Generator().manual_seed(0)) * 2 - 1
    batch = random_batch(3, 64, oracle=oracle)
    metric = LPIPSOracle()
    metric.prepare(resources)
    with torch.no_grad():
        expected = package(batch.output, image_tensor(image_array(oracle))).flatten().numpy()
    np.testing.assert_allclose(metric.measure(batch)["value"], expected, rtol=1e-6)


def test_background_sees_nothing_of_the_edited_region(package: torch.nn.Module, resources: Resources) -> None:
    batch = random_batch(3, 64)
    batch.tasks.region[2] = True
    metric = LPIPSBackground()
    metric.prepare(resources)
    found = metric.measure(batch)["value"]

    inside = torch.where(batch.tasks.region[:, None], -batch.output, batch.output)
    np.testing.assert_array_equal(metric.measure(replace(batch, output_pixels=image_array(inside)))["value"], found)

    target = batch.tasks.target.image
    kept = torch.where(batch.tasks.region[:, None], batch.output, target)
    np.testing.assert_array_equal(
        metric.measure(replace(batch, output_pixels=image_array(kept)))["value"], [0, 0, np.nan]
    )

    band = torch.zeros(64, dtype=torch.bool)
    band[16:32] = True
    covered = torch.where(band[None, None, :, None], target, batch.output)
    with torch.no_grad():
        expected = package(covered[:2], target[:2]).flatten().numpy()
    np.testing.assert_allclose(found[:2], expected, rtol=1e-6)


def test_region_sees_the_edited_region_alone(package: torch.nn.Module, resources: Resources) -> None:
    batch = random_batch(3, 64)
    batch.tasks.region[2] = False
    metric = LPIPSRegion()
    metric.prepare(resources)
    found = metric.measure(batch)["value"]

    outside = torch.where(batch.tasks.region[:, None], batch.output, -batch.output)
    np.testing.assert_array_equal(metric.measure(replace(batch, output_pixels=image_array(outside)))["value"], found)

    band = torch.zeros(64, dtype=torch.bool)
    band[16:32] = True
    oracle = batch.tasks.oracle
    assert oracle is not None
    covered = torch.where(band[None, None, :, None], batch.output, oracle)
    with torch.no_grad():
        expected = package(covered[:2], oracle[:2]).flatten().numpy()
    np.testing.assert_allclose(found, [*expected, np.nan], rtol=1e-6)


def test_small_images_are_refused(resources: Resources) -> None:
    metric = LPIPSOracle()
    metric.prepare(resources)
    with pytest.raises(MetricUnavailable, match="64 pixels a side or more; these have 63"):
        metric.measure(random_batch(2, MIN_SIDE - 1))


def test_without_weights_the_reason_says_what_to_do(
    resources: Resources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TORCH_HOME", "BENCH_CACHE", "BENCH_WEIGHTS"):
        monkeypatch.setenv(name, str(tmp_path))
    with pytest.raises(MetricUnavailable, match="bench weights fetch alexnet"):
        LPIPSOracle().prepare(Resources(resources.compute, Weights()))


@pytest.mark.integration
def test_another_networks_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "other.pth"
    torch.save({"features.0.weight": torch.zeros(64, 3, 11, 11)}, path)
    with pytest.raises(CheckpointError, match=r"other\.pth: .*missing"):
        Perceptual(path, torch.device("cpu"))


@pytest.mark.integration
def test_loading_leaves_the_random_state(alexnet_file: Path) -> None:
    before = torch.get_rng_state()
    Perceptual(alexnet_file, torch.device("cpu"))
    assert torch.equal(torch.get_rng_state(), before)
