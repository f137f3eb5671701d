"""A few faces to calibrate on, and how many there will be: no dataset is drawn whole for a plan."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmark.config.evaluation_spec import DatasetSpec
from benchmark.datasets.base import SPLITS, FaceDataset
from benchmark.datasets.rendered_faces.parallel import FACES_A_PROCESS
from benchmark.evaluation.context import open_faces
from benchmark.images.write import write_png
from benchmark.runtime.progress import Reporter

FEW: Final = {"train": 64, "val": 2, "test": 40}
"""Faces of each split."""
SMALLEST: Final = 32
"""Side in pixels of faces that are only counted with."""


@dataclass(frozen=True)
class Sample:
    """Faces of a dataset.

    Attributes:
        dataset: a few of its faces, or all where they are not drawn.
        to_count: the same with every test face, at some size: which tasks there are depends on them.
        num_faces: of the whole dataset by split.
        seconds: that its faces will take until they are packed, by the clock; 0 where they are.
        cpu_seconds: of processors.
        png_bytes: mean size of a face as a PNG file, as edits are kept.
    """

    dataset: FaceDataset
    to_count: FaceDataset
    num_faces: Mapping[str, int]
    seconds: float
    cpu_seconds: float
    png_bytes: float


def sample_faces(spec: DatasetSpec, cache: Path, folder: Path, reporter: Reporter) -> Sample:
    """Draw a few faces of a dataset whose options say how many there are of each split; open any other.

    Args:
        spec: of the dataset.
        cache: folder of packed faces; a dataset of files is packed there where it is not yet, as every run does.
        folder: of what is thrown away.
        reporter: shows progress.

    Raises:
        DataError: as the dataset does.
    """
    if not spec.options.keys() >= set(SPLITS):
        with reporter.counting(f"pack {spec.name}") as progress:
            dataset = open_faces(spec.name, spec.root, spec.size, spec.options, cache, reporter.say, progress)
        num_faces: dict[str, int] = {split: len(dataset.rows(split)) for split in SPLITS}
        return Sample(dataset, dataset, num_faces, 0.0, 0.0, _png_bytes(dataset))
    wanted: dict[str, int] = {split: int(str(spec.options[split])) for split in SPLITS}
    few = {split: min(number, FEW[split]) for split, number in wanted.items()}
    started, cpu_started = time.perf_counter(), time.process_time()
    dataset = open_faces(spec.name, spec.root, spec.size, {**spec.options, **few}, folder, reporter.say)
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu_started
    counted: dict[str, int] = {"train": 1, "val": 1, "test": wanted["test"]}
    to_count = open_faces(spec.name, spec.root, SMALLEST, {**spec.options, **counted}, folder, reporter.say)
    more = sum(wanted.values()) / sum(few.values())
    at_once = max(1, min(os.cpu_count() or 1, sum(wanted.values()) // FACES_A_PROCESS))
    return Sample(dataset, to_count, wanted, seconds * more / at_once, cpu_seconds * more, _png_bytes(dataset))


def packed_bytes(num_faces: int, size: int) -> int:
    """Bytes of the images, three a pixel, and masks of so many packed faces."""
    return num_faces * size**2 * 4


def _png_bytes(dataset: FaceDataset) -> float:
    rows = dataset.rows("test")[:16]
    with tempfile.TemporaryDirectory() as name:
        paths = [Path(name) / f"{number}.png" for number in range(len(rows))]
        for path, row in zip(paths, rows, strict=True):
            write_png(path, dataset.packed.images[row], durable=False)
        return sum(path.stat().st_size for path in paths) / max(1, len(paths))
