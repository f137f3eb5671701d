"""Two methods by attribute: the figures of each attribute's tasks alone, as if there were no others, and no tests."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import benchmark
from benchmark.comparison.by_attribute import compare_by_attribute
from benchmark.comparison.compare_methods import compare
from benchmark.results.find_results import FinishedRun
from benchmark.results.method_runs import find_methods, one_method_of
from benchmark.statistics.bootstrap import bootstrap_interval
from benchmark.statistics.ratios import mean_of_ratios
from tests.commands import bench
from tests.reports.synthetic import figure, noise, scored_run

PROTOCOL = "attribute-transfer"
TWO = ("Smiling", "Bald")


def scored(
    folder: Path, method: str, mean: float, *, attributes: tuple[str, ...] = TWO, **changes: object
) -> FinishedRun:
    """A run whose figures of the second attribute are 0.2 below those of the first."""
    values = noise(len(method), mean) - 0.2 * (np.arange(60) % len(attributes))
    return scored_run(folder, method, {"seg-accuracy": values}, attributes=attributes, **changes)


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Two methods of two attributes, on disk."""
    for method, mean in (("alpha", 0.9), ("beta", 0.7)):
        fid = {"fid": figure(None, n=60, reason="too few")}
        scored(tmp_path, method, mean, figures=fid)
    return tmp_path


def test_each_attribute_is_compared_as_if_its_tasks_were_all(runs: Path) -> None:
    whole = compare(*find_methods("alpha", "beta", runs, None))
    parts = compare_by_attribute(whole)
    assert [(part.metric, part.attribute) for part in parts] == [("seg-accuracy", name) for name in TWO]
    values = {method: noise(len(method), mean) for method, mean in (("alpha", 0.9), ("beta", 0.7))}
    for number, part in enumerate(parts):
        ours, theirs = (values[method][number::2] - 0.2 * number for method in ("alpha", "beta"))
        assert part.n == 30
        assert (part.a.value, part.b.value) == pytest.approx((ours.mean(), theirs.mean()))
        assert part.gain == pytest.approx(ours.mean() - theirs.mean())
        assert part.low < part.gain < part.high
        faces = np.array([f"face{task // 2}" for task in range(60)])[number::2]
        alone = np.stack([ours, np.ones(30)], axis=1)[..., None]
        assert (part.a.low, part.a.high) == pytest.approx(bootstrap_interval([alone], mean_of_ratios, faces))
        assert (part.p_value, part.holm_p, part.better) == (None, None, None)
    (of_all,) = (match for match in whole.matches if match.metric == "seg-accuracy")
    assert of_all.a.value == pytest.approx(np.mean([part.a.value for part in parts]))
    assert whole.num_tests == 1


def test_what_one_of_two_methods_cannot_transfer_has_its_reason(tmp_path: Path) -> None:
    refused = {"Bald": {"seg-accuracy": figure(None, n=0, reason="it learned no baldness")}}
    methods = [
        one_method_of([scored(tmp_path, "alpha", 0.9)]),
        one_method_of([scored(tmp_path, "beta", 0.7, of_attributes=refused)]),
    ]
    smiling, bald = compare_by_attribute(compare(*methods))
    assert smiling.gain is not None
    assert (bald.gain, bald.reason) == (None, "beta: it learned no baldness")


def test_tasks_of_one_attribute_have_no_rows_of_it(tmp_path: Path) -> None:
    methods = [
        one_method_of([scored(tmp_path, name, mean, attributes=("Smiling",))])
        for name, mean in (("alpha", 0.9), ("beta", 0.7))
    ]
    assert compare_by_attribute(compare(*methods)) == []


def test_the_command_and_the_frame_have_them_too(runs: Path) -> None:
    outcome = bench("compare", "alpha", "beta", "--runs", runs)
    assert outcome.code == 0, outcome.err
    lines = outcome.out.splitlines()
    assert "seg-accuracy ↑ by attribute, attribute-transfer on rendered-faces" in lines
    assert [name for name in ("Smiling", "Bald", "mean") if any(f"│ {name} " in line for line in lines)] == [
        *TWO,
        "mean",
    ]
    found = json.loads(bench("compare", "alpha", "beta", "--runs", runs, "--json").out)
    assert [match["attribute"] for match in found["matches"]] == ["", ""]
    assert [match["attribute"] for match in found["attributes"]] == list(TWO)
    frame = benchmark.compare("alpha", "beta", runs=runs, metrics="seg-accuracy")
    assert list(frame["attribute"]) == ["", *TWO]
    assert frame["gain"].tolist()[1:] == pytest.approx([match["gain"] for match in found["attributes"]])
