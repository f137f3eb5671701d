"""Canonical answers: what is written is read again, as a typed table; what is not canonical is refused by name."""

import csv
import json
import math
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmark.human_study.answers import COLUMNS, Answer, read_answers, read_rows, table, write_rows
from benchmark.human_study.collection.timestamps import to_utc
from registry.errors import InputError
from tests.benchmark.human_study.answered_study import answer, answers
from tests.spreadsheet_formulas import FORMULAS

TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12) | st.sampled_from(
    ["=1+1", "'=1+1", "''@x", "-3", "\t+", "\r", "'", 'a"b', "a,b\r\nc", "\0"]
)
ANSWERS = st.builds(
    Answer,
    study_id=TEXT,
    participant_id=TEXT,
    session_id=TEXT | st.just(""),
    trial_id=TEXT,
    trial_index=st.none() | st.integers(0, 999),
    question_id=TEXT,
    shown_order=TEXT,
    choice=TEXT,
    rt_ms=st.just(math.nan) | st.integers(0, 10**9).map(lambda thousandths: thousandths / 1000),
    is_check=st.booleans(),
    started_at=st.just("") | st.datetimes().map(lambda at: at.isoformat(timespec="milliseconds") + "Z"),
)


@pytest.mark.integration
@pytest.mark.parametrize("name", ["answers.csv", "answers.json"])
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(written=st.lists(ANSWERS, max_size=4))
def test_answers_are_read_as_they_were_written(tmp_path: Path, name: str, written: list[Answer]) -> None:
    write_rows(tmp_path / name, written)
    read = read_rows(tmp_path / name)
    assert [row.cells() for row in read] == [row.cells() for row in written]
    assert [row.trial_index for row in read] == [row.trial_index for row in written]
    assert [row.rt_ms for row in read] == pytest.approx([row.rt_ms for row in written], nan_ok=True)


@pytest.mark.parametrize("person", FORMULAS)
def test_a_raters_formula_is_written_as_text_and_read_as_it_was(tmp_path: Path, person: str) -> None:
    path = tmp_path / "answers.csv"
    write_rows(path, [answer(person=person)])
    with path.open(encoding="utf-8", newline="") as file:
        assert [row["participant_id"] for row in csv.DictReader(file)] == [f"'{person}"]
    assert [row.participant_id for row in read_rows(path)] == [person]


def test_the_table_is_typed_whether_or_not_it_has_rows(tmp_path: Path) -> None:
    rows = [answer(), answer(trial_index=None, rt_ms=math.nan, started_at="", is_check=True)]
    write_rows(tmp_path / "answers.csv", rows)
    read = read_answers(tmp_path / "answers.csv")
    assert tuple(read.columns) == COLUMNS
    assert read["trial_index"].isna().tolist() == [False, True]
    assert read["is_check"].tolist() == [False, True]
    assert read["rt_ms"].isna().tolist() == [False, True]
    assert read["trial_id"].tolist() == ["004512", "004512"]
    kinds = {"trial_index": "Int64", "rt_ms": "float64", "is_check": "bool"}
    for rows in (read, table([])):
        assert {name: str(rows[name].dtype) for name in kinds} == kinds
        assert len({rows[name].dtype for name in COLUMNS if name not in kinds}) == 1


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("schema_version,", "schema,", "its columns are schema, study_id"),
        ("\r\n1,", "\r\n2,", "answer 1: schema_version is '2'"),
        (",realism,", ",,", "answer 1: question_id is empty"),
        (",0,2026", ",,2026", "answer 1: is_check is ''; expected 0 or 1"),
        (",2412.5,", ",2412.5ms,", "rt_ms '2412.5ms' is not a number of milliseconds"),
        (",2412.5,", ",-1,", "rt_ms '-1'"),
        (",2412.5,", ",nan,", "rt_ms 'nan'"),
        ("004512,2,", "004512,2.0,", "trial_index '2.0' is not a whole number"),
        ("2026-03-01T09:30:00.250Z", "2026-03-01T09:30:00", "has no time zone"),
        ("2026-03-01T09:30:00.250Z", "1 March", "not ISO 8601"),
        (",realism,", ",realism,more,", "line 2: 13 cells, and the header has 12"),
        (",realism,", ',"realism,', "unexpected end of data"),
    ],
)
def test_what_is_not_canonical_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "answers.csv"
    write_rows(path, [answer()])
    content = path.read_bytes().decode()
    assert old in content
    path.write_bytes(content.replace(old, new, 1).encode())
    with pytest.raises(InputError) as error:
        read_answers(path)
    assert str(path) in str(error.value)
    assert said in str(error.value)


def test_a_time_is_kept_in_utc() -> None:
    assert to_utc("2026-03-01T10:30:00.250999+01:00") == "2026-03-01T09:30:00.250Z"
    assert to_utc("2026-03-01T00:00:01Z", less_seconds=2.5) == "2026-02-28T23:59:58.500Z"
    with pytest.raises(ValueError, match="out of range"):
        to_utc("0001-01-01T00:00:00+01:00")


def test_json_of_another_shape_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "answers.json"
    path.write_text(json.dumps([row.cells() for row in answers()]))
    with pytest.raises(InputError, match=r"expected .'answers'"):
        read_answers(path)
