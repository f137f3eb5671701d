"""The sheet of degraded images: the first task at every strength, a row a degradation."""

from __future__ import annotations

from pathlib import Path

import cv2
import mmcv
import numpy as np

from benchmark.calibration.degradations import DEGRADATIONS, degraded, shown
from benchmark.datasets.base import FaceDataset
from benchmark.evaluation.context import TaskSet
from benchmark.runtime.atomic_files import replacing

CELL = 64
GAP = 4
LABEL = 16
NAME = 104
_INK = (40, 40, 40)


def write_strips(path: Path, asked: TaskSet, dataset: FaceDataset, seed: int) -> None:
    """Draw the sheet as a PNG file, each image under its strength."""
    rungs = max(len(each.strengths) for each in DEGRADATIONS.values())
    blocks = []
    for name, each in DEGRADATIONS.items():
        block = np.full((LABEL + CELL + GAP, NAME + rungs * (CELL + GAP), 3), 255, dtype=np.uint8)
        _put(block, each.title, (GAP, LABEL + CELL // 2))
        for number, strength in enumerate(each.strengths):
            rows = shown(name, strength, asked.tasks, seed).iloc[:1]
            (image,) = degraded(name, strength, asked.protocol, dataset, rows, seed)
            left = NAME + number * (CELL + GAP)
            way = cv2.INTER_NEAREST if image.shape[0] < CELL else cv2.INTER_AREA
            block[LABEL : LABEL + CELL, left : left + CELL] = cv2.resize(image, (CELL, CELL), interpolation=way)
            _put(block, f"{strength:g}", (left, LABEL - 5))
        blocks.append(block)
    with replacing(path) as temporary:
        mmcv.imwrite(mmcv.rgb2bgr(np.concatenate(blocks)), str(temporary))


def _put(image: np.ndarray, text: str, origin: tuple[int, int]) -> None:
    # OpenCV's font has ASCII only
    plain = text.encode("ascii", "replace").decode()
    cv2.putText(image, plain, origin, cv2.FONT_HERSHEY_SIMPLEX, 0.38, _INK, 1, cv2.LINE_AA)
