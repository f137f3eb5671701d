"""An ablation as LaTeX (booktabs): a float for each protocol, which a paper inputs."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reports import ablation_words as words
from reports.ablation_tables import AblationReport, AblationTable
from reports.cells import Column
from reports.latex import COLUMNS_IN_BLOCK, NO_WIDER, PREAMBLE
from reports.latex_text import escaped
from reports.pieces import pieces


def render(report: AblationReport) -> str:
    """The whole file: a float for each table, or the reason why there is none."""
    parts = [PREAMBLE, *(_float(report, table) for table in report.tables)]
    return "\n\n".join(parts if report.reason is None else [*parts, escaped(report.reason)]) + "\n"


def _float(report: AblationReport, table: AblationTable) -> str:
    heading = f"Ablation of {report.study.title}, {table.facts.title}"
    label = "tab:ablation-" + re.sub(r"[^A-Za-z0-9]+", "-", f"{report.study.method}-{table.protocol}")
    rules = " ".join([*words.remarks(report)[:2], *words.missing(report)])
    blocks = pieces(table.columns, COLUMNS_IN_BLOCK)
    bodies = "\n\\par\\medskip\n".join(_tabular(report, table, columns) for columns in blocks)
    caption = escaped(f"{heading}. {words.size(report, table)} {rules}")
    return "\n".join(
        [
            r"\begin{table}[htbp]",
            r"\centering",
            rf"\caption[{escaped(heading)}]{{{caption}}}",
            rf"\label{{{label}}}",
            bodies,
            r"\end{table}",
        ]
    )


def _tabular(report: AblationReport, table: AblationTable, columns: Sequence[Column]) -> str:
    headers = " & ".join(["Change", *(escaped(f"{column.facts.title} {column.arrow}") for column in columns)])
    full = [_number(words.figure(column, table.reference.get(column.id))) for column in columns]
    lines = [" & ".join(["full method", *full]) + r" \\", r"\midrule"]
    for row in words.with_figures(table):
        cells = []
        for column in columns:
            contrast = row.contrasts.get(column.id)
            text = _number(words.gain(column, contrast))
            cells.append(rf"\textbf{{{text}}}" if words.told_apart(contrast) else text)
        lines.append(" & ".join([escaped(words.change(row.cell.changes)), *cells]) + r" \\")
    body = "\n".join(lines)
    return (
        f"{NO_WIDER}{{%\n\\begin{{tabular}}{{l{'r' * len(columns)}}}\n\\toprule\n{headers} \\\\\n\\midrule\n{body}\n"
        "\\bottomrule\n\\end{tabular}}"
    )


def _number(text: str) -> str:
    return text.replace("-", "$-$").replace("+", "$+$").replace("–", "--")
