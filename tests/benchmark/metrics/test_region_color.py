"""Style colour against scikit-image and on regions that are missing."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from skimage.color import deltaE_ciede2000, rgb2lab

from benchmark.metrics.region_color import StyleColor, StyleColorUnseen, color_distances, region_colors
from methods.base import FaceBatch
from methods.labels import LABELS
from tests.benchmark.metrics.random_batches import ones, random_batch


def test_means_are_those_of_scikit_image_region_by_region() -> None:
    generator = np.random.default_rng(0)
    image = generator.integers(0, 256, (3, 12, 12, 3), dtype=np.uint8)
    mask = generator.integers(0, 17, (3, 12, 12), dtype=np.uint8)
    means, pixels = region_colors(image, mask)
    assert (pixels[:, 17:] == 0).all()
    for each in range(3):
        lab = rgb2lab(image[each])
        for label in np.unique(mask[each]):
            inside = mask[each] == label
            assert pixels[each, label] == inside.sum()
            np.testing.assert_allclose(means[each, label], lab[inside].mean(axis=0), atol=1e-3)


def test_distance_is_scikit_images_and_averages_the_compared_regions() -> None:
    generator = np.random.default_rng(1)
    first, second = generator.uniform((0, -60, -60), (100, 60, 60), (2, 4, 19, 3))
    compared = generator.random((4, 19)) < 0.5
    compared[3] = False
    columns = color_distances(first, second, compared)
    reference = deltaE_ciede2000(first, second)
    for each in range(3):
        assert columns["value"][each] == pytest.approx(reference[each][compared[each]].mean())
    assert math.isnan(columns["value"][3])
    for label, name in enumerate(LABELS):
        np.testing.assert_array_equal(np.isnan(columns[name]), ~compared[:, label])


def test_a_published_pair_of_the_formula() -> None:
    # The first pair of table 1 of Sharma, Wu and Dalal (2005).
    first, second = np.zeros((1, 19, 3)), np.zeros((1, 19, 3))
    first[0, 1], second[0, 1] = (50, 2.6772, -79.7751), (50, 0, -82.7485)
    compared = np.arange(19)[None] == 1
    assert color_distances(first, second, compared)["skin"][0] == pytest.approx(2.0425, abs=1e-4)


def painted(colors: dict[int, tuple[int, int, int]], mask: torch.Tensor) -> torch.Tensor:
    image = torch.zeros(len(mask), 3, *mask.shape[1:])
    for label, color in colors.items():
        image += (mask == label)[:, None] * torch.tensor(color).view(1, 3, 1, 1)
    return image / 127.5 - 1


SKIN, HAIR, HAT = 1, 13, 14
STYLE_MASK = torch.full((1, 8, 8), SKIN, dtype=torch.uint8)
STYLE_MASK[:, :2] = HAIR
ASKED_MASK = torch.full((1, 8, 8), SKIN, dtype=torch.uint8)
ASKED_MASK[:, 4:] = HAT
COLORS = {SKIN: (200, 150, 120), HAIR: (60, 40, 20), HAT: (20, 20, 200)}
STYLE = FaceBatch(painted(COLORS, STYLE_MASK), STYLE_MASK, torch.zeros(1, 40), ("a",))


def test_seen_and_unseen_regions_are_apart() -> None:
    output = painted({SKIN: (200, 150, 120), HAT: (250, 0, 0)}, ASKED_MASK)
    batch = random_batch(
        1, target=STYLE, mask=ASKED_MASK, output=output, oracle=painted(COLORS, ASKED_MASK), parsed=ASKED_MASK
    )
    seen, unseen = StyleColor().measure(batch), StyleColorUnseen().measure(batch)
    assert StyleColor().breakdown(seen) == {"skin": pytest.approx(0, abs=1e-4)}
    lab = rgb2lab(np.array([[[250, 0, 0], [20, 20, 200]]], dtype=np.uint8))[0]
    assert StyleColorUnseen().breakdown(unseen) == {"hat": pytest.approx(float(deltaE_ciede2000(*lab)), abs=1e-3)}
    assert StyleColorUnseen().summarise(unseen, ones(unseen)) == pytest.approx(unseen["hat"][0])


def test_a_style_face_without_any_asked_region_gives_no_number() -> None:
    mask = torch.full((1, 8, 8), HAT, dtype=torch.uint8)
    batch = random_batch(1, target=STYLE, mask=mask, output=painted(COLORS, mask), oracle=painted(COLORS, mask))
    columns = StyleColor().measure(batch)
    assert all(np.isnan(values).all() for values in columns.values())
    assert math.isnan(StyleColor().summarise(columns, ones(columns)))


def test_regions_of_a_few_pixels_are_not_compared() -> None:
    mask = torch.full((1, 8, 8), SKIN, dtype=torch.uint8)
    mask[0, 0, :7] = HAIR
    batch = random_batch(1, target=STYLE, mask=mask, output=painted(COLORS, mask))
    assert set(StyleColor().breakdown(StyleColor().measure(batch))) == {"skin"}
    assert set(StyleColor().breakdown(StyleColor(min_pixels=7).measure(batch))) == {"skin", "hair"}


def test_no_oracle_keeps_the_columns() -> None:
    with_oracle = StyleColorUnseen().measure(random_batch())
    assert list(StyleColorUnseen().measure(random_batch(oracle=None))) == list(with_oracle)


def test_tasks_without_a_mask_ask_for_no_region() -> None:
    batch = random_batch(2)
    flat = replace(batch.tasks.target, mask=torch.zeros_like(batch.tasks.target.mask))
    batch = replace(batch, tasks=replace(batch.tasks, target=flat))
    without = replace(batch, tasks=replace(batch.tasks, lacks={"mask": "nobody drew it"}))
    for metric in (StyleColor(), StyleColorUnseen()):
        assert any(np.isfinite(values).any() for values in metric.measure(batch).values())
        columns = metric.measure(without)
        assert list(columns) == list(metric.measure(batch))
        assert all(np.isnan(values).all() for values in columns.values())
