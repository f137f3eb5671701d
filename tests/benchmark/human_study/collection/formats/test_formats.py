"""Every kind of file of the same answers imports to the same table; what is no such file is refused in one sentence."""

import codecs
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmark.human_study.answers import COLUMNS, Answer, read_rows, write_rows
from benchmark.human_study.collection.formats.read_column_map import read_column_map
from benchmark.human_study.collection.import_answers import ImportSummary, import_answers
from registry.errors import InputError
from tests.benchmark.human_study import answered_study as made
from tests.benchmark.human_study.answered_study import answer, answers, canonical_text, study_folder

Write = Callable[[Sequence[Answer]], str]
KINDS: dict[str, tuple[str, Write]] = {
    "page CSV": ("canonical CSV", made.page_csv),
    "page JSON": ("canonical JSON", made.page_json),
    "post": ("canonical JSON", made.post_body),
    "posts": ("canonical JSON, several", made.posts),
    "posts of many lines": ("canonical JSON, several", made.pretty_posts),
    "posts that meet": ("canonical JSON, several", lambda given: made.pretty_posts(given).replace("\n{", "{")),
    "Answer.q": ("Mechanical Turk", made.turk(made.field_of_text)),
    "Answer.q.<value>": ("Mechanical Turk", made.turk(made.buttons)),
    "Answer.q.<i>.on": ("Mechanical Turk", made.turk(made.numbered_buttons)),
    "Answer.q.<i>.on from 1": ("Mechanical Turk", made.turk(made.buttons_from_one)),
    "Answer.q.label": ("Mechanical Turk", made.turk(made.classifier)),
    "Answer.taskAnswers": ("Mechanical Turk", made.turk(made.buttons, as_json=True)),
    "Answer.taskAnswers of labels": ("Mechanical Turk", made.turk(made.classifier, as_json=True)),
    "Answer.taskAnswers of numbers": ("Mechanical Turk", made.turk(made.numbered_buttons, as_json=True)),
    "Label Studio": ("Label Studio's export", made.label_studio),
    "column map": ("CSV by column map", lambda given: made.csv_table(made.foreign_rows(given))),
}
UNTOLD: dict[str, dict[str, object]] = {
    "Mechanical Turk": {"trial_index": None},
    "Label Studio's export": {"trial_index": None, "session_id": "4"},
    "CSV by column map": {"trial_index": None, "session_id": "lab"},
}
"""What a kind of file cannot tell, and the values used instead."""


def imported(folder: Path, content: str | bytes, name: str = "answers.dat", *, mapped: bool = False) -> ImportSummary:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    if mapped:
        (folder / "map.yaml").write_text(made.COLUMN_MAP)
    return import_answers(folder, [path], read_column_map(folder / "map.yaml") if mapped else None)


def table_of(folder: Path) -> str:
    return (folder / "private" / "answers.csv").read_bytes().decode()


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_file_comes_to_the_same_table(tmp_path: Path, name: str) -> None:
    kind, write = KINDS[name]
    done = imported(study_folder(tmp_path), write(answers()), mapped=name == "column map")
    (file,) = done.files
    assert kind in file.kind
    assert (file.new, file.rejected.total()) == (16, 0)
    told = next((cells for kind, cells in UNTOLD.items() if kind in file.kind), {})
    expected = [replace(row, **told) for row in answers()]  # type: ignore[arg-type]
    assert sorted(table_of(tmp_path).splitlines()) == sorted(canonical_text(expected).splitlines())
    assert sum(line.endswith("Z") and ",1,2026" in line for line in table_of(tmp_path).splitlines()) == 8


SPREADSHEETS: dict[str, Callable[[str], bytes]] = {
    "mark": lambda text: codecs.BOM_UTF8 + text.encode(),
    "UTF-16": lambda text: text.encode("utf-16"),
    "Unix line ends": lambda text: text.replace("\r\n", "\n").encode(),
    "old Mac line ends": lambda text: text.replace("\r\n", "\r").encode(),
    "empty rows": lambda text: (text + ",,,\r\n\r\n").encode(),
}


@pytest.mark.parametrize("change", SPREADSHEETS)
def test_tables_as_spreadsheets_save_them(tmp_path: Path, change: str) -> None:
    imported(study_folder(tmp_path), SPREADSHEETS[change](made.page_csv(answers())))
    assert table_of(tmp_path) == canonical_text(answers())


@pytest.mark.parametrize("separator", [";", "\t"])
def test_semicolons_with_decimal_commas_and_tabs(tmp_path: Path, separator: str) -> None:
    rows = made.page_rows(answers())
    if separator == ";":
        rows = [{**row, "rt_ms": f"{float(row['rt_ms']):.2f}".replace(".", ",")} for row in rows]
    imported(study_folder(tmp_path), made.csv_table(rows, separator))
    assert table_of(tmp_path) == canonical_text(answers())


def test_a_windows_code_page_is_read_and_said(tmp_path: Path) -> None:
    (file,) = imported(study_folder(tmp_path), made.page_csv([answer(person="Zoë “Z”")]).encode("cp1252")).files
    assert file.encoding == "cp1252"
    assert ",Zoë “Z”," in table_of(tmp_path)


def test_an_encoding_may_be_named(tmp_path: Path) -> None:
    path = study_folder(tmp_path) / "answers.csv"
    path.write_bytes(made.page_csv([answer(person="Ζωή")]).encode("cp1253"))
    (file,) = import_answers(tmp_path, [path], encoding="cp1253").files
    assert file.encoding == "cp1253"
    assert ",Ζωή," in table_of(tmp_path)


@pytest.mark.parametrize(
    ("content", "encoding", "said"),
    [
        (b"a\x81b", None, "byte 2: not cp1252: character maps to <undefined>; name its encoding with --encoding"),
        (b"a\xffb", "utf-8", "byte 2: not utf-8: invalid start byte; name another encoding with --encoding"),
        ("a,b".encode("utf-16-le"), None, "byte 2: not text; if it is, name its encoding with --encoding"),
        (b"a", "no-such", "--encoding 'no-such' is no encoding of text; try utf-8"),
        (b"a", "hex", "--encoding 'hex' is no encoding of text"),
        (b"a", "undefined", "--encoding 'undefined' is no encoding of text"),
    ],
)
def test_text_that_cannot_be_decoded_is_refused(
    tmp_path: Path, content: bytes, encoding: str | None, said: str
) -> None:
    path = study_folder(tmp_path) / "answers.csv"
    path.write_bytes(content)
    with pytest.raises(InputError) as error:
        import_answers(tmp_path, [path], encoding=encoding)
    assert said in str(error.value)


def test_columns_may_come_in_another_order_beside_others(tmp_path: Path) -> None:
    rows = [dict(reversed(row.items())) | {"remark": "kept by the researcher"} for row in made.page_rows(answers())]
    imported(study_folder(tmp_path), made.csv_table(rows))
    assert table_of(tmp_path) == canonical_text(answers())


def test_modes_of_one_image(tmp_path: Path) -> None:
    rated = made.study("mos", questions=["realism"])
    shown = {"shown_order": "o004512a", "choice": "4"}
    turk = made.csv_table([{
        "AssignmentId": "3A", "WorkerId": "A1", "AssignmentStatus": "Submitted", "Input.trial_id": "004512",
        "Answer.realism.3": "false", "Answer.realism.4": "true", "Answer.realism.5": "false",
    }])  # fmt: skip
    imported(study_folder(tmp_path, rated), turk)
    expected = answer(person="A1", session_id="3A", trial_index=None, rt_ms=float("nan"), started_at="", **shown)
    assert table_of(tmp_path) == canonical_text([expected])
    task = json.loads(made.label_studio([answer()]))[0]
    task["data"]["shown_order"] = "o004512a"
    task["annotations"][0]["result"] = [{"type": "rating", "value": {"rating": 4}}]
    task["annotations"][0]["completed_by"] = {"id": 7, "email": "rater@example.org"}
    imported(tmp_path, json.dumps([task]))
    assert ",7,4,004512,,realism,o004512a,4,2412.5,0," in table_of(tmp_path)


@pytest.mark.parametrize("word", ["o004512c", "Image A", "a"])
def test_label_studio_tells_one_of_many_by_its_id_or_letter(tmp_path: Path, word: str) -> None:
    task = json.loads(made.label_studio([answer()]))[0]
    task["data"]["shown_order"] = ["o004512c", "o004512a", "o004512b"]
    task["annotations"][0]["result"] = [{"type": "choices", "value": {"choices": [word]}}]
    imported(study_folder(tmp_path, made.study("kway")), json.dumps([task]))
    assert ",o004512c o004512a o004512b,o004512c,2412.5,0," in table_of(tmp_path)


def test_buttons_numbered_from_0_are_no_scores(tmp_path: Path) -> None:
    row = {
        "AssignmentId": "3A", "WorkerId": "A1", "Input.trial_id": "004512",
        **{f"Answer.realism.{score}": str(score == 2).lower() for score in range(5)},
    }  # fmt: skip
    (file,) = imported(study_folder(tmp_path, made.study("mos", questions=["realism"])), made.csv_table([row])).files
    assert dict(file.rejected) == {"choice not allowed in this study": 1}


def test_numbers_that_may_count_from_0_or_from_1_are_not_guessed(tmp_path: Path) -> None:
    row = {
        "AssignmentId": "3A", "WorkerId": "A1", "Input.trial_id": "004512",
        "Input.image_a_url": "o004512a.png", "Input.image_b_url": "o004512b.png", "Answer.realism.1.on": "true",
    }  # fmt: skip
    (file,) = imported(study_folder(tmp_path), made.csv_table([row])).files
    assert dict(file.rejected) == {"unknown option": 1}


def test_a_post_may_have_one_answer_or_none(tmp_path: Path) -> None:
    (row,) = made.page_rows([answer()])
    assert imported(study_folder(tmp_path), '{"answers": []}' + json.dumps(row)).answers == 1
    assert imported(tmp_path, json.dumps(row)).answers == 1


@pytest.mark.integration
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused_and_costs_no_answer(tmp_path: Path, data: st.DataObject) -> None:
    held = replace(answer(), participant_id="held")
    write_rows(study_folder(tmp_path) / "private" / "answers.csv", [held])
    content = bytearray(data.draw(st.sampled_from([write for _, write in KINDS.values()]))(answers()[:4]).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        content[start : start + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=6) | st.just(b'"{,\n'))
    with suppress(InputError):
        imported(tmp_path, bytes(content), mapped=data.draw(st.booleans()))
    assert held in read_rows(tmp_path / "private" / "answers.csv")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b" \r\n", "is empty"),
        (b"PK\x03\x04workbook", "is a workbook or an archive; name the CSV or JSON file"),
        (b"\x89PNG\r\n\x1a\0", "byte 8: not text"),
        (b'{"answers": ' + b"[" * 300 + b"]" * 300 + b"}", "not JSON of answers: nested more than 100 levels deep"),
        (b"x" * 5000 + b",y\r\n1,2\r\n", "x… (5,003 characters)) are of no known kind"),
        (b"name,age\r\nZoe,3\r\n", "its columns (name, age) are of no known kind; expected canonical CSV"),
        (b"trial_id,trial_id\r\n1,2\r\n", "two columns are named 'trial_id'"),
        (b'{"name": 1}', "its JSON (name) is no file of answers"),
        (b"[1, 2]", "its JSON (int values) is no file of answers"),
        (b"[" * 100_000, "not JSON"),
        (b'{"answers": []}', "(canonical JSON) has no answers"),
        (",".join(COLUMNS).encode() + b"\r\n", "(canonical CSV) has no answers"),
        (b"AssignmentId,WorkerId,Answer.q,Answer.q\r\n1,2,a,b\r\n", "two columns are named 'Answer.q'"),
        (b"AssignmentId,WorkerId,Answer.realism\r\n", "(batch results of Mechanical Turk) has no answers"),
        (b"[1] x", "line 1, byte 5 of the line: not JSON"),
        (
            b'[{"id": 1, "trial_id": "004512", "choice": "left", "annotator": 1, "annotation_id": 9}]',
            " is Label Studio's JSON-MIN export; add `--columns label-studio`",
        ),
        (b"HITId,AssignmentId,WorkerId,Answer.remark\r\n1,2,3,4\r\n", "Answer columns (remark) is a question of the"),
    ],
)
def test_what_is_no_file_of_answers_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    study_folder(tmp_path)
    with pytest.raises(InputError) as error:
        imported(tmp_path, content)
    assert str(error.value).startswith(str(tmp_path / "answers.dat"))
    assert said in str(error.value)
    assert not (tmp_path / "private" / "answers.csv").exists()


def test_a_missing_canonical_column_is_named(tmp_path: Path) -> None:
    rows = [{name: cell for name, cell in row.items() if name != "rt_ms"} for row in made.page_rows(answers())]
    with pytest.raises(InputError, match="canonical columns are missing: rt_ms"):
        imported(study_folder(tmp_path), made.csv_table(rows))


@pytest.mark.parametrize("write", [made.page_json, made.post_body, made.label_studio])
@pytest.mark.parametrize("kept", [0.3, 0.9])
def test_half_a_json_file_is_refused_by_line_and_byte(tmp_path: Path, write: Write, kept: float) -> None:
    whole = write(answers())
    half = whole[: int(kept * len(whole))]
    with pytest.raises(InputError) as error:
        imported(study_folder(tmp_path), half, "half.json")
    assert f"half.json: line {half.count(chr(10)) + 1}, byte " in str(error.value)
    assert "not JSON" in str(error.value)


def test_a_json_file_that_lacks_its_end_is_said_to_be_truncated(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="it seems to be truncated: download it again"):
        imported(study_folder(tmp_path), made.page_json(answers())[:-2])


@pytest.mark.parametrize("between", ["\n", ""])
def test_a_broken_post_costs_itself_only(tmp_path: Path, between: str) -> None:
    first, last = made.post_body(answers()[:5]), made.post_body(answers()[5:])
    (file,) = imported(study_folder(tmp_path), f"{first}\n{first[:40]}{between}{last}").files
    assert (file.new, dict(file.rejected)) == (16, {"broken row": 1})
    assert '2,"broken row: line 2, byte ' in (tmp_path / "private" / "rejected.csv").read_text()


@pytest.mark.parametrize("write", [made.posts, made.pretty_posts])
@pytest.mark.parametrize("lacking", [2, 40])
def test_posts_whose_last_is_truncated_are_refused(tmp_path: Path, write: Write, lacking: int) -> None:
    with pytest.raises(InputError, match=r"line \d+, byte \d+ of the line: not JSON"):
        imported(study_folder(tmp_path), write(answers()).rstrip()[:-lacking])
    assert not (tmp_path / "private" / "answers.csv").exists()


def test_a_table_that_is_truncated_is_refused(tmp_path: Path) -> None:
    whole = made.page_csv(answers())
    cut = whole[: whole.rindex(",1411") + 2]
    with pytest.raises(
        InputError, match="line 17, the last, has 10 of 12 cells and no end; the file seems to be truncated"
    ):
        imported(study_folder(tmp_path), cut)
    assert not (tmp_path / "private" / "answers.csv").exists()


def test_a_whole_last_row_needs_no_line_end_and_a_short_one_that_ends_costs_itself(tmp_path: Path) -> None:
    whole = made.page_csv(answers())
    assert imported(study_folder(tmp_path), whole.rstrip()).answers == 16
    (file,) = imported(tmp_path, whole + "1,s7d2e90b1\r\n").files
    assert (file.known, dict(file.rejected)) == (16, {"broken row": 1})


def test_batch_results_whose_json_is_all_broken_are_refused_by_their_rows(tmp_path: Path) -> None:
    text = made.turk(made.buttons, as_json=True)(answers()[:4]).replace("[{", "{[")
    said = "broken are rows 2, 3: Answer.taskAnswers is not JSON"
    with pytest.raises(InputError, match=said):
        imported(study_folder(tmp_path), text)


def test_a_page_left_open_over_a_weekend_is_no_fault(tmp_path: Path) -> None:
    rows = [{**row, "rt_ms": "172800000"} for row in made.page_rows([answer()])]
    assert imported(study_folder(tmp_path), made.csv_table(rows)).answers == 1


def test_a_quoted_cell_that_never_ends_is_refused_by_line(tmp_path: Path) -> None:
    text = made.turk(made.buttons, as_json=True)(answers())
    with pytest.raises(InputError, match="the row that begins in line 9 is not CSV: unexpected end of data"):
        imported(study_folder(tmp_path), text[: text.rindex('""')])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("columns:", "colums:", "map.yaml, line 2: unknown key 'colums'; did you mean 'columns'?"),
        ("  choice:", "  choise:", "line 7: unknown canonical column 'choise'; did you mean 'choice'?"),
        ("  session_id: lab", "  choice: left", "choice is both a column and a constant"),
        ("  study_id: s7d2e90b1", "  started_at: x", "started_at is both"),
        ("  participant_id: Rater\n", "", "participant_id is neither a column nor a constant"),
        ("choice: Preferred", "choice: [Preferred, Other]", "choice names several columns"),
        ("constants:", "constants: [", "is not YAML"),
        (made.COLUMN_MAP, "text", "settings are keys with values, not 'text'"),
        ("columns:", "columns: 3\nconstants_:", "line 2: columns: Input should be a valid dictionary"),
    ],
)
def test_a_wrong_column_map_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "map.yaml"
    path.write_text(made.COLUMN_MAP.replace(old, new))
    with pytest.raises(InputError) as error:
        read_column_map(path)
    assert str(path) in str(error.value)
    assert said in str(error.value)


def test_a_column_that_the_table_lacks_is_named_with_the_nearest(tmp_path: Path) -> None:
    text = made.csv_table(made.foreign_rows(answers())).replace("Preferred", "Prefered")
    with pytest.raises(InputError, match=r"unknown column 'Preferred'; did you mean 'Prefered'\?.*has it for choice"):
        imported(study_folder(tmp_path), text, mapped=True)
