"""A degradation at one strength, scored as a run is, and saved in a file from which a calibration resumes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import TypeAdapter

from benchmark.calibration.degradations import DEGRADATIONS, degrade_edits, shown_tasks
from benchmark.datasets.base import FaceDataset
from benchmark.evaluation.context import EvaluationContext, TaskSet
from benchmark.evaluation.outputs import Outputs
from benchmark.evaluation.score_edits import score_edits
from benchmark.images.convert import Pixels, image_array
from benchmark.metrics.mean_metric import VALUE
from benchmark.results.schema import Value
from benchmark.results.task_groups import numbered_attributes
from benchmark.runtime.atomic_files import replacing
from benchmark.runtime.checked_files import DamagedFileError, read_arrays
from methods.base import EditBatch

DRAWS = 100
"""Bootstrap draws of the cells, whose intervals are not used: margins come from halves of the tasks."""

_FEATURES = "features of "
"""In a level's file, before the name of an encoder."""
_CELLS: Final = TypeAdapter(dict[str, Value])
_CELLS_OF_ATTRIBUTES: Final = TypeAdapter(dict[str, dict[str, Value]])


@dataclass(frozen=True)
class ScoredLevel:
    """Scores of the tasks' edits at one strength.

    Attributes:
        cells: by metric, the value on all tasks, or the reason why there is none.
        columns: by metric of images, then by its column, (T,).
        features: by encoder, (T, D) features that metrics of sets compare, in the order of the tasks, as all the rest.
        squared_errors: (T,) mean squared difference from the true edit in levels of 255.
        attributes: where the tasks transfer several, the cells of the tasks of each.
    """

    cells: dict[str, Value]
    columns: dict[str, dict[str, NDArray[np.float64]]]
    features: dict[str, NDArray[np.float32]]
    squared_errors: NDArray[np.float64]
    attributes: dict[str, dict[str, Value]] = field(default_factory=dict)

    def of_attribute(self, name: str, tasks: NDArray[np.bool_]) -> ScoredLevel:
        """The level on the tasks of one attribute alone, chosen by `tasks` (T,)."""
        columns = {
            metric: {inner: values[tasks] for inner, values in of_metric.items()}
            for metric, of_metric in self.columns.items()
        }
        features = {encoder: rows[tasks] for encoder, rows in self.features.items()}
        return ScoredLevel(self.attributes[name], columns, features, self.squared_errors[tasks])


def score_level(
    name: str,
    strength: float,
    task_set: TaskSet,
    dataset: FaceDataset,
    context: EvaluationContext,
    metric_ids: Sequence[str],
    seed: int,
) -> ScoredLevel:
    """Degrade the true edits of all tasks and score them with the code and the judges of a run.

    Args:
        name: a degradation.
        strength: 0 is no degradation, whichever is named.
        task_set: the protocol with its tasks.
        dataset: the context's, or one that caches its true edits.
        context: gives the judges, the real faces and the device.
        metric_ids: registered metrics of images and of sets.
        seed: of the degradation.
    """
    squared_errors = np.full(len(task_set.tasks), np.nan)
    edits = shown_tasks(name, strength, task_set.tasks, seed)

    title = f"{DEGRADATIONS[name].title} {strength:g}" if strength else "true edits"
    with TemporaryDirectory(prefix="level-") as folder:
        scores = score_edits(
            _outputs(name, strength, task_set, dataset, edits, seed, squared_errors),
            task_set.protocol,
            list(metric_ids),
            dataset,
            task_set.tasks,
            context.judges,
            context,
            resources=context.resources,
            draws=DRAWS,
            reporter=context.reporter,
            title=title,
            keep=Path(folder),
        )
        as_tasks = np.argsort(_order_of_scoring(task_set.tasks))
        features = {encoder: rows.take(slice(None))[as_tasks] for encoder, rows in scores.features.items()}
    columns = {metric: _columns(scores.frame, metric) for metric in metric_ids}
    return ScoredLevel(scores.cells, columns, features, squared_errors, scores.attributes)


def _order_of_scoring(tasks: pd.DataFrame) -> NDArray[np.intp]:
    """(T,) the positions of tasks in the order in which they are scored: those of one attribute after another's."""
    return np.argsort(numbered_attributes(tasks)[0], kind="stable")


def _outputs(
    name: str,
    strength: float,
    task_set: TaskSet,
    dataset: FaceDataset,
    edits: pd.DataFrame,
    seed: int,
    squared_errors: NDArray[np.float64],
) -> Outputs:
    def give(rows: pd.DataFrame, batch: EditBatch) -> tuple[EditBatch, Pixels]:
        assert batch.oracle is not None  # the calibration refused the dataset otherwise
        images = degrade_edits(name, strength, task_set.protocol, dataset, edits.loc[rows.index], seed)
        difference = images.astype(np.float64) - image_array(batch.oracle)
        squared_errors[edits.index.get_indexer(rows.index)] = np.square(difference).mean(axis=(1, 2, 3))
        return batch, images

    return give


def _columns(frame: pd.DataFrame, metric: str) -> dict[str, NDArray[np.float64]]:
    """A metric's columns out of the score table, where they are named by its id or `id/column`."""
    prefix = f"{metric}/"
    names = {name: name.removeprefix(prefix) for name in frame.columns if name.startswith(prefix)}
    if metric in frame.columns:
        names[metric] = VALUE
    return {inner: frame[name].to_numpy(np.float64) for name, inner in names.items()}


def write_scored_level(path: Path, level: ScoredLevel) -> None:
    """Write a level atomically, as arrays and JSON."""
    cells = _CELLS.dump_json(level.cells).decode()
    columns = {
        f"{name}/{inner}": values for name, of_metric in level.columns.items() for inner, values in of_metric.items()
    }
    arrays: dict[str, Any] = {
        "cells": np.array(cells),
        "attributes": np.array(_CELLS_OF_ATTRIBUTES.dump_json(level.attributes).decode()),
        "names": np.array(list(columns), dtype=np.str_),
        "values": np.stack(list(columns.values())) if columns else np.empty((0, len(level.squared_errors))),
        "squared_errors": level.squared_errors,
        **{f"{_FEATURES}{encoder}": rows for encoder, rows in level.features.items()},
    }
    with replacing(path, durable=False) as temporary, temporary.open("wb") as file:
        np.savez(file, **arrays)


def read_scored_level(path: Path) -> ScoredLevel | None:
    """Read a level; None where there is none.

    Raises:
        DamagedFileError: if the file has not the content that was written to it.
    """
    if not path.exists():
        return None
    arrays = read_arrays(path)
    try:
        cells = _CELLS.validate_json(str(arrays["cells"]))
        attributes = _CELLS_OF_ATTRIBUTES.validate_json(str(arrays["attributes"]))
        columns: dict[str, dict[str, NDArray[np.float64]]] = {name: {} for name in cells}
        for key, values in zip(arrays["names"], arrays["values"], strict=True):
            name, _, inner = str(key).partition("/")
            columns[name][inner] = values
        features = {key.removeprefix(_FEATURES): rows for key, rows in arrays.items() if key.startswith(_FEATURES)}
        return ScoredLevel(cells, columns, features, arrays["squared_errors"], attributes)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise DamagedFileError(f"{path} has no scores of a level") from error
