"""The report of a human study: what raters preferred, in three formats beside `analysis.json`, and as figures."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmark.human_study.analysis.exclusion_summary import exclusions
from benchmark.human_study.analysis.findings import Findings, read_findings
from benchmark.runtime.atomic_files import write_text_atomically
from reports.human_study import latex as human_study_latex
from reports.human_study import markdown as human_study_markdown
from reports.human_study import wording
from reports.human_study.figures import draw_preferences
from reports.rendering.figures import print_style, write_figure
from reports.rendering.html_page import inline, render_page

TITLE = "Human study"


def write_human_study(analysis_file: Path, out: Path) -> list[Path]:
    """Write `analysis.md`, `.tex`, `.html` and one figure per table as SVG and PNG, each file atomically.

    Args:
        analysis_file: the study's `analysis.json`.
        out: folder to write to, created where it is missing.

    Returns:
        The files written.

    Raises:
        ResultError: if the analysis cannot be read.
    """
    findings = read_findings(analysis_file)
    figures = _write_figures(findings, out)
    figure_files = [files[0].name if files else None for files in figures]
    render: Mapping[str, Callable[[], str]] = {
        "md": lambda: human_study_markdown.render(findings, TITLE, figure_files),
        "tex": lambda: human_study_latex.render(findings),
        "html": lambda: _html(findings, figures),
    }
    written = []
    for suffix, text in render.items():
        path = out / f"analysis.{suffix}"
        write_text_atomically(path, text())
        written.append(path)
    return [*written, *(file for files in figures for file in files)]


def _write_figures(findings: Findings, out: Path) -> list[list[Path]]:
    """The files of each part's figure, the SVG first; none where nothing can be drawn."""
    written: list[list[Path]] = []
    for number, part in enumerate(findings.parts, start=1):
        name = re.sub(r"[^A-Za-z0-9-]+", "-", f"preference-{number}-{part.question}-{part.protocol}")
        with print_style():
            figure = draw_preferences(findings, part)
            written.append([] if figure is None else write_figure(figure, out / name))
    return written


def _html(findings: Findings, figures: list[list[Path]]) -> str:
    """The whole page: every string escaped, styles and figures inline, nothing fetched."""
    drawn = [inline(files[0].read_text(encoding="utf-8")) if files else None for files in figures]
    return render_page(
        "human_study/human_study.html.j2",
        title=TITLE,
        findings=findings,
        drawn=drawn,
        wording=wording,
        exclusions=exclusions(findings),
    )
