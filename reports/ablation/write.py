"""The report of an ablation study: what each change of a method does, in five formats and as figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from matplotlib.figure import Figure

from benchmark.ablation.study import AblationCell, AblationStudy, read_study
from benchmark.ablation.tables import AblationReport, tabulate_ablation
from benchmark.results.find_results import read_run
from benchmark.results.method_runs import MethodRuns
from benchmark.results.run_folder import RESULT
from benchmark.runtime.atomic_files import write_text_atomically
from reports.ablation import csv_file as ablation_csv
from reports.ablation import json_file as ablation_json
from reports.ablation import latex as ablation_latex
from reports.ablation import markdown as ablation_markdown
from reports.ablation import rows as ablation_rows
from reports.ablation import wording as ablation_words
from reports.ablation.figures import draw_gains, draw_interactions
from reports.rendering.figures import print_style, write_figure
from reports.rendering.html_page import inline, render_page

FORMATS: Final = ("md", "html", "tex", "csv", "json")
Figures = dict[str, dict[str, list[Path]]]
"""Files by protocol and name of the figure: the SVG, and the PNG."""


def write_ablation(study_file: Path, out: Path) -> list[Path]:
    """Write `report.md`, `.html`, `.tex`, `.csv`, `.json` and the figures as SVG and PNG, each atomically.

    Args:
        study_file: the study's `ablation.json`, beside which its run folders are looked for.
        out: folder to write to, created where it is missing.

    Returns:
        The files written.

    Raises:
        ResultError: if the study or a result cannot be read.
    """
    study = read_study(study_file)
    found = {cell.label: _method_runs(cell, study_file.parent) for cell in study.cells}
    cells = {label: runs for label, runs in found.items() if runs is not None and label != study.reference}
    report = tabulate_ablation(study, found[study.reference], cells)
    title = f"Ablation of {report.study.title}"
    figures = _write_figures(study, report, out)
    pictures = {protocol: [f"{name}-{protocol}.svg" for name in drawn] for protocol, drawn in figures.items()}
    render: Mapping[str, Callable[[], str]] = {
        "md": lambda: ablation_markdown.render(report, title, pictures),
        "html": lambda: _html(report, title, figures),
        "tex": lambda: ablation_latex.render(report),
        "csv": lambda: ablation_csv.render(report),
        "json": lambda: ablation_json.render(report),
    }
    written = []
    for suffix in FORMATS:
        path = out / f"report.{suffix}"
        write_text_atomically(path, render[suffix]())
        written.append(path)
    return [*written, *(file for drawn in figures.values() for files in drawn.values() for file in files)]


def _method_runs(cell: AblationCell, here: Path) -> MethodRuns | None:
    """The finished runs of a cell; None where there are none."""
    files = [here / folder / RESULT for seed, folder in cell.runs.items() if seed not in cell.failures]
    found = tuple(read_run(path) for path in files if path.is_file())
    return MethodRuns(cell.label, found) if found else None


def _write_figures(study: AblationStudy, report: AblationReport, out: Path) -> Figures:
    written: Figures = {}
    for table in report.tables:
        drawn: dict[str, Figure | None] = {}
        if ablation_words.with_figures(table):
            drawn["gains"] = draw_gains(table)
        if study.design == "factorial":
            tested = [column for column in table.columns if not isinstance(table.effects[column.id], str)]
            drawn["interactions"] = draw_interactions(study, table, tested)
        with print_style():
            written[table.protocol] = {
                name: write_figure(figure, out / f"{name}-{table.protocol}")
                for name, figure in drawn.items()
                if figure is not None
            }
    return written


def _html(report: AblationReport, title: str, figures: Figures) -> str:
    """The whole page: every string escaped, styles and figures inline, nothing fetched."""
    inlined = {
        protocol: {name: inline(svg.read_text(encoding="utf-8")) for name, (svg, _) in drawn.items()}
        for protocol, drawn in figures.items()
    }
    return render_page(
        "ablation/ablation.html.j2",
        title=title,
        report=report,
        figures=inlined,
        words=ablation_words,
        long=ablation_rows,
    )
