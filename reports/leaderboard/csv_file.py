"""Tables as one CSV file: a row for every figure, with all that stands behind it."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import StringIO

from benchmark.runtime.spreadsheet_cells import guarded
from benchmark.tables.long_format import COLUMNS, figure_rows
from benchmark.tables.table import Table


def render(tables: Sequence[Table]) -> str:
    """The whole file: the rows of `figure_rows`, with texts guarded against formulas."""
    text = StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in figure_rows(tables):
        writer.writerow([guarded(each) if isinstance(each, str) else each for each in row])
    return text.getvalue()
