"""Votes between two methods are taken into a study where they name one of its trials, and listed where they do not."""

import csv
from pathlib import Path

import pytest

from benchmark.human_study.answers import read_rows
from benchmark.human_study.collection.arena import arena_votes
from benchmark.human_study.collection.import_answers import FileSummary, import_answers
from benchmark.human_study.schema import Key, Study, read_key, read_study, write_key
from registry.errors import InputError
from tests.benchmark.human_study import answered_study as made
from tests.benchmark.human_study.answered_study import study_folder

ONE_QUESTION = made.study(questions=["realism"])


def folder_of(folder: Path, study: Study = ONE_QUESTION) -> Path:
    """A study whose first trial is of face f12, and whose second, of the same methods, is of face f13."""
    key = made.key(study)
    other = key.trials["1c88f0"].model_copy(update={"source": "f13", "task": 7})
    study_folder(folder, study)
    write_key(folder / "private" / "key.json", key.model_copy(update={"trials": {**key.trials, "1c88f0": other}}))
    return folder


def imported(folder: Path, text: str) -> FileSummary:
    (folder / "votes.csv").write_text(text)
    (file,) = import_answers(folder, [folder / "votes.csv"]).files
    return file


def study_and_key(folder: Path) -> tuple[Study, Key]:
    return read_study(folder / "public" / "study.json"), read_key(folder / "private" / "key.json")


def test_votes_go_to_the_trial_of_their_item(tmp_path: Path) -> None:
    text = (
        "judge,model_a,model_b,winner,item\n"
        "p1,maskgan,spade-m,model_a,f12\np1,spade-m,maskgan,model_a,f13\np2,spade-m,maskgan,tie (bothbad),7\n"
        "p2,maskgan,spade-m,spade-m,f12\n"
    )
    file = imported(folder_of(tmp_path), text)
    assert (file.kind, file.new, file.rejected.total()) == ("votes between two methods", 4, 0)
    assert [
        (row.participant_id, row.trial_id, row.shown_order, row.choice)
        for row in read_rows(tmp_path / "private" / "answers.csv")
    ] == [
        ("p1", "004512", "o004512a o004512b", "o004512a"),
        ("p1", "1c88f0", "o1c88f0b o1c88f0a", "o1c88f0b"),
        ("p2", "1c88f0", "o1c88f0b o1c88f0a", "tie"),
        ("p2", "004512", "o004512a o004512b", "o004512b"),
    ]


def test_a_vote_of_rejected_work_does_not_count(tmp_path: Path) -> None:
    text = "judge,model_a,model_b,winner,item,AssignmentStatus\n"
    text += "p1,maskgan,spade-m,model_a,f12,Rejected\np2,maskgan,spade-m,model_a,f12,Approved\n"
    file = imported(folder_of(tmp_path), text)
    assert (file.new, dict(file.rejected)) == (1, {"assignment rejected": 1})
    assert [row.participant_id for row in read_rows(tmp_path / "private" / "answers.csv")] == ["p2"]


def test_the_judge_of_a_vote_is_the_rater_where_no_participant_is_named(tmp_path: Path) -> None:
    imported(folder_of(tmp_path), "participant_id,judge,model_a,model_b,winner,item\nNA,p1,maskgan,spade-m,tie,f12\n")
    assert [row.participant_id for row in read_rows(tmp_path / "private" / "answers.csv")] == ["p1"]


def test_a_vote_that_names_no_trial_is_listed_with_the_reason(tmp_path: Path) -> None:
    text = (
        "participant_id,model_a,model_b,winner,item,trial_id\n"
        "p1,maskgan,spade-m,model_a,,\n"
        "p1,maskgan,stargan,model_a,f12,\n"
        "p1,maskgan,spade-m,model_a,f99,\n"
        "p1,maskgan,maskgan,model_a,f12,\n"
        "p1,maskgan,stargan,model_a,,004512\n"
        "p1,maskgan,spade-m,model_a,,ffffff\n"
        ",maskgan,spade-m,model_a,f12,\n"
        "p1,maskgan,spade-m,neither,f12,\n"
        "p1,maskgan\n"
        "p1,maskgan,spade-m,model_b,,004512\n"
    )
    file = imported(folder_of(tmp_path), text)
    assert file.new == 1
    with (tmp_path / "private" / "rejected.csv").open(newline="") as listed:
        assert [row["reason"] for row in csv.DictReader(listed)] == [
            "unknown trial: 2 compare maskgan and spade-m; a column item tells them apart",
            "unknown trial: none compares maskgan and stargan for item f12",
            "unknown trial: none compares maskgan and spade-m for item f99",
            "unknown trial: none compares maskgan and maskgan for item f12",
            "unknown trial: 004512 does not compare maskgan and stargan",
            "unknown trial: ffffff does not compare maskgan and spade-m",
            "participant missing",
            "unknown option: 'neither'",
            "broken row: it ends after 2 cells, and model_b comes later",
        ]


@pytest.mark.parametrize(("question", "taken"), [("identity", 1), ("37", 0)])
def test_a_study_of_several_questions_needs_one_by_name(tmp_path: Path, question: str, taken: int) -> None:
    text = f"judge,model_a,model_b,winner,item,question_id\np1,maskgan,spade-m,tie,f12,{question}\n"
    text += "p1,spade-m,maskgan,tie,f13,realism\n"
    assert imported(folder_of(tmp_path, made.study()), text).new == taken + 1


def test_a_prompts_id_is_no_question(tmp_path: Path) -> None:
    text = "question_id,model_a,model_b,winner,judge,item\n81,maskgan,spade-m,model_b,arena_user_1,f12\n"
    assert imported(folder_of(tmp_path), text).new == 1


def test_votes_that_the_study_exports_come_back_as_they_were(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    text = "judge,model_a,model_b,winner,trial_id\np1,spade-m,maskgan,model_a,004512\np1,maskgan,spade-m,tie,1c88f0\n"
    imported(folder, text)
    votes = arena_votes(read_rows(folder / "private" / "answers.csv"), study_and_key(folder)[1])
    assert votes == [("spade-m", "maskgan", "model_a"), ("maskgan", "spade-m", "tie")]


def test_votes_of_no_trial_of_the_study_are_refused_whole(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none of its 1 answers is of the study .*none compares gpt and claude"):
        imported(folder_of(tmp_path), "model_a,model_b,winner,judge\ngpt,claude,model_a,x\n")
    assert not (tmp_path / "private" / "rejected.csv").exists()


def test_only_a_study_of_pairs_takes_votes(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="answers to a 2afc study, not to a kway study"):
        imported(study_folder(tmp_path, made.study("kway")), "model_a,model_b,winner\na,b,tie\n")
