"""Which figures of a column are bold and which underlined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from benchmark.statistics.holm import ALPHA
from benchmark.tables.table import Cell, Row
from benchmark.tables.table_scores import TableScores
from benchmark.tables.tests_against_best import merit

MIN_METHODS_FOR_SECOND = 3


def emphasise(rows: Sequence[Row], scores: TableScores) -> tuple[Row, ...]:
    """Mark the best learned methods of every column that is not a cost.

    Bold is the best figure of a learned method, and every learned method's that `against_best` does not find worse at
    5%. A figure that could not be tested is bold only where it prints the same as the best. Underlined is the next
    best, where three or more methods have a figure. With one learned method there is nothing to compare and nothing is
    marked. Figures of some of the tasks alone are not marked either.
    """
    marked = [list(row.cells) for row in rows]
    learned = [number for number, row in enumerate(rows) if row.kind == "learned" and not scores.is_partial(number)]
    for place in range(len(marked[0]) if marked else 0):
        column = [marked[number][place] for number in learned]
        for number, cell in zip(learned, _mark(column), strict=True):
            marked[number][place] = cell
    return tuple(replace(row, cells=tuple(cells)) for row, cells in zip(rows, marked, strict=True))


def _mark(cells: Sequence[Cell]) -> list[Cell]:
    valued = [cell for cell in cells if cell.value is not None]
    if len(valued) < 2 or valued[0].column.level == "cost":
        return list(cells)
    best = max(valued, key=merit)
    others = [cell for cell in valued if not _level_with(cell, best)]
    second = max(others, key=merit) if others and len(valued) >= MIN_METHODS_FOR_SECOND else None
    return [_with_emphasis(cell, best, second) for cell in cells]


def _with_emphasis(cell: Cell, best: Cell, second: Cell | None) -> Cell:
    if cell.value is None:
        return cell
    if _level_with(cell, best):
        return replace(cell, emphasis="best")
    if second is not None and cell.text == second.text:
        return replace(cell, emphasis="second")
    return cell


def _level_with(cell: Cell, best: Cell) -> bool:
    if cell is best:
        return True
    return cell.text == best.text if cell.holm_p is None else cell.holm_p >= ALPHA
