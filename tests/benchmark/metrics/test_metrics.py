"""Every metric's card, and what all image metrics share: batches, missing oracles, missing tasks."""

from __future__ import annotations

import math
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from benchmark.metrics.base import ImageMetric, SetMetric
from benchmark.results.schema import Cost, MetricInfo
from benchmark.weights.resources import MetricUnavailable, Resources
from registry.cards import MetricCard, read_card
from tests.benchmark.metrics.random_batches import ones, part_of, random_batch

FOLDER = Path(import_module("benchmark.metrics").__file__ or "").parent
CARDS = {path: read_card(path, MetricCard) for path in sorted((FOLDER / "cards").glob("*.yaml"))}
IMAGE_METRICS = [card for card in CARDS.values() if card.level == "image"]
NEED_ORACLE = {
    *("psnr-oracle", "ssim-oracle", "lpips-oracle"),
    *("psnr-region", "ssim-region", "lpips-region", "style-color-unseen"),
}
NEED_A_FACE = {"identity"}
NEED_STRENGTHS = {"control-correlation", "control-slope"}
SIZE = 64
"""Pixels a side: the least that every metric takes."""


def build(card: MetricCard) -> Any:
    module, attribute = card.entry.split(":")
    return getattr(import_module(module), attribute)()


def ready(card: MetricCard, resources: Resources) -> Any:
    metric = build(card)
    try:
        metric.prepare(resources)
    except MetricUnavailable as reason:
        pytest.skip(str(reason))
    return metric


def test_every_promised_metric_has_a_card() -> None:
    assert {card.name for card in CARDS.values()} >= {
        *("seg-accuracy", "seg-miou", "attribute-accuracy", "attribute-preservation", "style-color"),
        *("style-color-unseen", "psnr-oracle", "psnr-region", "psnr-background", "ssim-oracle", "ssim-background"),
        *("ssim-region", "lpips-region"),
        *("lpips-oracle", "lpips-background", "identity", "diversity", "diversity-judge"),
        *("fid", "fid-clean", "kid", "precision", "recall", "density", "coverage"),
        *("precision-judge", "recall-judge", "density-judge", "coverage-judge"),
        *("frechet-judge", "kernel-judge", "parameters", "flops", "edit-ms", "peak-memory-mib"),
        *("train-seconds", "train-cpu-seconds"),
    }


@pytest.mark.parametrize("path", CARDS, ids=lambda path: path.stem)
def test_card_names_its_file_its_class_and_facts_that_a_result_accepts(path: Path) -> None:
    card = CARDS[path]
    assert card.name == path.stem.replace("_", "-")
    MetricInfo.model_validate(card.model_dump(include=set(MetricInfo.model_fields)))
    if card.level == "cost":
        assert card.name.replace("-", "_") in Cost.model_fields
    assert bool(card.entry) == bool(card.citation) == (card.level != "cost")
    if card.entry:
        assert isinstance(build(card), {"image": ImageMetric, "set": SetMetric}[card.level])


@pytest.mark.parametrize("card", IMAGE_METRICS, ids=lambda card: card.name)
def test_two_batches_out_of_order_equal_one(card: MetricCard, resources: Resources) -> None:
    batch = random_batch(size=SIZE)
    whole, halves = ready(card, resources), ready(card, resources)
    whole.process(range(6), [{"batch": batch}])
    halves.process(range(2, 6), [{"batch": part_of(batch, slice(2, 6))}])
    halves.process(range(2), [{"batch": part_of(batch, slice(0, 2))}])
    one, two = whole.evaluate(6), halves.evaluate(6)
    assert list(one) == list(two)
    for name in one:
        np.testing.assert_allclose(one[name], two[name], rtol=1e-6)  # a network sums otherwise in another batch
    assert whole.summarise(one, np.ones(6)) == pytest.approx(halves.summarise(two, np.ones(6)), nan_ok=True)


@pytest.mark.parametrize("card", IMAGE_METRICS, ids=lambda card: card.name)
def test_a_weight_of_two_is_a_task_seen_twice(card: MetricCard, resources: Resources) -> None:
    metric = ready(card, resources)
    columns = metric.measure(random_batch(size=SIZE))
    weights = np.array([2.0, 0, 1, 1, 0, 3])
    repeated = {name: np.repeat(values, weights.astype(int)) for name, values in columns.items()}
    expected = metric.summarise(repeated, ones(repeated))
    assert metric.summarise(columns, weights) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize("card", IMAGE_METRICS, ids=lambda card: card.name)
def test_without_an_oracle_exactly_the_metrics_that_need_one_are_missing(
    card: MetricCard, resources: Resources
) -> None:
    metric = ready(card, resources)
    one_mask = torch.zeros(6, SIZE, SIZE, dtype=torch.uint8)
    columns = metric.measure(random_batch(size=SIZE, oracle=None, mask=one_mask))
    assert math.isnan(metric.summarise(columns, ones(columns))) == (
        card.name in NEED_ORACLE | NEED_A_FACE | NEED_STRENGTHS
    )


@pytest.mark.parametrize("card", IMAGE_METRICS, ids=lambda card: card.name)
def test_no_tasks_give_no_number(card: MetricCard) -> None:
    metric = build(card)
    assert math.isnan(metric.summarise({}, np.empty(0)))
    assert metric.breakdown({}) == {}
