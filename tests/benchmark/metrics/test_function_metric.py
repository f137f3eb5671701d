"""Metrics written as one function: what reaches it, and what becomes of an answer that is none."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from benchmark.features.feature_set import FeaturePair, FeatureSet
from benchmark.metrics.function_metric import OF_TASKS, metric_class_of
from benchmark.weights.resources import MetricUnavailable, Resources
from registry.cards import MetricCard
from registry.catalogue import METRIC_CARDS
from registry.errors import PluginError
from tests.benchmark.metrics.random_batches import ones, random_batch

OF_IMAGES = METRIC_CARDS.find("psnr-oracle").card
OF_SETS = METRIC_CARDS.find("frechet-judge").card


def made(function: Callable[..., Any], resources: Resources, card: MetricCard = OF_IMAGES) -> Any:
    metric = metric_class_of(function, card)()
    metric.prepare(resources)
    return metric


@pytest.mark.integration
def test_a_function_gets_one_task_by_the_names_of_its_parameters(resources: Resources) -> None:
    shapes = {
        **dict.fromkeys(("output", "target", "source", "oracle"), ((16, 16, 3), np.uint8)),
        **dict.fromkeys(("mask", "target_mask", "source_mask", "parsed"), ((16, 16), np.uint8)),
        **dict.fromkeys(("attributes", "target_attributes", "source_attributes"), ((40,), np.float32)),
        "attribute_scores": ((40,), np.float32),
        "region": ((16, 16), np.bool_),
    }
    assert set(shapes) == set(OF_TASKS)
    batch = random_batch(3)
    for name, expected in shapes.items():
        seen = []
        namespace: dict[str, Any] = {"seen": seen}
        exec(f"def look({name}, scale=2): seen.append({name}); return scale", namespace)
        columns = made(namespace["look"], resources).measure(batch)
        assert [(array.shape, array.dtype.type) for array in seen] == [expected] * 3, name
        assert columns["value"].tolist() == [2.0, 2.0, 2.0]


def test_its_figure_is_the_mean_over_tasks(resources: Resources) -> None:
    def brightness(output: Any) -> Any:
        return output.mean(dtype=np.float32)

    batch = random_batch(4)
    metric = made(brightness, resources)
    columns = metric.measure(batch)
    assert metric.summarise(columns, ones(columns)) == pytest.approx(batch.output_pixels.mean(), rel=1e-5)


def test_a_task_without_a_mask_has_no_figure_of_one(resources: Resources) -> None:
    def width(mask: Any) -> float:
        return float(mask.shape[1])

    def level(output: Any) -> float:
        return float(output.mean())

    batch = random_batch(2)
    without = replace(batch, tasks=replace(batch.tasks, lacks={"mask": "nobody drew it"}))
    assert made(width, resources).measure(batch)["value"].tolist() == [16, 16]
    assert np.isnan(made(width, resources).measure(without)["value"]).all()
    assert np.isfinite(made(level, resources).measure(without)["value"]).all()


def test_without_true_results_it_has_no_figure(resources: Resources) -> None:
    def error(output: Any, oracle: Any) -> float:
        return 0.0

    with pytest.raises(MetricUnavailable, match="the dataset does not know the true results"):
        made(error, resources).measure(random_batch(oracle=None))


@pytest.mark.parametrize(
    ("gives", "said"),
    [
        (None, "wrong gave None, where a number was expected"),
        (np.zeros(3), r"wrong gave an array \(3,\), where a number was expected"),
        (float("inf"), "wrong gave inf, where a number was expected"),
        ("0.5", "wrong gave '0.5', where a number was expected"),
        (KeyError("nose"), "wrong raised KeyError: 'nose'"),
    ],
)
def test_an_answer_that_is_no_number_is_said(gives: Any, said: str, resources: Resources) -> None:
    def wrong(output: Any) -> Any:
        if isinstance(gives, Exception):
            raise gives
        return gives

    with pytest.raises(PluginError, match=said):
        made(wrong, resources).measure(random_batch())


def test_a_parameter_that_no_task_has_is_said(resources: Resources) -> None:
    def look(ouput: Any) -> float:
        return 0.0

    with pytest.raises(PluginError, match="look cannot be called: unknown parameter 'ouput'; did you mean 'output'"):
        made(look, resources)


def test_a_function_of_sets_gets_the_features_of_both(resources: Resources) -> None:
    def gap(outputs: Any, real: Any) -> Any:
        return np.abs(outputs.mean(axis=0) - real.mean(axis=0)).sum()

    pair = FeaturePair(FeatureSet.of(np.full((4, 3), 2.0)), FeatureSet.of(np.zeros((5, 3))))
    assert made(gap, resources, OF_SETS).measure(pair).value == 6.0
