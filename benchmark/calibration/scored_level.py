"""One rung of a ladder, a degradation at one strength: scored as a run is, and kept in a file to go on from."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmark.calibration.degradations import DEGRADATIONS, degraded, shown
from benchmark.datasets.base import FaceDataset
from benchmark.evaluation.context import EvaluationContext, TaskSet
from benchmark.evaluation.score_tasks import Outputs, score_tasks
from benchmark.images.convert import Pixels, image_array
from benchmark.metrics.mean_metric import VALUE
from benchmark.results.schema import Value
from benchmark.runtime.atomic_files import replacing
from methods.base import EditBatch

DRAWS = 100
"""Bootstrap draws of the cells, whose intervals are not used: margins come from halves of the tasks."""

_FEATURES = "features of "
"""In a rung's file, before the name of an encoder."""


@dataclass(frozen=True)
class ScoredLevel:
    """What scoring found of the tasks' edits at one strength.

    Attributes:
        cells: by metric, the figure on all tasks, or the reason why there is none.
        columns: by metric of images, then by its column, (T,).
        features: by encoder, (T, D) features that metrics of sets compare.
        squared_errors: (T,) mean squared difference from the true edit in levels of 255.
    """

    cells: dict[str, Value]
    columns: dict[str, dict[str, NDArray[np.float64]]]
    features: dict[str, NDArray[np.float32]]
    squared_errors: NDArray[np.float64]


def score_level(
    name: str,
    strength: float,
    asked: TaskSet,
    dataset: FaceDataset,
    context: EvaluationContext,
    metric_ids: Sequence[str],
    seed: int,
) -> ScoredLevel:
    """Degrade the true edits of all tasks and score them with the code and the judges of a run.

    Args:
        name: a degradation.
        strength: 0 is no degradation, whichever was named.
        asked: the protocol with its tasks.
        dataset: the context's, or one that remembers its true edits.
        context: gives the judges, the real faces and the device.
        metric_ids: registered metrics of images and of sets.
        seed: of the degradation.
    """
    squared_errors: list[NDArray[np.float64]] = []
    edits = shown(name, strength, asked.tasks, seed)

    title = f"{DEGRADATIONS[name].title} {strength:g}" if strength else "true edits"
    with TemporaryDirectory(prefix="rung-") as folder:
        scores = score_tasks(
            _outputs(name, strength, asked, dataset, edits, seed, squared_errors),
            asked.protocol,
            list(metric_ids),
            dataset,
            asked.tasks,
            context.judges,
            context,
            resources=context.resources,
            draws=DRAWS,
            reporter=context.reporter,
            title=title,
            keep=Path(folder),
        )
        features = {encoder: found.take(slice(None)) for encoder, found in scores.features.items()}
    columns = {each: _columns(scores.frame, each) for each in metric_ids}
    return ScoredLevel(scores.cells, columns, features, np.concatenate(squared_errors))


def _outputs(
    name: str,
    strength: float,
    asked: TaskSet,
    dataset: FaceDataset,
    edits: pd.DataFrame,
    seed: int,
    squared_errors: list[NDArray[np.float64]],
) -> Outputs:
    def give(rows: pd.DataFrame, batch: EditBatch) -> tuple[EditBatch, Pixels]:
        assert batch.oracle is not None  # the calibration refused the dataset otherwise
        images = degraded(name, strength, asked.protocol, dataset, edits.loc[rows.index], seed)
        difference = images.astype(np.float64) - image_array(batch.oracle)
        squared_errors.append(np.square(difference).mean(axis=(1, 2, 3)))
        return batch, images

    return give


def _columns(frame: pd.DataFrame, metric: str) -> dict[str, NDArray[np.float64]]:
    """A metric's columns out of the score table, where they stand under its id or `id/column`."""
    prefix = f"{metric}/"
    names = {each: each.removeprefix(prefix) for each in frame.columns if each.startswith(prefix)}
    if metric in frame.columns:
        names[metric] = VALUE
    return {inner: frame[each].to_numpy(np.float64) for each, inner in names.items()}


def write_scored_level(path: Path, rung: ScoredLevel) -> None:
    """Write a rung atomically, as arrays and JSON."""
    cells = json.dumps({name: cell.model_dump() for name, cell in rung.cells.items()})
    columns = {f"{name}/{inner}": values for name, each in rung.columns.items() for inner, values in each.items()}
    arrays: dict[str, Any] = {
        "cells": np.array(cells),
        "names": np.array(list(columns), dtype=np.str_),
        "values": np.stack(list(columns.values())) if columns else np.empty((0, len(rung.squared_errors))),
        "squared_errors": rung.squared_errors,
        **{f"{_FEATURES}{encoder}": rows for encoder, rows in rung.features.items()},
    }
    with replacing(path, durable=False) as temporary, temporary.open("wb") as file:
        np.savez(file, **arrays)


def read_scored_level(path: Path) -> ScoredLevel | None:
    """Read a rung; None where there is none, or the file is not whole."""
    try:
        with np.load(path, allow_pickle=False) as held:
            cells = {name: Value.model_validate(each) for name, each in json.loads(str(held["cells"])).items()}
            columns: dict[str, dict[str, NDArray[np.float64]]] = {name: {} for name in cells}
            for each, values in zip(held["names"], held["values"], strict=True):
                name, _, inner = str(each).partition("/")
                columns[name][inner] = values
            kept = {each.removeprefix(_FEATURES): held[each] for each in held.files if each.startswith(_FEATURES)}
            return ScoredLevel(cells, columns, kept, held["squared_errors"])
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None
