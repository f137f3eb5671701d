"""The first edits of every method side by side, uncurated: one picture for each dataset and protocol."""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Final

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

from benchmark.results.find_results import FinishedRun
from benchmark.results.method_runs import group_by_method
from benchmark.results.run_folder import edit_path, edits_folder
from benchmark.results.task_scores import ScoreFiles
from benchmark.runtime.atomic_files import replacing
from benchmark.tables.build_tables import in_order, row_title
from reports.rendering.chunks import chunks
from reports.rendering.pictures import read_picture

EditGrids = dict[tuple[str, str], list[Path]]
"""Pictures by dataset and protocol; more than one where runs are many or answered different task tables."""

TASKS: Final = 6
COLUMNS: Final = 100
"""Methods in one picture; far below what a PNG can be wide."""
_CELL: Final = 128
_GAP: Final = 8
_HEADER: Final = 44
_NAMES: Final = 20
_DPI: Final = 100


def write_edit_grids(runs: Sequence[FinishedRun], out: Path, files: ScoreFiles | None = None) -> EditGrids:
    """Write `out/edits-DATASET-PROTOCOL.png` from the `edits` folders beside result files.

    A row is one of the first tasks, named where these transfer several attributes, a column one method at one set of
    options, with the lowest of its seeds. Runs without edits are left out, and so is a picture without columns. Runs of
    different task tables never share one.

    Args:
        runs: results with the files that they were read from.
        out: folder to write to.
        files: opens the score files beside the results.
    """
    files = files or ScoreFiles()
    with_edits: dict[tuple[str, str, str], list[FinishedRun]] = {}
    for run in in_order(runs):
        for protocol, of_protocol in run.result.protocols.items():
            if Path(protocol).name == protocol and any(edits_folder(run.path.parent, protocol).glob("*.png")):
                with_edits.setdefault((run.result.dataset, protocol, of_protocol.tasks_sha256), []).append(run)
    written: EditGrids = {}
    for (dataset, protocol, _), of_table in with_edits.items():
        pages = written.setdefault((dataset, protocol), [])
        columns = [method.runs[0] for method in group_by_method(of_table)]
        for of_picture in chunks(columns, COLUMNS):
            number = f"-{len(pages) + 1}" if pages else ""
            path = out / f"edits-{_file_name(dataset)}-{_file_name(protocol)}{number}.png"
            _write(path, protocol, of_picture, files)
            pages.append(path)
    return written


def _write(path: Path, protocol: str, runs: Sequence[FinishedRun], files: ScoreFiles) -> None:
    names = _attributes(runs, protocol, files)
    margin = _NAMES if names else 0
    width = margin + len(runs) * (_CELL + _GAP) + _GAP
    height = TASKS * (_CELL + _GAP) + _HEADER
    figure = Figure(figsize=(width / _DPI, height / _DPI), dpi=_DPI, facecolor="white")
    for row, name in enumerate(names):
        middle = _HEADER + row * (_CELL + _GAP) + _CELL / 2
        place = (margin / width, 1 - middle / height)
        figure.text(*place, name, ha="right", va="center", rotation=90, size=8, parse_math=False)
    for column, (file, result) in enumerate(runs):
        left = margin + _GAP + column * (_CELL + _GAP)
        figure.text(
            (left + _CELL / 2) / width,
            1 - _HEADER / 2 / height,
            row_title(result),
            ha="center",
            va="center",
            size=8,
            parse_math=False,
        )
        for row in range(TASKS):
            image = _read(edit_path(edits_folder(file.parent, protocol), row))
            if image is not None:
                top = _HEADER + row * (_CELL + _GAP)
                figure.figimage(image, left, height - top - _CELL, origin="upper")
    content = BytesIO()
    figure.savefig(content, format="png", dpi=_DPI)
    with replacing(path) as temporary:
        temporary.write_bytes(content.getvalue())


def _attributes(runs: Sequence[FinishedRun], protocol: str, files: ScoreFiles) -> list[str]:
    """The attribute of each row, where the first tasks transfer several and a run's scores say which."""
    for scores in filter(None, (files.open(run, protocol) for run in runs)):
        names = [str(name) for name in scores.tasks["attribute"].fillna("")[:TASKS]]
        return names if len(set(names)) > 1 else []
    return []


def _read(path: Path) -> NDArray[np.uint8] | None:
    """The edit at the size of a cell, (H, W, 3); None where there is none that can be read."""
    image = read_picture(path)
    if image is None:
        return None
    way = Image.Resampling.NEAREST if image.width <= _CELL else Image.Resampling.LANCZOS
    return np.asarray(image.resize((_CELL, _CELL), way))


def _file_name(name: str) -> str:
    """A name from a result file as part of a file's name."""
    return re.sub(r"[^A-Za-z0-9-]+", "-", name)
