"""Tables as LaTeX (booktabs): a file of floats that a paper inputs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from textwrap import wrap
from typing import Final

from benchmark.tables.by_attribute import GroupFigures
from benchmark.tables.by_strength import figures_by_group
from benchmark.tables.table import Cell, Column, Row, Table
from reports.leaderboard.wording import FLAG, NO_RUNS, Legend, heading, legend, provenance, remarks, row_facts
from reports.rendering.chunks import chunks
from reports.rendering.latex import COLUMNS_IN_BLOCK, PREAMBLE, escaped, line, tabular

_ROWS_IN_BLOCK: Final = 40
_HEADER_WIDTH: Final = 15
"""Characters."""
_LINES_IN_FLOAT: Final = 50
"""About a page of lines, headers and rules counted; a taller float would lose its foot."""
_LINES_OF_HEADER: Final = 4
_STYLES: Final = {"": "{}", "best": r"\textbf{{{}}}", "second": r"\underline{{{}}}"}

Block = tuple[Sequence[Row], Sequence[int]]
"""Rows of a table, and the places of the columns that stand beside each other."""


def render(tables: Sequence[Table]) -> str:
    """The whole file: the floats of each table, or a sentence where there are none."""
    parts = [PREAMBLE, *(_floats(table) for table in tables)]
    return "\n\n".join(parts if tables else [PREAMBLE, escaped(NO_RUNS)]) + "\n"


def _floats(table: Table) -> str:
    """A wide table as blocks below each other; a long one goes on in further floats of the same number."""
    facts = [f"% {escaped(name)}: {escaped(said)}" for name, said in provenance(table)]
    pages = [[_tabular(table, rows, places) for rows, places in page] for page in _pages(_blocks(table))]
    floats = _numbered(escaped(heading(table)), _caption(table), _label(table), pages, _foot(table))
    for figures in figures_by_group(table):
        floats += _floats_of_groups(table, figures)
    return "\n".join([*facts, *floats])


def _floats_of_groups(table: Table, figures: GroupFigures) -> list[str]:
    """A metric's figures with attributes, or strengths, as rows and methods as columns."""
    title = f"{escaped(heading(table))}: {escaped(f'{_titled(figures.column)} {figures.column.arrow}')} by {figures.by}"
    bodies = [
        tabular(
            f"l{'r' * len(places)}",
            [figures.by.capitalize(), *(_stacked(figures.methods[place]) for place in places)],
            body,
        )
        for places in chunks(range(len(figures.methods)), COLUMNS_IN_BLOCK)
        for body in [_group_lines(figures, places)]
    ]
    pages = [list(page) for page in chunks(bodies, max(1, _LINES_IN_FLOAT // (len(figures.rows) + _LINES_OF_HEADER)))]
    return _numbered(title, f"{title}.", f"{_label(table)}-{_slug(figures.column.id)}", pages)


def _group_lines(figures: GroupFigures, places: Sequence[int]) -> str:
    groups, summaries = (
        "\n".join(line([escaped(name), *(_number(cells[place]) for place in places)]) for name, cells in rows)
        for rows in (figures.groups, figures.summaries)
    )
    return f"{groups}\n\\midrule\n{summaries}"


def _blocks(table: Table) -> list[Block]:
    places = chunks(range(len(table.columns)), COLUMNS_IN_BLOCK)
    return [(rows, columns) for rows in chunks(table.rows, _ROWS_IN_BLOCK) for columns in places]


def _pages(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    page: list[Block] = []
    for block in blocks:
        if page and sum(len(rows) + _LINES_OF_HEADER for rows, _ in [*page, block]) > _LINES_IN_FLOAT:
            yield page
            page = []
        page.append(block)
    yield page


def _numbered(title: str, caption: str, label: str, pages: Sequence[Sequence[str]], foot: str = "") -> list[str]:
    """The floats of one table number: the caption on the first, the foot on the last."""
    floats = []
    for number, bodies in enumerate(pages):
        lines = [r"\begin{table}[htbp]", r"\centering"]
        if number == 0:
            lines += [rf"\caption[{title}]{{{caption}}}", rf"\label{{{label}}}"]
        else:
            lines += [r"\addtocounter{table}{-1}", rf"\caption[]{{{title}, continued.}}"]
        lines.append("\n\\par\\medskip\n".join(bodies))
        if foot and number == len(pages) - 1:
            lines += [r"\par\medskip", rf"\begin{{minipage}}{{\linewidth}}\footnotesize {foot}\end{{minipage}}"]
        floats.append("\n".join([*lines, r"\end{table}"]))
    return floats


def _tabular(table: Table, rows: Sequence[Row], places: Sequence[int]) -> str:
    headers = ["Method", *(_header(table.columns[place]) for place in places)]
    kinds = ["\n".join(_line(row, places) for row in of_kind) for _, of_kind in groupby(rows, key=lambda row: row.kind)]
    return tabular(f"l{'r' * len(places)}", headers, "\n\\midrule\n".join(kinds))


def _header(column: Column) -> str:
    return _stacked(f"{_titled(column)}\N{NO-BREAK SPACE}{column.arrow}")


def _stacked(text: str) -> str:
    """Broken into short lines, since long headers would shrink the whole block."""
    stacked = r" \\ ".join(map(escaped, wrap(text, _HEADER_WIDTH, break_on_hyphens=False)))
    return rf"\shortstack[r]{{{stacked}}}"


def _titled(column: Column) -> str:
    unit = f" ({column.facts.unit})" if column.facts.unit else ""
    return f"{column.facts.title}{unit}"


def _line(row: Row, places: Sequence[int]) -> str:
    name = rf"{escaped(row.title)} {{\scriptsize {escaped(row_facts(row))}}}"
    return line([name, *(_figure(row.cells[place]) for place in places)])


def _number(cell: Cell) -> str:
    return cell.text.replace("-", "$-$") if cell.value is not None else "--"


def _figure(cell: Cell) -> str:
    marks = (escaped(FLAG) if cell.flagged else "") + ("" if cell.note is None else str(cell.note))
    note = rf"\textsuperscript{{{marks}}}" if marks else ""
    return _STYLES[cell.emphasis or ""].format(_number(cell)) + note


def _caption(table: Table) -> str:
    meanings = [_meaning(entry) for entry in legend(table) if entry.style]
    return " ".join([f"{escaped(heading(table))}.", *meanings])


def _foot(table: Table) -> str:
    said = [_meaning(entry) for entry in legend(table) if not entry.style]
    said += [escaped(remark) for remark in remarks(table)]
    said += [rf"\textsuperscript{{{number}}}~{escaped(note)}." for number, note in enumerate(table.notes, start=1)]
    return " ".join(said)


def _meaning(entry: Legend) -> str:
    return f"{_STYLES[entry.style].format(escaped(entry.mark))}: {escaped(entry.meaning)}"


def _label(table: Table) -> str:
    part = f"-{table.part[0]}" if table.part else ""
    return f"tab:{_slug(f'{table.dataset}-{table.protocol}')}{part}"


def _slug(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", text)
