"""Tables as tools write them: the separator that fits the rows, rows that end early, columns of one name."""

import pytest

from benchmark.human_study.collection.formats.csv_table import Table, read_table
from registry.errors import InputError


def cells_of(table: Table) -> list[tuple[str, ...]]:
    return [tuple(row.cells[column] for column in table.columns) for row in table.rows]


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_rows_that_all_lack_their_last_cells_are_padded(end: str) -> None:
    table = read_table(f"a,b,c,d\n1,2\n3,4{end}", "x.csv")
    assert cells_of(table) == [("1", "2", "", ""), ("3", "4", "", "")]
    assert [row.lacking for row in table.rows] == [("c", "d")] * 2
    assert not any(row.broken for row in table.rows)


@pytest.mark.parametrize(
    ("text", "line"), [("a,b,c\n1,2,3\n4,5", 3), ("a,b,c\n1,2\n3", 3), ("a,b,c\n1,2", 2), ('a,b,c\n"1\n",2\n3', 4)]
)
def test_a_last_row_that_breaks_off_is_a_truncated_file(text: str, line: int) -> None:
    with pytest.raises(InputError, match=f"line {line}, the last, .* truncated: download it again"):
        read_table(text, "x.csv")


def test_a_lone_row_whose_last_cell_is_closed_is_whole() -> None:
    assert cells_of(read_table('"a","b","c"\r\n"1","2"', "x.csv")) == [("1", "2", "")]


def test_what_a_reader_needs_of_a_short_row_is_its_fault() -> None:
    (row,) = read_table("a,b,c\n1,2\n", "x.csv").rows
    assert row.without(["a", "b"]) == ""
    assert row.without(["c", "a"]) == "it ends after 2 cells, and c comes later"


def test_a_row_may_be_longer_only_by_empty_cells() -> None:
    longer, broken = read_table("a,b\n1,2,,\n1,2,,x\n", "x.csv").rows
    assert longer.without(["a", "b"]) == ""
    assert broken.without(["a", "b"]) == "4 cells, and the header has 2"


QUESTIONS = ("Which, in your view, is real?", "Which one; left; or right?", "One\ttab")


@pytest.mark.parametrize(
    ("separator", "question", "quotes"),
    [
        (separator, question, quotes)
        for separator in (",", ";", "\t")
        for question in QUESTIONS
        for quotes in (True, False)
        if quotes or separator not in question
    ],
)
def test_rows_decide_the_separator_and_a_question_in_the_header_does_not(
    separator: str, question: str, quotes: bool
) -> None:
    head = f'"{question}"' if quotes else question
    lines = [
        separator.join(("rater", head, "left", "right")),
        *(separator.join(("p1", "A", "x", "y")) for _ in range(3)),
    ]
    table = read_table("\n".join(lines), "x.csv")
    assert table.separator == separator
    assert table.columns == ("rater", question, "left", "right")


def test_wanted_columns_decide_before_the_width_of_rows() -> None:
    text = "choice,which;one,of;them\n1;2;3\n4;5;6\n"
    assert read_table(text, "x.csv").separator == ";"
    assert read_table(text, "x.csv", wanted={"choice"}).separator == ","


def test_columns_of_one_name_are_told_apart_and_refused_where_they_are_needed() -> None:
    table = read_table("t,q,q,q\n1,A,B,A\n", "x.csv")
    assert table.columns == ("t", "q", "q (2)", "q (3)")
    assert cells_of(table) == [("1", "A", "B", "A")]
    table.check_unrepeated(["t"], "x.csv")
    with pytest.raises(InputError, match=r"x\.csv: two columns are named 'q'"):
        table.check_unrepeated(["t", "q"], "x.csv")


def test_a_header_of_several_rows() -> None:
    table = read_table("id,Q1\n,Which?\nimport,Q\np,A\n", "x.csv", header_rows=3)
    assert (table.columns, table.headings) == (("id", "Q1"), ("id\n\nimport", "Q1\nWhich?\nQ"))
    assert [(row.number, dict(row.cells)) for row in table.rows] == [(4, {"id": "p", "Q1": "A"})]


def test_a_table_of_more_columns_than_any_spreadsheet_has_is_refused_at_once() -> None:
    with pytest.raises(InputError, match=r"x.csv: has 1,000,001 columns; no spreadsheet has more than 16,384"):
        read_table("," * 1_000_000 + "\n", "x.csv")
    names = ["a"] * 16_384
    assert len(read_table(",".join(names) + "\n", "x.csv").columns) == len(names)
