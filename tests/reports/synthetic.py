"""Results made up for the tests of pages: every fact in its place, figures as a test asks for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmark.results.find_results import FinishedRun
from benchmark.results.schema import (
    Cost,
    DatasetInfo,
    JudgeInfo,
    MetricInfo,
    ProtocolResult,
    Result,
    Value,
    write_result,
)
from benchmark.results.task_scores import tasks_sha256, write_task_scores
from benchmark.statistics.ratios import Ratio


def facts(title: str, direction: str = "up", **changes: Any) -> MetricInfo:
    """A metric's facts."""
    given = {"unit": "", "decimals": 3, "level": "image", "min_n": 1, "citation": ""}
    return MetricInfo.model_validate({"title": title, "direction": direction} | given | changes)


METRICS = {
    "edit-ms": facts("Edit time", "down", unit="ms", decimals=1, level="cost"),
    "flops": facts("Operations", "down", unit="G", decimals=2, level="cost", scale=1e9),
    "fid": facts("FID", "down", decimals=1, level="set", min_n=5000),
    "parameters": facts("Parameters", "down", unit="M", decimals=2, level="cost", scale=1e6),
    "peak-memory-mib": facts("Peak memory", "down", unit="MiB", decimals=0, level="cost"),
    "seg-accuracy": facts("Pixel accuracy"),
    "style-color": facts("Style colour", "down", unit="ΔE", decimals=1),
    "train-seconds": facts("Training time", "down", unit="min", decimals=1, level="cost", scale=60),
}


def figure(value: float | None, half_width: float | None = None, n: int = 400, reason: str | None = None) -> Value:
    """A figure, with a symmetric interval where `half_width` is given."""
    if value is None or half_width is None:
        return Value(value=value, n=n, reason=reason)
    return Value(value=value, n=n, low=value - half_width, high=value + half_width, interval="bootstrap", reason=reason)


def protocol(figures: dict[str, Value], **changes: Any) -> ProtocolResult:
    """Figures under one protocol of 400 tasks."""
    given = {"title": "Attribute transfer", "num_tasks": 400, "tasks_sha256": "a" * 64, "rule": "poses matched"}
    return ProtocolResult.model_validate(given | {"metrics": figures} | changes)


def dataset_facts(**changes: Any) -> DatasetInfo:
    """A dataset of 64 pixel faces."""
    given = {"title": "Rendered faces", "fingerprint": "f" * 64, "size": 64, "skipped": 0, "resize_policy": "area"}
    return DatasetInfo.model_validate(given | {"faces": {"train": 2000, "test": 400}} | changes)


def judge(weights_sha256: str = "b" * 64) -> JudgeInfo:
    """A parser."""
    return JudgeInfo(title="Face parser", weights_sha256=weights_sha256, recipe="unet-v1", scores={"miou": 0.87})


def result(method: str, figures: dict[str, Value] | None = None, **changes: Any) -> Result:
    """A run of `method` under attribute transfer, learned unless `changes` say otherwise."""
    given = {
        "kind": "learned",
        "method": method,
        "title": method.title(),
        "seed": 0,
        "preset": "small",
        "dataset": "rendered-faces",
        "dataset_facts": dataset_facts(),
        "weights_origin": "trained",
        "judges": {"parser": judge()},
        "metrics": METRICS,
        "protocols": {"attribute-transfer": protocol(figures or {"seg-accuracy": figure(0.9)})},
        "cost": Cost(
            parameters=1_250_000, flops=None, train_seconds=90, edit_ms=12.5, peak_memory_mib=512, device="CPU, 2 cores"
        ),
        "experiment_sha256": "e" * 64,
    }
    return Result.model_validate(given | changes)


def runs(*results: Result) -> list[FinishedRun]:
    """Each result with a file of its own."""
    return [FinishedRun(Path(f"runs/{number}/result.json"), made) for number, made in enumerate(results)]


def scored_run(
    folder: Path,
    method: str,
    scores: Mapping[str, np.ndarray],
    seed: int = 0,
    attributes: Sequence[str] = ("Smiling",),
    **changes: Any,
) -> FinishedRun:
    """A run on disk, with its result and its per-task scores.

    Args:
        folder: of all runs.
        method: a learned method.
        scores: by image metric, (T,) figures of tasks, every two of which share a source face.
        seed: of the run.
        attributes: that the tasks transfer in turns, each with figures of its own where there are several.
        changes: to its result; its further `figures`, too, and whole `of_attributes`, by name.
    """
    number = len(next(iter(scores.values())))
    faces = [f"face{task // 2}" for task in range(number)]
    turns = np.array([attributes[task % len(attributes)] for task in range(number)])
    frame = pd.DataFrame({"task": range(number), "target": faces, "source": faces, "attribute": turns})
    of_each = {
        name: {
            metric: figure(float(values[turns == name].mean()), 0.01, n=int((turns == name).sum()))
            for metric, values in scores.items()
        }
        for name in attributes
    }
    figures = {
        metric: figure(float(np.mean([of_each[name][metric].value for name in attributes])), 0.01, n=number)
        for metric in scores
    }
    asked = protocol(
        figures | changes.pop("figures", {}),
        num_tasks=number,
        tasks_sha256=tasks_sha256(frame),
        attributes=(of_each if len(attributes) > 1 else {}) | changes.pop("of_attributes", {}),
    )
    made = result(method, seed=seed, **{"protocols": {"attribute-transfer": asked}} | changes)
    path = folder / made.dataset / made.label / f"seed{seed}" / "result.json"
    write_result(path, made)
    ratios = {metric: [Ratio(metric)] for metric in scores}
    write_task_scores(path.parent, "attribute-transfer", frame.assign(**scores), ratios)
    return FinishedRun(path, made)


def noise(seed: int, mean: float, spread: float = 0.05, number: int = 60) -> np.ndarray:
    """Figures of tasks that hover around a mean."""
    return np.random.default_rng(seed).normal(mean, spread, number)
