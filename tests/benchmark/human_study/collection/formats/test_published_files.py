"""Answer files as crowdsourcing sites and survey tools write them: every vote is taken, or listed with its reason."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmark.human_study.analysis.exclusion import ExclusionRule, judge_raters
from benchmark.human_study.answers import Answer, read_rows, table
from benchmark.human_study.collection.formats.read_column_map import read_column_map
from benchmark.human_study.collection.import_answers import ImportSummary, import_answers
from benchmark.human_study.schema import Study, read_key, read_study
from registry.errors import InputError
from tests.commands import bench
from tests.places import DATA

FILES = DATA / "human_study"
STUDY = "constants: {study_id: npmgvtmfkjnfvbwd}\n"
ONE_QUESTION = "constants: {study_id: npmgvtmfkjnfvbwd, question_id: realism}\n"
FORM = "columns: {participant_id: subject, trial_id: trial, shown_order: [left, right], choice: resp, TIME: time}\n"
BUTTONS = (
    "columns: {participant_id: subject, trial_id: trial, question_id: q, shown_order: [left, right], choice: response, "
    "rt_ms: rt}\nchoices: {'0': left, '1': right}\n"
)
KEYS = (
    "columns: {participant_id: participant, trial_id: trial, question_id: q, shown_order: [left, right], choice: keys, "
    "TIME: rt}\nchoices: {'1': left, '2': right}\n"
)
STATUS = (
    "columns: {participant_id: WorkerId, session_id: AssignmentId, trial_id: Input.trial_id, "
    "shown_order: [Input.option_a, Input.option_b], choice: Answer.better}\n"
)
Vote = tuple[str, str, str, str]
"""Participant, trial, question and choice."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FILES / "two_images", tmp_path / "study"))


def imported(folder: Path, name: str, columns: str = "") -> ImportSummary:
    if not columns:
        return import_answers(folder, [FILES / name])
    (folder / "map.yaml").write_text(columns)
    return import_answers(folder, [FILES / name], read_column_map(folder / "map.yaml"))


def rows_of(name: str, separator: str = ",") -> list[dict[str, str]]:
    with (FILES / name).open(newline="") as file:
        return list(csv.DictReader(file, delimiter=separator, restval=""))


def answers_of(folder: Path) -> list[Answer]:
    return read_rows(folder / "private" / "answers.csv")


def votes_of(folder: Path) -> set[Vote]:
    return {(row.participant_id, row.trial_id, row.question_id, row.choice) for row in answers_of(folder)}


def turk_votes(name: str) -> Iterator[tuple[dict[str, str], Vote]]:
    for row in rows_of(name):
        for question in ("realism", "edit", "identity"):
            yield row, (row["WorkerId"], row["Input.trial_id"], question, row[f"Answer.choice.{question}"])


@pytest.mark.parametrize(
    "name", ["mturk_raw_download.csv", "mturk_raw_download_with_line_end.csv", "mturk_full_rows.csv"]
)
def test_mechanical_turks_download_lacks_the_last_cells_of_every_row(folder: Path, name: str) -> None:
    (file,) = imported(folder, name).files
    assert (file.seen, file.new, file.rejected.total()) == (168, 168, 0)
    assert votes_of(folder) == {vote for _, vote in turk_votes(name)}


@pytest.mark.parametrize("reason", ["random clicks", "x"])
def test_rejected_work_does_not_count_in_batch_results(folder: Path, reason: str) -> None:
    name = "mturk_reject_column.csv"
    path = folder / "batch.csv"
    path.write_bytes((FILES / name).read_bytes().replace(b"random clicks", reason.encode()))
    (file,) = import_answers(folder, [path]).files
    assert (file.seen, file.new, dict(file.rejected)) == (168, 126, {"assignment rejected": 42})
    assert votes_of(folder) == {vote for row, vote in turk_votes(name) if not row["Reject"]}
    with (folder / "private" / "rejected.csv").open(newline="") as listed:
        assert Counter(row["reason"] for row in csv.DictReader(listed)) == {
            f"assignment rejected: Reject: {reason!r} ({question})": 14 for question in ("realism", "edit", "identity")
        }


def test_rejected_work_does_not_count_by_a_column_map(folder: Path) -> None:
    (file,) = imported(folder, "mturk_rejected_status.csv", STATUS + ONE_QUESTION).files
    assert (file.seen, file.new, dict(file.rejected)) == (56, 42, {"assignment rejected": 14})
    kept = [row for row in rows_of("mturk_rejected_status.csv") if row["AssignmentStatus"] != "Rejected"]
    assert votes_of(folder) == {
        (row["WorkerId"], row["Input.trial_id"], "realism", row[f"Input.option_{row['Answer.better'].lower()}"])
        for row in kept
    }


def test_a_filled_reject_column_counts_by_a_column_map_too(folder: Path) -> None:
    columns = STATUS.replace("Answer.better", "Answer.choice.edit") + ONE_QUESTION.replace("realism", "edit")
    (file,) = imported(folder, "mturk_reject_column.csv", columns).files
    assert (file.new, dict(file.rejected)) == (42, {"assignment rejected": 14})


def test_a_column_named_reject_is_no_decision_in_a_table_of_another_tool(folder: Path) -> None:
    path = folder / "form.csv"
    header, *rows = (FILES / "missing_times.csv").read_text().splitlines()
    path.write_text("\n".join([f"{header},Reject", *(f"{row},no" for row in rows)]))
    (folder / "map.yaml").write_text(FORM.replace("TIME", "rt_ms") + ONE_QUESTION)
    assert import_answers(folder, [path], read_column_map(folder / "map.yaml")).answers == 14


def test_times_in_seconds_are_told_by_their_name(folder: Path) -> None:
    assert imported(folder, "response_times_in_seconds.csv", KEYS.replace("TIME", "rt_s") + STUDY).answers == 336
    by_vote = {(row.participant_id, row.trial_id, row.question_id): row for row in answers_of(folder)}
    for row in rows_of("response_times_in_seconds.csv"):
        answer = by_vote[row["participant"], row["trial"], row["q"]]
        assert answer.choice == row[{"1": "left", "2": "right"}[row["keys"]]]
        assert answer.rt_ms == pytest.approx(1000 * float(row["rt"]), abs=0.001)
    study, key = read_study(folder / "public" / "study.json"), read_key(folder / "private" / "key.json")
    judged = judge_raters(table(answers_of(folder)), study, key, ExclusionRule())
    assert not judged["reasons"].str.contains("fast").any()


def test_why_nobody_is_kept_is_said_on_the_terminal(folder: Path) -> None:
    (folder / "map.yaml").write_text(KEYS.replace("TIME", "rt_ms") + STUDY)
    path = FILES / "response_times_in_seconds.csv"
    outcome = bench("study", "import", folder, path, "--columns", folder / "map.yaml")
    assert "336 of 336 response times are below 50 ms" in outcome.err
    outcome = bench("study", "analyse", folder, "--obvious-failed", "1", "--repeats-chance", "0")
    words = " ".join(outcome.out.split())
    assert "0 of 8 raters kept" in words
    assert "excluded: 8 took less than 500 ms (median) from a trial's appearance to their first answer" in words
    assert "ms: if they are seconds, delete answers.csv, name their column rt_s in the column map" in words
    assert "336 answers in 1 file: 336 taken." in (folder / "analysis" / "analysis.md").read_text()


def test_a_column_map_reads_json_as_it_reads_csv(folder: Path) -> None:
    summaries = [imported(folder, f"jspsych_buttons.{kind}", BUTTONS + STUDY).files[0] for kind in ("csv", "json")]
    assert [(file.new, file.known, dict(file.rejected)) for file in summaries] == [
        (42, 0, {"names no trial": 1}),  # the instructions
        (0, 42, {"names no trial": 1}),
    ]
    rows = [row for row in rows_of("jspsych_buttons.csv") if row["trial"]]
    assert votes_of(folder) == {
        ("p1", row["trial"], row["q"], row[("left", "right")[int(row["response"])]]) for row in rows
    }
    assert {row.rt_ms for row in answers_of(folder)} == {float(row["rt"]) for row in rows}


@pytest.mark.parametrize("shape", ["documents", "lists"])
def test_json_of_several_raters_is_read_as_servers_collect_it(folder: Path, shape: str) -> None:
    first = json.loads((FILES / "jspsych_buttons.json").read_text())
    second = [{**row, "subject": "p2"} for row in first]
    content = f"{json.dumps(first)}\n{json.dumps(second)}\n" if shape == "documents" else json.dumps([first, second])
    path = folder / "posted.json"
    path.write_text(content)
    (folder / "map.yaml").write_text(BUTTONS + STUDY)
    (file,) = import_answers(folder, [path], read_column_map(folder / "map.yaml")).files
    assert (file.new, file.rejected.total()) == (84, 2)


def test_label_studio_with_words_of_its_own(folder: Path) -> None:
    columns = (
        "columns: {study_id: study_id, participant_id: annotator, trial_id: trial_id, question_id: question_id, "
        "shown_order: shown_order, choice: winner, rt_s: lead_time}\nchoices: {a_winner: left, b_winner: right}\n"
    )
    (file,) = imported(folder, "label_studio_own_words.json", columns).files
    assert (file.kind, file.new, file.rejected.total()) == ("JSON by column map", 42, 0)
    tasks = json.loads((FILES / "label_studio_own_words.json").read_text())
    expected = set()
    for task in tasks:
        word = task["annotations"][0]["result"][0]["value"]["choices"][0]
        choice = task["data"]["shown_order"].split()[("a_winner", "b_winner").index(word)]
        expected.add(("3", task["data"]["trial_id"], task["data"]["question_id"], choice))
    assert votes_of(folder) == expected
    assert {row.rt_ms for row in answers_of(folder)} == {1000 * task["annotations"][0]["lead_time"] for task in tasks}


@pytest.mark.parametrize(
    ("name", "time", "started_at"),
    [
        ("missing_times.csv", "rt_ms", ""),
        ("mturk_times.csv", "started_at", "2026-03-07T13:53:28.000Z"),
        ("google_forms_times.csv", "started_at", "2026-03-07T13:33:51.000Z"),
        ("mturk_times.csv", "rt_ms", ""),
    ],
)
def test_no_vote_is_lost_for_its_time(folder: Path, name: str, time: str, started_at: str) -> None:
    (file,) = imported(folder, name, FORM.replace("TIME", time) + ONE_QUESTION).files
    assert (file.new, file.rejected.total(), file.timed) == (14, 0, 0)
    assert dict(file.unreadable) == ({"rt_ms": 14} if (name, time) == ("mturk_times.csv", "rt_ms") else {})
    assert votes_of(folder) == {("p1", row["trial"], "realism", row[row["resp"]]) for row in rows_of(name)}
    assert {row.started_at for row in answers_of(folder)} == {started_at}
    assert any("14 of 14 answers have no response time that is known" in said for said in file.remarks())


@pytest.mark.parametrize(
    ("name", "separator"),
    [("question_with_commas.csv", ","), ("question_with_commas_and_semicolons.csv", ";")],
)
def test_a_question_with_commas_does_not_decide_the_separator(tmp_path: Path, name: str, separator: str) -> None:
    folder = Path(shutil.copytree(FILES / "real_or_fake", tmp_path / "study"))
    question = "Is this face, in your view, a real, unedited photograph?"
    columns = f"columns: {{participant_id: Rater, trial_id: Face, choice: '{question}'}}\n"
    (file,) = imported(folder, name, columns).files
    assert (file.new, file.rejected.total()) == (26, 0)
    assert votes_of(folder) == {
        (row["Rater"], row["Face"], "realness", row[question]) for row in rows_of(name, separator)
    }


def test_one_column_per_rater(folder: Path) -> None:
    columns = (
        "columns: {trial_id: Pair, shown_order: [Image_A, Image_B]}\nchoices: {'0': left, '1': right}\n"
        "wide: {raters: ['0', '1', '2']}\n"
    )
    (file,) = imported(folder, "wide_column_per_rater.csv", columns + ONE_QUESTION).files
    assert (file.new, file.rejected.total()) == (42, 0)
    assert votes_of(folder) == {
        (rater, row["Pair"], "realism", row[("Image_A", "Image_B")[int(row[rater])]])
        for row in rows_of("wide_column_per_rater.csv")
        for rater in ("0", "1", "2")
    }


@pytest.mark.parametrize("shape", ["list", "map", "map with questions"])
def test_one_row_per_rater(folder: Path, shape: str) -> None:
    study = read_study(folder / "public" / "study.json")
    columns = {f"Answer.q{number}": trial.id for number, trial in enumerate(study.trials, start=1)}
    trials = {
        "list": list(columns),
        "map": columns,
        "map with questions": {column: {"trial_id": id, "question_id": "edit"} for column, id in columns.items()},
    }[shape]
    question = "" if shape == "map with questions" else ", question_id: realism"
    text = (
        f"columns: {{participant_id: WorkerId, session_id: AssignmentId}}\n"
        f"constants: {{shown_order: study{question}}}\nwide: {{trials: {json.dumps(trials)}}}\n"
    )
    (file,) = imported(folder, "wide_row_per_rater.csv", text).files
    assert (file.new, file.rejected.total(), file.empty) == (42, 0, 0)
    assert votes_of(folder) == set(_row_votes(study, "realism" if question else "edit"))


def _row_votes(study: Study, question: str) -> Iterator[Vote]:
    for row in rows_of("wide_row_per_rater.csv"):
        for number, trial in enumerate(study.trials, start=1):
            chosen = trial.options["AB".index(row[f"Answer.q{number}"])]
            yield row["WorkerId"], trial.id, question, chosen.id


def test_a_vote_of_a_wide_table_is_left_out_by_its_column(folder: Path) -> None:
    path = folder / "wide.csv"
    header, first, *rest = (FILES / "wide_column_per_rater.csv").read_text().splitlines()
    path.write_text("\n".join([header, first[: -len(",0,0,0")] + ",0,7,", *rest]) + "\n")
    (folder / "map.yaml").write_text(
        "columns: {trial_id: Pair, shown_order: [Image_A, Image_B]}\nchoices: {'0': left, '1': right}\n"
        f"wide: {{raters: ['0', '1', '2']}}\n{ONE_QUESTION}"
    )
    (file,) = import_answers(folder, [path], read_column_map(folder / "map.yaml")).files
    assert (file.seen, file.new, file.empty, dict(file.rejected)) == (41, 40, 1, {"unknown option": 1})
    with (folder / "private" / "rejected.csv").open(newline="") as listed:
        assert [(row["row"], row["reason"]) for row in csv.DictReader(listed)] == [("2", "unknown option: '7' (1)")]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "wide_column_per_rater.csv",
            "'Pair' has the study's trials, each once: .* `wide: {raters: ",
        ),
        (
            "wide_row_per_rater.csv",
            "its columns 'Answer.q1', .* 10 more answer one trial each, .*`wide: {trials: ",
        ),
    ],
)
def test_a_wide_table_without_a_map_is_told_the_way(folder: Path, name: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        imported(folder, name)
    assert not (folder / "private" / "answers.csv").exists()


def test_every_row_of_every_file_is_accounted_for(folder: Path) -> None:
    done = [
        imported(folder, "mturk_raw_download.csv"),
        imported(folder, "mturk_reject_column.csv"),
        imported(folder, "jspsych_buttons.json", BUTTONS + STUDY),
    ]
    files = [file for summary in done for file in summary.files]
    assert [file.seen for file in files] == [168, 168, 43]
    assert all(file.seen == file.new + file.known + file.rejected.total() for file in files)
    assert len(answers_of(folder)) == sum(file.new for file in files)
    with (folder / "private" / "rejected.csv").open(newline="") as listed:
        reasons = Counter(re.split(r":| \(", row["reason"])[0] for row in csv.DictReader(listed))
    assert reasons == sum((file.rejected for file in files), Counter())
