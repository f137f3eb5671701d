"""The sheet of degraded images: the first task at every strength, one row per degradation."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from benchmark.calibration.degradations import DEGRADATIONS, degrade_edits, shown_tasks
from benchmark.datasets.base import FaceDataset
from benchmark.evaluation.context import TaskSet
from benchmark.images.write import write_png

CELL = 64
GAP = 4
LABEL = 16
NAME = 104
_INK = (40, 40, 40)


def write_sample_sheet(path: Path, task_set: TaskSet, dataset: FaceDataset, seed: int) -> None:
    """Draw the sheet as a PNG file, with every image under its strength."""
    num_levels = max(len(degradation.strengths) for degradation in DEGRADATIONS.values())
    blocks = []
    for name, degradation in DEGRADATIONS.items():
        block = np.full((LABEL + CELL + GAP, NAME + num_levels * (CELL + GAP), 3), 255, dtype=np.uint8)
        _put(block, degradation.title, (GAP, LABEL + CELL // 2))
        for number, strength in enumerate(degradation.strengths):
            rows = shown_tasks(name, strength, task_set.tasks, seed).iloc[:1]
            (image,) = degrade_edits(name, strength, task_set.protocol, dataset, rows, seed)
            left = NAME + number * (CELL + GAP)
            interpolation = cv2.INTER_NEAREST if image.shape[0] < CELL else cv2.INTER_AREA
            block[LABEL : LABEL + CELL, left : left + CELL] = cv2.resize(
                image, (CELL, CELL), interpolation=interpolation
            )
            _put(block, f"{strength:g}", (left, LABEL - 5))
        blocks.append(block)
    write_png(path, np.concatenate(blocks))


def _put(image: np.ndarray, text: str, origin: tuple[int, int]) -> None:
    # OpenCV's font has ASCII only
    plain = text.encode("ascii", "replace").decode()
    cv2.putText(image, plain, origin, cv2.FONT_HERSHEY_SIMPLEX, 0.38, _INK, 1, cv2.LINE_AA)
