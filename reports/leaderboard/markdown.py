"""Tables as GitHub Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.tables.by_strength import figures_by_group
from benchmark.tables.table import Cell, Column, OperatingPoints, Row, Table
from reports.leaderboard import operating_points as operating
from reports.leaderboard.edit_grid import EditGrids
from reports.leaderboard.wording import (
    FLAG,
    NO_RUNS,
    Legend,
    heading,
    interval,
    legend,
    provenance,
    remarks,
    row_facts,
    unusable_results,
)
from reports.rendering.markdown import line, plain

_STYLES = {"": "{}", "best": "**{}**", "second": "<u>{}</u>"}


def render(tables: Sequence[Table], title: str, grids: EditGrids, unusable: int = 0) -> str:
    """The whole page, which shows each picture of edits from its own folder; `unusable` results are in no table."""
    parts = [f"# {plain(title)}", *(_section(table) for table in tables)]
    parts += [
        f"## {plain(f'Edits: {dataset}, {protocol}')}\n\n"
        f"The first tasks of the table, not chosen; one column per method.\n\n![]({picture.name})"
        for (dataset, protocol), pictures in grids.items()
        for picture in pictures
    ]
    if not tables:
        parts.append(NO_RUNS)
    if (left_out := unusable_results(unusable)) is not None:
        parts.append(plain(left_out))
    return "\n\n".join(parts) + "\n"


def _section(table: Table) -> str:
    lines = [f"## {plain(heading(table))}", "", line("Method", *(_header(column) for column in table.columns))]
    lines.append(line("---", *("---:" for _ in table.columns)))
    lines.extend(line(_name(row), *(_figure(cell) for cell in row.cells)) for row in table.rows)
    lines.extend(["", *(f"- {_legend(entry)}" for entry in legend(table))])
    lines.extend(f"- {plain(remark)}" for remark in remarks(table))
    if table.notes:
        lines.extend(
            ["", "Reasons:", "", *(f"{number}. {plain(note)}" for number, note in enumerate(table.notes, start=1))]
        )
    for figures in figures_by_group(table):
        title, first = f"By {figures.by}: {_header(figures.column)}", figures.by.capitalize()
        lines.extend(["", title, "", line(first, *map(plain, figures.methods))])
        lines.append(line("---", *("---:" for _ in figures.methods)))
        lines.extend(line(plain(name), *(_with_interval(cell) for cell in cells)) for name, cells in figures.rows)
    if table.operating is not None:
        lines.extend(_operating(table, table.operating))
    lines.extend(["", "Provenance:", "", *(f"- {plain(name)}: {plain(facts)}" for name, facts in provenance(table))])
    return "\n".join(lines)


def _operating(table: Table, found: OperatingPoints) -> list[str]:
    """The methods at equal success, a table per level, and whether they edit too much or too little."""
    lines = ["", f"### {operating.TITLE}", "", plain(operating.rule(found))]
    for number in operating.levels(found):
        headers = ["Method", "Strength needed", *(_header(column) for column in found.preserved)]
        lines += ["", f"{operating.level_title(found, number)}:", "", line(*headers)]
        lines.append(line("---", *("---:" for _ in headers[1:])))
        for row, method in zip(table.rows, found.methods, strict=True):
            if method.levels:
                point = method.levels[number]
                cells = [_STYLES[cell.emphasis or ""].format(_with_interval(cell)) for cell in point.preserved]
                lines.append(line(plain(row.title), _with_interval(point.strength), *cells))
    said = [(row.title, method) for row, method in zip(table.rows, found.methods, strict=True)]
    lines += ["", f"{operating.EDITING}:", ""]
    lines += [f"- {plain(title)}: {plain(method.reason or operating.editing(found, method))}" for title, method in said]
    return lines


def _header(column: Column) -> str:
    unit = f" ({plain(column.facts.unit)})" if column.facts.unit else ""
    return f"{plain(column.facts.title)}{unit} {column.arrow}"


def _name(row: Row) -> str:
    return f"{plain(row.title)} <sub>{plain(row_facts(row))}</sub>"


def _figure(cell: Cell) -> str:
    note = f"<sup>{cell.note}</sup>" if cell.note is not None else ""
    return _STYLES[cell.emphasis or ""].format(cell.text) + (FLAG if cell.flagged else "") + note


def _with_interval(cell: Cell) -> str:
    return " ".join(filter(None, [cell.text, interval(cell)]))


def _legend(entry: Legend) -> str:
    return f"{_STYLES[entry.style].format(entry.mark)}: {plain(entry.meaning)}"
