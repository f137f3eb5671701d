"""PSNR and SSIM against scikit-image, whole and by region."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from benchmark.images.convert import image_array, to_bytes
from benchmark.metrics.pixel import (
    CEILING,
    RADIUS,
    PSNRBackground,
    PSNROracle,
    PSNRRegion,
    SSIMBackground,
    SSIMOracle,
    SSIMRegion,
    masked_mean,
    psnr,
    ssim,
    ssim_map,
)
from tests.benchmark.metrics.random_batches import random_batch

SETTING = {"channel_axis": -1, "data_range": 255, "gaussian_weights": True, "use_sample_covariance": False}


def pairs(spread: int, height: int = 40, width: int = 52, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    ramp = np.linspace(0, 255, height * width).reshape(height, width, 1)
    image = np.clip(ramp + generator.normal(0, 20, (4, height, width, 3)), 0, 255).astype(np.uint8)
    noise = generator.integers(-spread, spread + 1, image.shape)
    return image, np.clip(image.astype(int) + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("spread", [1, 12, 255])
def test_psnr_equals_scikit_image(spread: int) -> None:
    image, reference = pairs(spread)
    expected = [peak_signal_noise_ratio(*pair, data_range=255) for pair in zip(reference, image, strict=True)]
    np.testing.assert_allclose(psnr(image, reference), expected, rtol=1e-12)


@pytest.mark.parametrize("spread", [0, 1, 12, 255])
def test_ssim_equals_scikit_image(spread: int) -> None:
    image, reference = pairs(spread)
    for each in range(4):
        mean, full = structural_similarity(image[each], reference[each], sigma=1.5, full=True, **SETTING)
        cropped = full.mean(axis=-1)[RADIUS:-RADIUS, RADIUS:-RADIUS]
        np.testing.assert_allclose(ssim_map(image, reference)[each], cropped, atol=1e-9)
        assert ssim(image, reference)[each] == pytest.approx(mean, abs=1e-9)


def test_ssim_of_flat_images_equals_scikit_image() -> None:
    image = np.full((1, 16, 16, 3), 255, dtype=np.uint8)
    reference = np.full_like(image, 254)
    expected = structural_similarity(image[0], reference[0], sigma=1.5, **SETTING)
    assert ssim(image, reference)[0] == pytest.approx(expected, abs=1e-6)


def test_equal_images_score_the_ceiling_and_one() -> None:
    image, _ = pairs(0)
    assert (psnr(image, image) == CEILING).all()
    np.testing.assert_allclose(ssim(image, image), 1, atol=1e-12)
    one_level = image.copy()
    one_level[:, 0, 0, 0] ^= 1
    assert (psnr(image, one_level) == CEILING).all()


@given(st.integers(1, 100), st.integers(0, 155))
def test_psnr_of_a_constant_difference_is_its_formula(difference: int, level: int) -> None:
    image = np.full((1, 2, 2, 3), level, dtype=np.uint8)
    assert psnr(image, image + np.uint8(difference))[0] == pytest.approx(20 * np.log10(255 / difference))


@pytest.mark.integration
@given(st.integers(0, 2**32 - 1))
def test_both_are_symmetric_and_blind_to_a_flip(seed: int) -> None:
    image, reference = pairs(30, 12, 14, seed % 1000)
    for score in (psnr, ssim):
        np.testing.assert_allclose(score(image, reference), score(reference, image))
        np.testing.assert_allclose(score(image, reference), score(image[:, :, ::-1], reference[:, :, ::-1]))


def test_region_and_background_see_their_own_pixels_only() -> None:
    image, reference = pairs(30, seed=3)
    where = np.zeros((4, 40, 52), dtype=np.bool_)
    where[:, 10:25, 5:30] = True
    expected = [
        peak_signal_noise_ratio(a[10:25, 5:30], b[10:25, 5:30], data_range=255)
        for a, b in zip(reference, image, strict=True)
    ]
    np.testing.assert_allclose(psnr(image, reference, where), expected, rtol=1e-12)
    spoilt = np.where(where[..., None], image, 255 - image)
    np.testing.assert_array_equal(psnr(spoilt, reference, where), psnr(image, reference, where))
    # Only windows that reach into the spoilt part may differ.
    far = np.zeros_like(where)
    far[:, 10 + RADIUS : 25 - RADIUS, 5 + RADIUS : 30 - RADIUS] = True
    np.testing.assert_allclose(ssim(spoilt, reference, far), ssim(image, reference, far), atol=1e-12)


def test_the_whole_image_as_region_is_the_whole_image() -> None:
    image, reference = pairs(30)
    everywhere = np.ones((4, 40, 52), dtype=np.bool_)
    np.testing.assert_array_equal(psnr(image, reference, everywhere), psnr(image, reference))
    np.testing.assert_array_equal(ssim(image, reference, everywhere), ssim(image, reference))
    assert np.isnan(psnr(image, reference, ~everywhere)).all()
    assert np.isnan(ssim(image, reference, ~everywhere)).all()


def test_the_metrics_compare_with_oracle_or_target_where_they_should() -> None:
    region = torch.zeros(6, 16, 16, dtype=torch.bool)
    region[:, 4:9] = True
    batch = random_batch(region=region)
    tasks, inside = batch.tasks, region.numpy()
    output, oracle, target = (image_array(images) for images in (batch.output, tasks.oracle, tasks.target.image))
    expected = {
        PSNROracle: psnr(output, oracle),
        PSNRRegion: psnr(output, oracle, inside),
        PSNRBackground: psnr(output, target, ~inside),
        SSIMOracle: ssim(output, oracle),
        SSIMRegion: ssim(output, oracle, inside),
        SSIMBackground: ssim(output, target, ~inside),
    }
    for metric, values in expected.items():
        np.testing.assert_array_equal(metric().measure(batch)["value"], values)


def test_tasks_that_may_change_everywhere_have_no_background() -> None:
    region = torch.zeros(6, 16, 16, dtype=torch.bool)
    region[0] = True
    for metric in (PSNRBackground(), SSIMBackground()):
        value = metric.measure(random_batch(region=region))["value"]
        assert np.isnan(value).tolist() == [True] + [False] * 5
        assert metric.summarise({"value": value}, np.ones(6)) == pytest.approx(value[1:].mean())


def test_bytes_survive_the_way_to_floats_and_back() -> None:
    levels = torch.arange(256)
    assert to_bytes(levels / 127.5 - 1).tolist() == levels.tolist()
    assert to_bytes(torch.tensor([-3.0, 3.0])).tolist() == [0, 255]
    with pytest.raises(ValueError, match="not finite"):
        to_bytes(torch.tensor([float("nan")]))


def test_a_mean_over_no_pixel_is_missing() -> None:
    where = np.zeros((2, 2, 2), dtype=np.bool_)
    where[1, 0, 1] = True
    np.testing.assert_array_equal(masked_mean(np.arange(8).reshape(2, 2, 2), where), [np.nan, 5])


def test_images_that_do_not_fit_are_refused() -> None:
    image = np.zeros((1, 16, 16, 3), dtype=np.uint8)
    for score in (psnr, ssim):
        with pytest.raises(ValueError, match="shape"):
            score(image, image[:, :, :8])
    with pytest.raises(ValueError, match="smaller than SSIM's window"):
        ssim(image[:, :10], image[:, :10])


def test_sums_of_squares_are_exact_at_any_size() -> None:
    generator = np.random.default_rng(0)
    image, reference = generator.integers(0, 256, (2, 1, 700, 500, 3), dtype=np.uint8)
    where = generator.random((1, 700, 500)) < 0.4
    squares = np.square(image.astype(np.int64) - reference)
    for inside in (np.ones_like(where), where):
        mean = squares[inside].sum() / (3 * inside.sum())
        assert psnr(image, reference, inside)[0] == 10 * np.log10(255**2 / mean)


def test_equal_images_have_an_ssim_of_exactly_one() -> None:
    image, other = pairs(30)
    np.testing.assert_array_equal(ssim(image, image), 1)
    np.testing.assert_array_equal(ssim(image, other), ssim(other, image))
