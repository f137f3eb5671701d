"""An ablation as LaTeX (booktabs): floats for each protocol, which a paper inputs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from benchmark.ablation.tables import AblationReport, AblationTable
from reports.ablation import wording as words
from reports.ablation.rows import DETAILS, EFFECTS, details, effects
from reports.rendering.chunks import chunks
from reports.rendering.latex import COLUMNS_IN_BLOCK, PREAMBLE, escaped, line, number, tabular

_ROWS_IN_FLOAT: Final = 40


def render(report: AblationReport) -> str:
    """The whole file: for each table a float of gains and floats of every difference, or why there is none."""
    parts = [PREAMBLE]
    for table in report.tables:
        label = "tab:ablation-" + re.sub(r"[^A-Za-z0-9]+", "-", f"{report.study.method}-{table.protocol}")
        heading = f"Ablation of {report.study.title}, {table.facts.title}"
        parts.append(_gains(report, table, heading, label))
        parts += _long(f"{heading}: every difference", f"{label}-differences", DETAILS, details(table))
        if table.effects:
            parts += _long(f"{heading}: effects", f"{label}-effects", EFFECTS, effects(table))
    if not report.tables:
        parts += [escaped(line) for line in [report.reason or "", *words.missing(report)] if line]
    return "\n\n".join(parts) + "\n"


def _gains(report: AblationReport, table: AblationTable, heading: str, label: str) -> str:
    rules = " ".join([*words.remarks(report), *words.missing(report)])
    titles = [f"{column.facts.title} {column.arrow}" for column in table.columns]
    titles += [words.cost_title(column) for column in table.costs]
    full = [words.estimate(column, table.reference.get(column.id)) for column in table.columns]
    rows = [["full method", *map(number, [*full, *(cell.text for cell in table.reference_costs)])]]
    for row in words.with_figures(table):
        cells = []
        for column in table.columns:
            contrast = row.contrasts.get(column.id)
            text = number(words.gain(column, contrast))
            cells.append(rf"\textbf{{{text}}}" if words.is_significant(contrast) else text)
        cells += [number(words.cost(cost)) for cost in row.costs]
        rows.append([escaped(words.change(row.cell.changes)), *cells])
    bodies = [
        tabular(
            "l" + "r" * len(places),
            ["Change", *(escaped(titles[place]) for place in places)],
            "\n".join(line([cells[0], *(cells[place + 1] for place in places)]) for cells in rows),
        )
        for places in chunks(range(len(titles)), COLUMNS_IN_BLOCK)
    ]
    caption = f"{heading}. {words.size(report, table)} {rules}"
    return _float(escaped(heading), escaped(caption), label, "\n\\par\\medskip\n".join(bodies))


def _long(heading: str, label: str, titles: Sequence[str], lines: Iterable[Sequence[str]]) -> list[str]:
    """Floats of a table that may be longer than a page."""
    printed = [line([number(escaped(cell)) for cell in cells]) for cells in lines]
    if not printed:
        return []
    columns = "ll" + "r" * (len(titles) - 3) + ("l" if titles == DETAILS else "r")
    return [
        _float(escaped(heading), escaped(heading), label, body)
        if place == 0
        else "\\addtocounter{table}{-1}\n" + _float("", escaped(f"{heading}, continued."), None, body)
        for place, body in enumerate(
            tabular(columns, list(map(escaped, titles)), "\n".join(rows)) for rows in chunks(printed, _ROWS_IN_FLOAT)
        )
    ]


def _float(short: str, caption: str, label: str | None, body: str) -> str:
    lines = [r"\begin{table}[htbp]", r"\centering", rf"\caption[{short}]{{{caption}}}"]
    lines += [rf"\label{{{label}}}"] if label else []
    return "\n".join([*lines, body, r"\end{table}"])
