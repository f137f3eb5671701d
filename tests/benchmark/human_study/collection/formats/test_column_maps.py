"""The package's column maps read tables with each tool's own column names; a researcher's map may build on one."""

import csv
import io
import json
from pathlib import Path

import pytest

from benchmark.human_study.answers import Answer, read_rows
from benchmark.human_study.collection.formats.read_column_map import map_names, read_column_map
from benchmark.human_study.collection.import_answers import ImportSummary, import_answers
from benchmark.human_study.schema import Study
from registry.errors import InputError
from tests.benchmark.human_study import answered_study as made
from tests.benchmark.human_study.answered_study import study_folder
from tests.commands import bench

LEFT, RIGHT = "o004512a", "o004512b"
ONE_QUESTION = made.study(questions=["realism"])


def imported(folder: Path, content: str, columns: str, of: Study = ONE_QUESTION) -> ImportSummary:
    path = study_folder(folder, of) / "data.txt"
    path.write_text(content)
    return import_answers(folder, [path], read_column_map(columns))


def answers_of(folder: Path) -> list[Answer]:
    return read_rows(folder / "private" / "answers.csv")


def test_the_maps_are_named() -> None:
    assert map_names() == ["google-forms", "jspsych", "label-studio", "psychopy", "qualtrics"]
    said = " ".join(bench("study", "import", "--help").out.replace("│", " ").split())
    assert f"or a name: {', '.join(map_names())}." in said


JSPSYCH = [
    {"trial_type": "preload", "trial_index": 0, "time_elapsed": 90, "plugin_version": "2.0.0", "subject": "s1",
     "success": True, "timeout": False, "failed_images": []},
    {"trial_type": "html-button-response", "trial_index": 1, "time_elapsed": 2000, "plugin_version": "2.0.0",
     "subject": "s1", "rt": 1803, "stimulus": "<p>?</p>", "response": 1, "trial_id": "004512", "question_id": "realism",
     "shown_order": f"{LEFT} {RIGHT}"},
    {"trial_type": "html-keyboard-response", "trial_index": 2, "time_elapsed": 4000, "plugin_version": "2.0.0",
     "subject": "s1", "rt": 640.5, "stimulus": "<p>?</p>", "response": "arrowleft", "trial_id": "1c88f0",
     "question_id": "realism", "shown_order": "o1c88f0b o1c88f0a"},
    {"trial_type": "html-button-response", "trial_index": 3, "time_elapsed": 9000, "plugin_version": "2.0.0",
     "subject": "s1", "rt": None, "stimulus": "<p>?</p>", "response": None, "trial_id": "2d90aa",
     "question_id": "realism", "shown_order": "o2d90aaa o2d90aab"},
]  # fmt: skip


@pytest.mark.parametrize("kind", ["json", "csv", "csv of floats"])
def test_jspsych(tmp_path: Path, kind: str) -> None:
    rows = [
        {name: "null" if cell is None else f"{cell:.1f}" if kind == "csv of floats" and cell == 1 else str(cell)
         for name, cell in row.items()}
        for row in JSPSYCH
    ]  # fmt: skip
    (file,) = imported(tmp_path, json.dumps(JSPSYCH) if kind == "json" else made.csv_table(rows), "jspsych").files
    assert (file.new, dict(file.rejected)) == (2, {"names no trial": 1, "no choice": 1})
    first, second = answers_of(tmp_path)
    assert (first.participant_id, first.choice, first.rt_ms, first.trial_index) == ("s1", RIGHT, 1803, 1)
    assert (second.choice, second.rt_ms) == ("o1c88f0b", 640.5)


def test_the_number_on_a_key_is_no_button_of_jspsych(tmp_path: Path) -> None:
    rows = [{**JSPSYCH[2], "subject": rater, "response": key} for rater, key in (("s1", "1"), ("s2", "arrowright"))]
    (file,) = imported(tmp_path / "buttons", json.dumps(rows), "jspsych").files
    assert (file.new, dict(file.rejected)) == (1, {"unknown option": 1})
    listed = (tmp_path / "buttons" / "private" / "rejected.csv").read_text()
    assert "1 is a key's number: say in `choices` which side it is" in listed
    own = tmp_path / "own.yaml"
    own.write_text("based_on: jspsych\nchoices: {1: left, 2: right}\n")
    rows.append({**rows[0], "subject": "s3", "response": "2"})
    imported(tmp_path / "keys", json.dumps(rows), str(own))
    assert [row.choice for row in answers_of(tmp_path / "keys")] == ["o1c88f0b", "o1c88f0a", "o1c88f0a"]


def test_psychopy(tmp_path: Path) -> None:
    header = (
        "trial_id,shown_order,trials.thisRepN,trials.thisTrialN,trials.thisN,trials.thisIndex,thisRow.t,"
        "image.started,key_resp.keys,key_resp.rt,key_resp.started,participant,session,date,expName,psychopyVersion,"
        "frameRate,expStart,"
    )
    tail = "7,001,2026-03-07_14h33.51.123,faces,2024.2.4,60.0,2026-03-07 14h33.51.123456 +0100,"
    rows = [
        f",,,,,,,,,,,{tail}",
        f"004512,{LEFT} {RIGHT},0,0,0,3,1.1,1.2,right,0.9731,1.2,{tail}",
        f"1c88f0,o1c88f0b o1c88f0a,0,1,1,2,4.1,4.2,left,2.5,4.2,{tail}",
        f"2d90aa,o2d90aaa o2d90aab,0,2,2,1,8.1,8.2,None,,8.2,{tail}",
    ]
    (file,) = imported(tmp_path, "\n".join([header, *rows]), "psychopy").files
    assert (file.new, dict(file.rejected)) == (2, {"names no trial": 1, "no choice": 1})
    first, second = answers_of(tmp_path)
    assert (first.participant_id, first.session_id, first.trial_index) == ("7", "001", 0)
    assert (first.choice, first.rt_ms, second.choice, second.rt_ms) == (RIGHT, 973.1, "o1c88f0b", 2500)


QUALTRICS = (
    "StartDate,EndDate,Status,IPAddress,Progress,Duration (in seconds),Finished,RecordedDate,ResponseId,"
    "RecipientLastName,RecipientFirstName,RecipientEmail,ExternalReference,LocationLatitude,LocationLongitude,"
    "DistributionChannel,UserLanguage,Q1,Q2,Q3,Q4"
)


def test_qualtrics(tmp_path: Path) -> None:
    fixed = QUALTRICS.split(",Q1")[0].split(",")
    texts = [*fixed, "004512: Which has more realism?", "004512: Which has more identity?",
             "1c88f0: Which has more realism?", "Any remarks?"]  # fmt: skip
    ids = [json.dumps({"ImportId": name}) for name in [*fixed, "QID1", "QID2", "QID3", "QID4_TEXT"]]
    one = ["2026-03-07 14:33:51", "2026-03-07 14:43:51", "IP Address", "", "100", "600", "True", "", "R_1x"]
    rows = [texts, ids, [*one, *[""] * 8, "Image A", "Image B", "A", "none"], [*one[:-1], "R_2x", *[""] * 8, "B"]]
    text = io.StringIO()
    csv.writer(text).writerows([QUALTRICS.split(","), *rows])
    (file,) = imported(tmp_path, text.getvalue(), "qualtrics", made.study()).files
    assert (file.new, file.rejected.total(), file.empty) == (4, 0, 2)
    assert [(row.participant_id, row.trial_id, row.question_id, row.choice) for row in answers_of(tmp_path)] == [
        ("R_1x", "004512", "realism", LEFT),
        ("R_1x", "004512", "identity", RIGHT),
        ("R_1x", "1c88f0", "realism", "o1c88f0a"),
        ("R_2x", "004512", "realism", RIGHT),
    ]


@pytest.mark.parametrize(
    ("said", "started"),
    [
        ("", ["", ""]),
        ("constants: {time_zone: Europe/Berlin}", ["2026-03-07T13:33:51.000Z", "2026-03-07T13:33:51.000Z"]),
        ("columns: {time_zone: Offset}", ["2026-03-07T21:33:51.000Z", ""]),
    ],
)
def test_times_of_qualtrics_are_known_where_their_zone_is_said(tmp_path: Path, said: str, started: list[str]) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(f"based_on: qualtrics\n{said}\n")
    fixed = {"StartDate": "2026-03-07 14:33:51", "Q1": "Image A", "Q2": ""}
    rows = [{"ResponseId": rater, **fixed, "Offset": zone} for rater, zone in (("R_1x", "-07:00"), ("R_2x", "here"))]
    header = {name: name for name in rows[0]} | {"Q1": "004512", "Q2": "1c88f0"}
    (file,) = imported(tmp_path, made.csv_table([header, header, *rows]), str(own)).files
    assert [row.started_at for row in answers_of(tmp_path)] == started
    assert dict(file.unreadable) == ({"started_at": started.count("")} if "" in started else {})
    assert "" not in started or "cells that could not be read and are unknown" in " ".join(file.remarks())


def test_a_time_zone_that_is_none_is_refused_with_its_line(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("based_on: qualtrics\nconstants: {time_zone: Europe/Berln}\n")
    with pytest.raises(InputError, match=r"own\.yaml.*time_zone 'Europe/Berln' is none"):
        read_column_map(own)


@pytest.mark.parametrize(
    ("wide", "table"),
    [
        (
            "columns: {participant_id: Who}\nwide:\n  trials:\n    A: {trial_id: '004512', rt_s: TA}\n"
            "    B: {trial_id: 1c88f0, rt_s: TB}\n    C: 2d90aa\n",
            "Who,A,TA,B,TB,C\nzoe,left,1.5,right,NA,left\n",
        ),
        (
            "columns: {trial_id: Item}\nwide: {raters: {zoe: {rt_ms: zoe ms}}}\n",
            "Item,zoe,zoe ms\n004512,left,1500\n1c88f0,right,\n2d90aa,left,\n",
        ),
    ],
)
def test_columns_of_a_wide_table_have_times_of_their_own(tmp_path: Path, wide: str, table: str) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(f"constants: {{shown_order: study}}\n{wide}")
    (file,) = imported(tmp_path, table, str(own)).files
    times = {row.trial_id: row.rt_ms for row in answers_of(tmp_path)}
    assert times.pop("004512") == 1500
    assert len(times) == 2
    assert all(time != time for time in times.values()), "unknown"
    assert file.timed == 1


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("columns: {participant_id: Who, rt_s: T}", "rt_s is both a column and a column of the wide table"),
        ("columns: {participant_id: Who, rt_ms: T}", "rt_ms and rt_s are one time"),
    ],
)
def test_times_of_a_wide_table_that_are_named_twice_are_refused(tmp_path: Path, said: str, sentence: str) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(f"{said}\nwide: {{trials: {{A: {{trial_id: '004512', rt_s: TA}}}}}}\n")
    with pytest.raises(InputError, match=sentence):
        read_column_map(own)


def test_a_column_of_times_that_a_table_lacks_is_named(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        "columns: {participant_id: Who}\nconstants: {shown_order: study}\n"
        "wide: {trials: {A: {trial_id: '004512', rt_s: TA}}}\n"
    )
    with pytest.raises(InputError, match="'TA'"):
        imported(tmp_path, "Who,A\nzoe,left\n", str(own))


@pytest.mark.parametrize("status", ["Survey Preview", "1", "IP Address"])
def test_previews_of_qualtrics_are_no_votes(tmp_path: Path, status: str) -> None:
    channel = "preview" if status == "IP Address" else "anonymous"
    rows = [
        {"ResponseId": "R_1x", "Status": "IP Address", "DistributionChannel": "anonymous", "Q1": "Image A", "Q2": ""},
        {"ResponseId": "R_2x", "Status": status, "DistributionChannel": channel, "Q1": "Image B", "Q2": ""},
    ]
    header = {name: name for name in rows[0]} | {"Q1": "004512", "Q2": "1c88f0"}
    (file,) = imported(tmp_path, made.csv_table([header, header, *rows]), "qualtrics").files
    assert (file.new, dict(file.rejected), file.empty) == (1, {"preview or test of the survey": 1}, 2)
    assert [row.participant_id for row in answers_of(tmp_path)] == ["R_1x"]


def test_two_columns_of_one_rater_are_refused(tmp_path: Path) -> None:
    wide = tmp_path / "wide.yaml"
    wide.write_text("columns: {trial_id: Item}\nconstants: {shown_order: study}\nwide: {raters: [R1]}\n")
    with pytest.raises(InputError, match="two columns are named 'R1'"):
        imported(tmp_path, "Item,R1,R1\n004512,left,right\n", str(wide))


def test_google_forms(tmp_path: Path) -> None:
    text = (
        '"Timestamp","Username","Which is better? (004512)","Which is better? (1c88f0)","How old are you?"\n'
        '"2026/03/07 2:33:51 PM GMT+1","zoe@example.org","Left","Option 2","30"\n'
        '"2026/03/07 2:40:00 PM GMT+1","max@example.org","right","","31"\n'
    )
    (file,) = imported(tmp_path, text, "google-forms").files
    assert (file.new, file.rejected.total(), file.empty) == (3, 0, 1)
    assert [(row.participant_id, row.choice) for row in answers_of(tmp_path)] == [
        ("zoe@example.org", LEFT),
        ("zoe@example.org", "o1c88f0b"),
        ("max@example.org", RIGHT),
    ]
    two = text.replace("Username", "Sex").replace("(1c88f0)", "(004512, again)")
    with pytest.raises(InputError, match=r"columns .* both name trial 004512; map the one with the answers"):
        imported(tmp_path / "two", two, "google-forms")


SHORT = {"id": 9, "study_id": made.STUDY_ID, "trial_id": "004512", "question_id": "realism", "annotator": 3,
         "shown_order": f"{LEFT} {RIGHT}", "annotation_id": 5, "lead_time": 4.25,
         "created_at": "2026-03-07T20:15:58.369782Z", "updated_at": "2026-03-07T20:15:58.369782Z"}  # fmt: skip


@pytest.mark.parametrize("chosen", [[{"selected": "right"}], "right", RIGHT, "Image B", [{"choices": ["right"]}]])
@pytest.mark.parametrize("kind", ["json", "csv"])
def test_label_studios_short_exports(tmp_path: Path, chosen: object, kind: str) -> None:
    row = {**SHORT, "choice": chosen}
    cells = {name: cell if isinstance(cell, str) else json.dumps(cell) for name, cell in row.items()}
    text = json.dumps([row]) if kind == "json" else made.csv_table([cells])
    (file,) = imported(tmp_path, text, "label-studio", made.study()).files
    assert (file.new, file.rejected.total()) == (1, 0)
    (only,) = answers_of(tmp_path)
    assert (only.participant_id, only.choice, only.rt_ms, only.started_at) == ("3", RIGHT, 4250, "")


def test_label_studios_whole_export_by_its_map(tmp_path: Path) -> None:
    tasks = json.loads(made.label_studio(made.answers()).replace('"from_name": "pw"', '"from_name": "choice"'))
    tasks[0]["annotations"][0]["was_cancelled"] = True
    tasks[1]["annotations"] = ["?"]
    tasks.append({"id": 99})
    (file,) = imported(tmp_path, json.dumps(tasks), "label-studio", made.study()).files
    assert (file.new, dict(file.rejected)) == (14, {"annotation cancelled": 1, "broken row": 2})
    expected = {(row.participant_id, row.trial_id, row.question_id, row.choice) for row in made.answers()[2:]}
    found = {(row.participant_id, row.trial_id, row.question_id, row.choice) for row in answers_of(tmp_path)}
    assert found == expected


def test_a_score_of_a_short_export(tmp_path: Path) -> None:
    row = {**SHORT, "shown_order": LEFT, "choice": [{"rating": 4}]}
    assert imported(tmp_path, json.dumps([row]), "label-studio", made.study("mos")).answers == 1
    assert answers_of(tmp_path)[0].choice == "4"


def test_a_map_builds_on_another(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "based_on: psychopy\ncolumns: {choice: mouse.clicked_name}\nconstants: {session_id: lab}\n"
        "first_of: {rt_ms: [mouse.time]}\nchoices: {image_right: right}\n"
    )
    columns = read_column_map(path)
    assert columns.columns == {"trial_id": "trial_id", "choice": "mouse.clicked_name"}
    assert columns.constants == {"session_id": "lab"}
    assert columns.first_of["rt_ms"] == ["mouse.time"]
    assert not {"rt_s", "session_id"} & columns.first_of.keys()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("based_on: psychopi", "line 1: unknown column map 'psychopi'; did you mean 'psychopy'"),
        ("based_on: psychopy\ncolumns: {rt_ms: a, rt_s: b}", "rt_ms and rt_s are one time"),
        ("based_on: google-forms\nwide: {trials: all}", "line 2: wide.trials"),
        ("based_on: google-forms\nwide: {rater: [a]}", "line 2: wide.rater"),
        ("based_on: google-forms\nwide: {raters: [a], trials: named}", "name either raters"),
        (
            "based_on: google-forms\nwide: {raters: [a]}",
            "participant_id is both a column and a column of the wide table",
        ),
        (
            "columns: {participant_id: a, trial_id: b}",
            "choice is neither a column nor a constant; a table with one row",
        ),
        ("based_on: psychopy\nheader_rows: none", "line 2: header_rows: Input should be a valid integer"),
        ("based_on: psychopy\nfirst_of: [a]", "first_of: Input should be a valid dictionary"),
        ("based_on: psychopy\nfirst_of: {choise: [a]}", "unknown canonical column 'choise'; did you mean 'choice'?"),
    ],
)
def test_a_wrong_map_is_refused_by_its_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(InputError) as error:
        read_column_map(path)
    assert str(error.value).startswith(str(path))
    assert said in str(error.value)


def test_an_unknown_name_is_told_the_nearest(tmp_path: Path) -> None:
    outcome = bench("study", "import", study_folder(tmp_path), tmp_path / "a.csv", "--columns", "jspych")
    assert outcome.code == 2
    assert outcome.sentence.startswith(
        "--columns: there is no such file; unknown column map 'jspych'; did you mean 'jspsych'"
    )


ROWS = "columns: {participant_id: a}\nconstants: {shown_order: study, question_id: realism}\n"
LONG = "columns: {participant_id: a, trial_id: b, choice: c, shown_order: [d, e]}"


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (LONG, r"several questions \(realism, identity\); give question_id"),
        (LONG.replace("shown_order: [d, e]", "question_id: d"), "give shown_order in the column map"),
        (ROWS + "wide: {trials: [b, c]}", "lists 2 columns, and the study has 4 trials"),
        (ROWS + "wide: {trials: named}", "no column's heading has the id of one of the study's trials, such as 004512"),
        (
            ROWS.replace(", question_id: realism", "") + "wide: {trials: named}",
            "the heading of column 'f 1c88f0' has none of the study's questions",
        ),
        (LONG + "\nconstants: {question_id: realism}", "two columns are named 'e'"),
    ],
)
def test_what_the_study_needs_and_a_map_does_not_give(tmp_path: Path, columns: str, said: str) -> None:
    path = study_folder(tmp_path) / "map.yaml"
    path.write_text(columns)
    named = "f 1c88f0" if "f 1c88f0" in said else "f"
    with pytest.raises(InputError, match=said):
        imported(tmp_path, f"a,b,c,d,e,e,{named}\n1,2,3,4,5,6,7\n", str(path), made.study())
