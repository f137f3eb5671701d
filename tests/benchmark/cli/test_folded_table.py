"""Tables as wide as the terminal: folded between columns, so that no name and no figure is broken."""

from io import StringIO

import pytest
from rich.console import Console

from benchmark.cli.folded_table import UNLIMITED, Column, print_table

METHODS = ("spade+no-feature-matching", "copy-source", "copy-target", "oracle", "region-color", "real", "面" * 5)
METRICS = Column("metric", ["attribute-preservation ↑", "kernel-judge ↓", "[bold]fid[/bold] ↓"], "left")
FIGURES = ("0.698", "-0.0015", "–")


def printed(width: int) -> list[str]:
    file = StringIO()
    columns = [Column(name, FIGURES) for name in METHODS]
    print_table(Console(file=file, width=width), "style-copy on rendered-faces", METRICS, columns)
    return file.getvalue().splitlines()


@pytest.mark.parametrize(("width", "tables"), [(60, 4), (80, 3), (100, 2), (120, 2), (UNLIMITED, 1)])
def test_every_name_and_figure_is_whole_at_any_width(width: int, tables: int) -> None:
    lines = printed(width)
    heads = [line for line in lines if "metric" in line]
    assert [cell.strip() for head in heads for cell in head.strip("┃").split("┃")[1:]] == list(METHODS)
    assert len(heads) == tables
    for metric, figure in zip(METRICS.cells, FIGURES, strict=True):
        rows = [line.strip("│").split("│") for line in lines if metric in line]
        assert len(rows) == tables
        assert [cell.strip() for row in rows for cell in row[1:]] == [figure] * len(METHODS)
    assert lines[0] == "style-copy on rendered-faces"
    assert len(lines) == 1 + tables * (3 + len(FIGURES) + 1)
    assert max(map(len, lines)) <= width


def test_what_is_wider_than_the_terminal_loses_nothing() -> None:
    lines = printed(40)
    head = "".join(line.split("┃")[2].strip() for line in lines if line.startswith("┃") and line.count("┃") == 3)
    assert head == "".join(METHODS)
    assert max(map(len, lines)) <= 40
