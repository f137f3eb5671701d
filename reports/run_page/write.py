"""A run's own page: curves, samples, scores, worst cases, configuration and provenance."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmark.results.attributes import attributes_of, overall_name
from benchmark.results.comparability import SHORT_HASH
from benchmark.results.find_results import FinishedRun
from benchmark.results.run_folder import EXPERIMENT, PROGRESS, PROVENANCE, REPORT, RESULT, SAMPLES
from benchmark.results.schema import Result, read_result
from benchmark.results.task_scores import ScoreFiles
from benchmark.runtime.atomic_files import write_text_atomically
from benchmark.tables.build_tables import row_title, tabulate
from benchmark.tables.by_attribute import cell_of_attribute
from benchmark.tables.by_group import GroupedTable, group_table
from benchmark.tables.by_strength import LOSS
from benchmark.tables.costs import cost_cells, cost_columns
from benchmark.tables.face_groups import ABOUT_PEOPLE
from benchmark.tables.table import Cell, Column, Table, cell_of_seeds
from reports.groups import wording as group_words
from reports.leaderboard import operating_points
from reports.leaderboard import wording as words
from reports.rendering.html_page import render_page
from reports.rendering.pictures import picture_uri
from reports.run_page.loss_curves import HEIGHT, WIDTH, LossCurve, read_loss_curves
from reports.run_page.validation_curves import read_validated_stages
from reports.run_page.worst_cases import worst_cases


def write_run_page(folder: Path, out: Path | None = None) -> Path:
    """Write `report.html` of a run, atomically.

    What the folder lacks is said on the page: a reference method has no curves, a moved run may have no edits.

    Args:
        folder: of the run, with its `result.json`.
        out: the file to write; `report.html` in the run's folder where none is named.

    Returns:
        The file written.

    Raises:
        ResultError: if the result cannot be read.
    """
    result = read_result(folder / RESULT)
    files = ScoreFiles()
    tables = {table.protocol: table for table in tabulate([FinishedRun(folder / RESULT, result)], files=files)}
    cases, no_cases = worst_cases(folder, result)
    page = render_page(
        "run_page/run_page.html.j2",
        title=f"{row_title(result)}, seed {result.seed}",
        result=result,
        words=words,
        short=SHORT_HASH,
        cells=_cells(result),
        costs=cost_cells(cost_columns([result]), [result]),
        breakdowns=_breakdowns(result),
        by_attribute=_by_attribute(result),
        grouped=_grouped(result, tables, files),
        group_words=group_words,
        by_strength=_by_strength(result),
        operating={name: tables[name].operating for name in result.protocols},
        operating_words=operating_points,
        stages=_stages(read_loss_curves(folder / PROGRESS)),
        validated=read_validated_stages(folder),
        size=(WIDTH, HEIGHT),
        samples=picture_uri(folder / SAMPLES),
        cases=cases,
        no_cases=no_cases,
        configuration=_text(folder / EXPERIMENT),
        provenance=_provenance(folder / PROVENANCE),
    )
    path = out or folder / REPORT
    write_text_atomically(path, page)
    return path


def _cells(result: Result) -> dict[str, list[Cell]]:
    """The figures of each protocol that the run took part in."""
    return {
        name: [
            cell_of_seeds(Column(metric, result.metrics[metric]), [value]) for metric, value in found.metrics.items()
        ]
        for name, found in result.protocols.items()
    }


def _breakdowns(result: Result) -> dict[str, list[tuple[Column, list[tuple[str, Cell]]]]]:
    """By protocol, each metric's figures by class or attribute."""
    return {
        name: [
            (column, [(part, Cell(column, value, reason="no such figure")) for part, value in parts.items()])
            for metric, parts in found.breakdown.items()
            if metric in result.metrics
            for column in [Column(metric, result.metrics[metric])]
        ]
        for name, found in result.protocols.items()
    }


def _by_attribute(result: Result) -> dict[str, list[tuple[Column, list[tuple[str, Cell]]]]]:
    """By protocol, each metric's figures by the attribute that tasks transfer, where they transfer several.

    The figure over all of them is the last.
    """
    found: dict[str, list[tuple[Column, list[tuple[str, Cell]]]]] = {name: [] for name in result.protocols}
    for name, protocol in result.protocols.items():
        attributes = attributes_of([protocol])
        for metric, value in protocol.metrics.items() if attributes else ():
            column = Column(metric, result.metrics[metric])
            cells = [(attribute, cell_of_attribute(column, [protocol], attribute)) for attribute in attributes]
            if any(cell.value is not None for _, cell in cells):
                cells.append((overall_name(column.level), cell_of_seeds(column, [value])))
                found[name].append((column, cells))
    return found


def _grouped(result: Result, tables: Mapping[str, Table], files: ScoreFiles) -> dict[str, GroupedTable]:
    """By protocol with figures, those per image by groups of the people that faces show."""
    return {
        name: group_table(table, ABOUT_PEOPLE, files)
        for name, table in tables.items()
        if result.protocols[name].metrics
    }


def _by_strength(result: Result) -> dict[str, list[tuple[Column, list[tuple[str, Cell]]]]]:
    """By protocol, each metric's figures by strength, where tasks are of several, and the loss."""
    found: dict[str, list[tuple[Column, list[tuple[str, Cell]]]]] = {name: [] for name in result.protocols}
    for name, protocol in result.protocols.items():
        for metric in protocol.metrics if protocol.strengths else ():
            column = Column(metric, result.metrics[metric])
            named = {strength: values.get(metric) for strength, values in protocol.strengths.items()}
            if metric in protocol.losses:
                named[LOSS] = protocol.losses[metric]
            found[name].append((column, [(part, cell_of_seeds(column, [value])) for part, value in named.items()]))
    return found


def _stages(curves: list[LossCurve]) -> dict[str, list[LossCurve]]:
    stages: dict[str, list[LossCurve]] = {}
    for curve in curves:
        stages.setdefault(curve.stage, []).append(curve)
    return stages


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _provenance(path: Path) -> list[tuple[str, str]] | None:
    """The provenance file as (dotted key, value) lines; None where there is none that can be read."""
    try:
        return list(_lines(json.loads(path.read_text(encoding="utf-8")), ""))
    except (OSError, ValueError, RecursionError):
        return None


def _lines(value: Any, key: str) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [line for name, inner in value.items() for line in _lines(inner, f"{key}.{name}" if key else str(name))]
    if isinstance(value, list):
        # the command's words, or the faces that were skipped
        return [(key, " ".join(str(item) for item in value) or "none")]
    return [(key, "none" if value is None else str(value))]
