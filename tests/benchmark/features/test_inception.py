"""FID's network against pytorch-fid's own, on rendered faces and generated weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from pytorch_fid.fid_score import calculate_frechet_distance, get_activations
from pytorch_fid.inception import InceptionV3

from benchmark.features.inception import CleanInceptionEncoder, InceptionEncoder
from benchmark.features.inception_network import fid_inception
from benchmark.images.read import read_image
from benchmark.metrics.frechet import frechet_distance
from benchmark.runtime.device import Compute
from benchmark.weights.locate import Weights, published
from benchmark.weights.resources import MetricUnavailable, Resources
from benchmarks.faces import write_faces

pytestmark = pytest.mark.integration

COUNT = 12
COMPUTE = Compute(torch.device("cpu"), "bf16", channels_last=True)


def tools_with(weights: Path) -> Resources:
    return Resources(COMPUTE, Weights(named={"inception-fid": weights}))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("faces") / "faces"
    write_faces(place, COUNT, 64, seed=1)
    return place


@pytest.fixture(scope="module")
def encoder(inception_file: Path) -> InceptionEncoder:
    return InceptionEncoder(tools_with(inception_file))


@pytest.fixture(scope="module")
def pytorch_fid(inception_file: Path, tmp_path_factory: pytest.TempPathFactory) -> InceptionV3:
    """The package's own network, which finds the file where it would have downloaded it."""
    hub = tmp_path_factory.mktemp("torch")
    (hub / "hub" / "checkpoints").mkdir(parents=True)
    (hub / "hub" / "checkpoints" / published("inception-fid").file).symlink_to(inception_file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TORCH_HOME", str(hub))
        return InceptionV3([3])


def test_features_are_those_of_pytorch_fid(folder: Path, encoder: InceptionEncoder, pytorch_fid: InceptionV3) -> None:
    files = sorted(folder.iterdir())
    expected = get_activations(files, pytorch_fid, batch_size=COUNT, num_workers=0)
    found = encoder.encode([read_image(path) for path in files])
    assert found.shape == (COUNT, 2048)
    assert found.dtype == np.float32
    # a random network enlarges differences of rounding; the spread between faces is 0.2
    assert expected.std(axis=0).mean() > 0.1
    np.testing.assert_allclose(found, expected, atol=2e-4)
    halves = [slice(0, 5), slice(5, COUNT)]
    gaussians = [
        [(rows[half, :3].mean(axis=0), np.cov(rows[half, :3], rowvar=False)) for half in halves]
        for rows in (found.astype(np.float64), expected)
    ]
    ours, theirs = ((*first, *second) for first, second in gaussians)
    assert frechet_distance(*ours) == pytest.approx(calculate_frechet_distance(*theirs), rel=1e-4)


def test_images_are_resized_as_pytorch_fid_resizes_them(folder: Path, encoder: InceptionEncoder) -> None:
    image = read_image(sorted(folder.iterdir())[0])
    scaled = torch.from_numpy(image).permute(2, 0, 1)[None].float().div(255)
    expected = 2 * torch.nn.functional.interpolate(scaled, size=(299, 299), mode="bilinear", align_corners=False) - 1
    assert torch.equal(encoder.resize(image[None]), expected)


def test_clean_resize_is_pillows_of_each_channel_unrounded(folder: Path, inception_file: Path) -> None:
    encoder = CleanInceptionEncoder(tools_with(inception_file))
    image = read_image(sorted(folder.iterdir())[0])[:48]
    found = (encoder.resize(image[None])[0].numpy() * 128 + 128).transpose(1, 2, 0)
    plain = np.asarray(Image.fromarray(image).resize((299, 299), Image.Resampling.BICUBIC), dtype=np.float32)
    assert np.abs(found - plain).mean() < 0.5  # Pillow rounds 8-bit images between its two passes
    assert np.abs(found - found.round()).mean() > 0.05
    assert found.min() >= 0
    assert found.max() <= 255


def test_images_of_mixed_sizes_have_the_features_they_have_alone(folder: Path, encoder: InceptionEncoder) -> None:
    first, second = (read_image(path) for path in sorted(folder.iterdir())[:2])
    images = [first, second[:40, :50]]
    together = encoder.encode(images)
    apart = np.concatenate([encoder.encode([each]) for each in images])
    np.testing.assert_allclose(together, apart, atol=2e-4)


def test_features_do_not_depend_on_the_number_of_cores(folder: Path, encoder: InceptionEncoder) -> None:
    images = [read_image(path) for path in sorted(folder.iterdir())[:5]]
    threads = torch.get_num_threads()
    found = []
    try:
        for number in (1, 3):
            torch.set_num_threads(number)
            found.append(encoder.encode(images))
            assert torch.get_num_threads() == number
    finally:
        torch.set_num_threads(threads)
    np.testing.assert_allclose(*found, atol=2e-4)


def test_a_file_without_batch_counters_is_read(inception_file: Path, tmp_path: Path, folder: Path) -> None:
    state = torch.load(inception_file, weights_only=True)
    old = {key: value for key, value in state.items() if not key.endswith("num_batches_tracked")}
    assert len(old) < len(state)
    torch.save(old, tmp_path / "old.pth")
    image = [read_image(sorted(folder.iterdir())[0])]
    found = [InceptionEncoder(tools_with(path)).encode(image) for path in (inception_file, tmp_path / "old.pth")]
    np.testing.assert_array_equal(*found)


def test_weights_that_are_absent_or_do_not_fit_are_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    monkeypatch.delenv("BENCH_WEIGHTS", raising=False)
    with pytest.raises(MetricUnavailable, match=published("inception-fid").file):
        InceptionEncoder(Resources(COMPUTE, Weights()))
    torch.save({"weight": torch.zeros(2)}, tmp_path / "other.pth")
    with pytest.raises(MetricUnavailable, match="does not fit"):
        InceptionEncoder(tools_with(tmp_path / "other.pth"))


def test_the_network_has_the_layers_of_pytorch_fid(inception_file: Path) -> None:
    names = set(torch.load(inception_file, weights_only=True))
    assert names == set(fid_inception().state_dict())
    assert "Mixed_7c.branch_pool.conv.weight" in names
