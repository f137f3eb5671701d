"""Imports as a researcher makes them: merged once, whatever fails in between; what is rejected is listed."""

import csv
import io
import json
import signal
import subprocess
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from benchmark.human_study.answers import read_answers, read_rows, write_rows
from benchmark.human_study.collection.arena import arena_votes
from benchmark.human_study.collection.import_answers import LOCK, import_answers
from benchmark.human_study.collection.import_summary import read_imports
from benchmark.human_study.collection.rejections import (
    HEADER,
    Fault,
    Reason,
    Rejection,
    read_rejections,
    write_rejections,
)
from registry.errors import InputError
from tests.benchmark.human_study import answered_study as made
from tests.benchmark.human_study.answered_study import answer, answers, study_folder
from tests.commands import bench, bench_process, ended, tree
from tests.spreadsheet_formulas import FORMULAS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return study_folder(tmp_path / "study")


def file(folder: Path, content: str, name: str = "a.csv") -> Path:
    path = folder.parent / name
    path.write_bytes(content.encode())
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "private").iterdir()}


def rejected(folder: Path) -> list[dict[str, str]]:
    text = (folder / "private" / "rejected.csv").read_bytes().decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_same_import_again_changes_nothing(folder: Path) -> None:
    wrong = answer("1c88f0", person="13", shown_order="o1c88f0a o1c88f0b", choice="o004512a")
    path = file(folder, made.page_csv([*answers(), wrong, replace(answers()[0], choice="tie")]))
    first = import_answers(folder, [path])
    before = contents(folder)
    second = import_answers(folder, [path, path])
    assert contents(folder) == before
    assert (first.files[0].new, first.files[0].known) == (16, 0)
    assert [(file.new, file.known) for file in second.files] == [(0, 16), (0, 16)]
    assert [dict(file.rejected) for file in second.files] == [dict(first.files[0].rejected)] * 2


def test_a_long_broken_post_is_listed_and_later_imports_go_on(folder: Path) -> None:
    whole = json.dumps(json.loads(made.page_json(answers())))
    path = file(folder, f'{whole}\n{{"answers": [{{"study_id": "{"x" * 200_000}\n{whole}\n', "posts.jsonl")
    import_answers(folder, [path])
    assert any(len(row["raw"]) > 150_000 for row in rejected(folder))
    done = import_answers(folder, [path, file(folder, made.page_csv(answers()))])
    assert [file.new for file in done.files] == [0, 0]


def test_the_key_may_lie_elsewhere(folder: Path, tmp_path: Path) -> None:
    path = file(folder, made.page_csv(answers()))
    key = (folder / "private" / "key.json").rename(tmp_path / "safe.json")
    assert bench("study", "import", folder, path).code == 2
    outcome = bench("study", "import", folder, path, "--key", key)
    assert outcome.code == 0, outcome.err
    assert len(read_answers(folder / "private" / "answers.csv")) == len(answers())


def test_files_of_several_kinds_add_up(folder: Path) -> None:
    page = file(folder, made.page_json(answers()[:8]), "page.json")
    turk = file(folder, made.turk(made.buttons)([replace(row, participant_id="A1") for row in answers()[:8]]))
    import_answers(folder, [page])
    done = import_answers(folder, [turk, page])
    assert done.answers == 16
    assert read_answers(folder / "private" / "answers.csv")["participant_id"].value_counts().to_dict() == {
        "11": 8,
        "A1": 8,
    }


def test_a_person_has_one_vote_and_the_first_counts(folder: Path) -> None:
    first = answer()
    same = replace(first, session_id="2nd", rt_ms=800.0)
    other = replace(first, session_id="3rd", choice="o004512a")
    done = import_answers(folder, [file(folder, made.page_csv([first, same, first, other]))])
    assert read_rows(folder / "private" / "answers.csv") == [first]
    assert (done.files[0].new, done.files[0].known) == (1, 1)
    assert [(row["row"], row["reason"]) for row in rejected(folder)] == [
        ("3", "answered again, the same: the first answer counts, of session '3AS11'"),
        (
            "5",
            "answered again, differently: 'o004512b' of session '3AS11' counts, not 'o004512a' of '3rd'",
        ),
    ]


def test_rejected_rows_are_kept_whole_and_over_imports(folder: Path) -> None:
    person = '=HYPERLINK("x")'
    first = file(folder, made.page_csv([answer(), answer("ffffff", person)]), "first.csv")
    second = file(folder, made.page_csv([answer(), answer("9f0000")]), "-second.csv")
    import_answers(folder, [first])
    import_answers(folder, [second])
    rows = rejected(folder)
    assert [(row["row"], row["reason"]) for row in rows] == [
        ("3", "unknown trial: 'ffffff'"),
        ("3", "practice trial: '9f0000'"),
    ]
    assert [Path(row["file"]).name for row in rows] == ["first.csv", "-second.csv"]
    assert json.loads(rows[0]["raw"])["participant_id"] == person
    assert json.loads(rows[0]["raw"])["rt_ms"] == "2412.5"


@pytest.mark.parametrize("person", FORMULAS)
def test_no_cell_of_a_file_of_ours_is_a_formula(folder: Path, person: str) -> None:
    import_answers(folder, [file(folder, made.post_body([answer(person=person), answer("@x", "-1", "+q")]))])
    for name in ("answers.csv", "rejected.csv", "arena-realism.csv"):
        text = (folder / "private" / name).read_bytes().decode()
        cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
        assert cells
        assert not [cell for cell in cells if cell.lstrip().startswith(tuple("=+-@＝＋－＠"))]
        assert not [cell for cell in cells if cell.lstrip(" ").startswith(tuple("\t\r\n"))]
    assert read_answers(folder / "private" / "answers.csv")["participant_id"].tolist() == [person.strip()]


def test_rejected_assignments_and_cancelled_annotations_are_counted(folder: Path) -> None:
    turk = made.turk(made.buttons)(answers()).replace("Approved", "Rejected", 2)
    tasks = json.loads(made.label_studio([replace(row, participant_id=f"7{row.participant_id}") for row in answers()]))
    tasks[0]["annotations"][0]["was_cancelled"] = True
    tasks[1]["annotations"][0]["result"] = []
    tasks[2]["annotations"][0]["result"] *= 2
    tasks[3]["annotations"][0]["completed_by"] = None
    tasks[4]["annotations"][0]["lead_time"] = -3
    tasks[5]["annotations"] = [None]
    done = import_answers(folder, [file(folder, turk), file(folder, json.dumps(tasks), "tasks.json")])
    assert [file.unreadable for file in done.files] == [{}, {"rt_ms": 1}]
    assert [dict(file.rejected) for file in done.files] == [
        {"assignment rejected": 4},
        {
            "annotation cancelled": 1,
            "no choice": 1,
            "several choices": 1,
            "participant missing": 1,
            "broken row": 1,
        },
    ]


def test_work_that_was_rejected_counts_in_no_kind_of_table(folder: Path) -> None:
    given = answers()
    decisions = [{"AssignmentStatus": "Approved", "Reject": ""}] * len(given)
    decisions[0], decisions[5] = {**decisions[0], "AssignmentStatus": "Rejected"}, {**decisions[0], "Reject": "hasty"}
    rows = [{**row, **decision} for row, decision in zip(made.page_rows(given), decisions, strict=True)]
    done = import_answers(folder, [file(folder, made.csv_table(rows))])
    assert [(of.kind, of.new, dict(of.rejected)) for of in done.files] == [
        ("canonical CSV", len(given) - 2, {Reason.ASSIGNMENT_REJECTED: 2})
    ]


def test_turk_rows_with_no_two_or_unknown_answers(folder: Path) -> None:
    rows = [
        {"AssignmentId": f"3A{worker}", "WorkerId": worker, "Input.trial_id": "004512", "Input.study_id": made.STUDY_ID,
         "Input.shown_order": "o004512a o004512b", **{f"Answer.choice.{name}": "true" for name in names}}
        for worker, names in {
            "A0": [],
            "A1": ["realism.o004512a"],
            "A2": ["realism.o004512a", "realism.o004512b"],
            "A3": ["beauty.o004512a"],
        }.items()
    ]  # fmt: skip
    rows[0] |= {"Answer.choice.realism.o004512a": "false"}
    rows.append({"WorkerId": "A4", "AssignmentId": "3A4", "Answer.taskAnswers": "[{", "Input.trial_id": "004512"})
    (done,) = import_answers(folder, [file(folder, made.csv_table(rows))]).files
    assert done.new == 1
    assert done.rejected == {"no choice": 1, "several choices": 1, "unknown question": 1, "broken row": 1}


def test_answers_of_another_study_are_refused_with_both_names(folder: Path) -> None:
    import_answers(folder, [file(folder, made.page_csv(answers()))])
    before = contents(folder)
    others = [replace(row, study_id="sother") for row in answers()]
    good = file(folder, made.page_csv([answer(person="21")]), "good.csv")
    outcome = bench("study", "import", folder, good, file(folder, made.page_csv(others), "other.csv"))
    assert outcome.code == 2
    assert outcome.sentence.endswith(
        f"other.csv: its answers are of study 'sother', and {folder}/public/study.json is study 's7d2e90b1'"
    )
    assert contents(folder) == before


def test_answers_of_another_study_among_ours_are_listed(folder: Path) -> None:
    (done,) = import_answers(folder, [file(folder, made.page_csv([answer(), answer(study_id="sother")]))]).files
    assert (done.new, dict(done.rejected)) == (1, {"of another study": 1})


def test_a_study_id_that_a_spreadsheet_changed_is_said(folder: Path) -> None:
    path = file(folder, made.page_csv([answer(study_id="7.20E+90")]))
    with pytest.raises(InputError, match="was an id before a spreadsheet made it a number; use the original file"):
        import_answers(folder, [path])


def test_a_spreadsheet_that_made_numbers_of_ids_is_found_out(folder: Path) -> None:
    damaged = made.page_csv([row for row in answers() if row.trial_id == "004512"]).replace(",004512,", ",4512,")
    outcome = bench("study", "import", folder, file(folder, damaged))
    assert outcome.code == 2
    assert "4 damaged by a spreadsheet" in outcome.out
    assert "import the files as they came" in outcome.out
    assert "none of its 4 answers could be imported: 4 damaged by a spreadsheet" in outcome.sentence
    assert {row["reason"] for row in rejected(folder)} == {
        "damaged by a spreadsheet: '4512' was '004512' before a spreadsheet made it a number"
    }
    assert read_rows(folder / "private" / "answers.csv") == []


@pytest.mark.parametrize("name", ["answers.csv", "rejected.csv"])
def test_files_of_ours_that_are_damaged_are_left_alone(folder: Path, name: str) -> None:
    path = file(folder, made.page_csv([answer(), answer("ffffff")]))
    import_answers(folder, [path])
    damaged = folder / "private" / name
    damaged.write_bytes(damaged.read_bytes()[:-9])
    before = contents(folder)
    with pytest.raises(InputError, match=name):
        import_answers(folder, [file(folder, made.page_csv([answer(person="14"), answer("eeeeee")]), "more.csv")])
    assert contents(folder) == before


def test_answers_that_the_study_does_not_know_are_not_dropped_unsaid(folder: Path) -> None:
    path = folder / "private" / "answers.csv"
    for held, said in (
        ([answer(study_id="sother")], "answer 1: of another study: 'sother'"),
        ([answer(), answer(choice="tie")], "answer 2: answered again"),
    ):
        write_rows(path, held)
        before = path.read_bytes()
        with pytest.raises(InputError, match=said):
            import_answers(folder, [file(folder, made.page_csv([answer(person="14")]))])
        assert path.read_bytes() == before


def test_a_killed_import_leaves_the_old_answers_or_the_new(folder: Path) -> None:
    import_answers(folder, [file(folder, made.page_csv(answers()))])
    old = (folder / "private" / "answers.csv").read_bytes()
    many = made.crowd(400)
    path = file(folder, made.page_csv(many), "many.csv")
    for seconds in (0.0, 0.02, 0.05):
        process = bench_process("study", "import", folder, path)
        seen = tree(folder / "private")
        while tree(folder / "private") == seen and process.poll() is None:
            time.sleep(0.001)
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        ended(process)
        left = (folder / "private" / "answers.csv").read_bytes()
        assert left == old or len(read_rows(folder / "private" / "answers.csv")) == 16 + len(many)
    assert import_answers(folder, [path]).answers == 16 + len(many)


def test_an_import_killed_after_the_answers_is_made_whole_by_the_same_import(folder: Path) -> None:
    path = file(folder, made.page_csv([*answers(), answer("ffffff"), replace(answers()[0], choice="tie")]))
    import_answers(folder, [path])
    whole = contents(folder)
    for name in ("rejected.csv", "arena-realism.csv", "arena-identity.csv"):  # what is written after the answers
        (folder / "private" / name).unlink()
    import_answers(folder, [path])
    assert contents(folder) == whole


def test_an_import_waits_for_another(folder: Path) -> None:
    path = folder / "private" / "answers.csv"
    with FileLock(folder / "private" / LOCK):
        process = bench_process("study", "import", folder, file(folder, made.page_csv([answer()])))
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=4)
        write_rows(path, [answer(person="other")])
    assert ended(process).code == 0
    assert [row.participant_id for row in read_rows(path)] == ["other", "11"]


def test_the_summary_counts_by_reason(folder: Path) -> None:
    path = file(folder, made.page_csv([*answers(), answer("ffffff"), answer("eeeeee"), answer("9f0000")]))
    outcome = bench("study", "import", folder, path)
    assert outcome.code == 0
    assert outcome.out.splitlines() == [
        f"{path} (canonical CSV): 19 answers seen: 16 new, 0 known already, 3 left out",
        f"{folder}/private/answers.csv: 16 answers",
        f"{folder}/private/rejected.csv: 3 left out",
        "       2 unknown trial",
        "       1 practice trial",
        f"{folder}/private/arena-realism.csv: 4 votes",
        f"{folder}/private/arena-identity.csv: 4 votes",
    ]
    told = json.loads(bench("study", "import", folder, path, "--json").out)
    assert told["answers"] == 16
    left_out = {"unknown trial": 2, "practice trial": 1}
    assert (told["seen"], told["taken"], told["left_out"]) == (19, 16, left_out)
    assert told["files"][0]["left_out"] == left_out
    assert (told["files"][0]["new"], told["files"][0]["known"]) == (0, 16)
    assert list(told["arena"].values()) == [4, 4]


def test_what_each_file_had_is_kept_with_the_study(folder: Path) -> None:
    kept = folder / "private" / "imports.json"
    some = [replace(row, rt_ms=float("nan")) for row in answers()[:3]]
    first = file(folder, made.page_csv([*answers()[3:], answer("ffffff")]), "first.csv")
    second = file(folder, made.page_csv([*some, answers()[3]]), "second.csv")
    import_answers(folder, [first])
    import_answers(folder, [second])
    before = kept.read_bytes()
    import_answers(folder, [second, first])
    assert kept.read_bytes() == before
    imports = read_imports(kept)
    assert imports.answers == 16
    counts = [(row.file, row.seen, row.taken, row.left_out, row.without_time) for row in imports.files]
    assert counts == [
        (str(first), 14, 13, {"unknown trial": 1}, 0),
        (str(second), 4, 4, {}, 3),
    ]
    (folder / "private" / "answers.csv").unlink()  # takes all answers back
    import_answers(folder, [second])
    assert [row.file for row in read_imports(kept).files] == [str(second)]


def test_nothing_is_kept_of_a_file_of_another_study(folder: Path) -> None:
    import_answers(folder, [file(folder, made.page_csv(answers()))])
    before = contents(folder)
    tasks = json.loads(made.label_studio([answer("ffffff"), answer("eeeeee"), answer()]))
    for task in tasks:
        del task["data"]["study_id"]
    ours = file(folder, json.dumps(tasks[2:]), "ours.json")
    outcome = bench("study", "import", folder, ours, file(folder, json.dumps(tasks[:2]), "theirs.json"))
    assert outcome.code == 2
    assert "theirs.json (Label Studio's export): none of its 2 answers is of the study" in outcome.sentence
    assert "2 unknown trial; the first, row 1: unknown trial: 'ffffff'; nothing was imported" in outcome.sentence
    assert contents(folder) == before


def test_times_that_must_be_seconds_are_remarked_on(folder: Path) -> None:
    seconds = [replace(row, rt_ms=row.rt_ms / 1000) for row in answers()]
    outcome = bench("study", "import", folder, file(folder, made.page_csv(seconds)))
    assert outcome.code == 0
    assert "16 of 16 response times are below 50 ms, faster than anybody reacts: if they are seconds" in outcome.err
    slow = [replace(row, participant_id="slow") for row in answers()]
    assert "50 ms" not in bench("study", "import", folder, file(folder, made.page_csv(slow))).err


def test_a_missing_file_or_study_is_named(folder: Path, tmp_path: Path) -> None:
    outcome = bench("study", "import", folder, tmp_path / "none.csv")
    assert (outcome.code, outcome.sentence) == (2, f"{tmp_path}/none.csv: No such file or directory")
    outcome = bench("study", "import", tmp_path, tmp_path / "none.csv")
    assert (outcome.code, outcome.sentence) == (2, f"{tmp_path}/public/study.json: No such file or directory")


def test_arena_votes_name_the_methods_in_order_and_leave_checks_out() -> None:
    of = made.study()
    votes = [
        answer(),
        answer(choice="o004512a", shown_order="o004512b o004512a"),
        answer(choice="tie"),
        answer("2d90aa", shown_order="o2d90aaa o2d90aab", choice="o2d90aaa"),
    ]
    assert arena_votes(votes, made.key(of)) == [
        ("maskgan", "spade-m", "model_b"),
        ("spade-m", "maskgan", "model_b"),
        ("maskgan", "spade-m", "tie"),
    ]
    same = made.key(of)
    options = {id: option.model_copy(update={"method": "maskgan"}) for id, option in same.options.items()}
    assert arena_votes(votes, same.model_copy(update={"options": options})) == []


def test_one_question_has_one_arena_file_and_other_modes_have_none(tmp_path: Path) -> None:
    two, three = study_folder(tmp_path / "two", made.study(questions=["realism"])), tmp_path / "three"
    (arena,) = import_answers(two, [file(two, made.page_csv([answer()]))]).arena
    assert arena.read_bytes() == b"model_a,model_b,winner\r\nmaskgan,spade-m,model_b\r\n"
    study_folder(three, made.study("kway"))
    shown = answer(shown_order="o004512c o004512a o004512b", choice="o004512c")
    outcome = bench("study", "import", three, file(three, made.page_csv([shown])))
    assert "no arena.csv: a kway study has no votes between two methods" in outcome.out
    assert not list((three / "private").glob("arena*"))


def test_rejections_are_added_once(tmp_path: Path) -> None:
    path = tmp_path / "rejected.csv"
    one = Rejection("a.csv", 2, Fault(Reason.BROKEN, "\r\n=x"), '{"a": "\\n"}')
    other = Rejection("=b.csv", 2, Fault(Reason.PRACTICE), "null")
    write_rejections(path, [], [[one]])
    write_rejections(path, read_rejections(path), [[one, other], [other]])
    rows = list(csv.reader(io.StringIO(path.read_bytes().decode(), newline="")))
    assert rows == [
        list(HEADER),
        ["a.csv", "2", "broken row: \r\n=x", '{"a": "\\n"}'],
        ["'=b.csv", "2", "practice trial", "null"],
    ]


def test_ten_thousand_answers_import_in_seconds(folder: Path) -> None:
    path = file(folder, made.page_csv(made.crowd(1250)))
    began = time.process_time()
    done = import_answers(folder, [path])
    assert done.answers == 10_000
    assert time.process_time() - began < 10
    assert Counter(read_answers(folder / "private" / "answers.csv")["is_check"]) == {True: 5000, False: 5000}


def test_a_file_of_this_study_is_listed_even_if_no_answer_of_it_counts(folder: Path) -> None:
    rows = [{**row, "participant_id": ""} for row in made.page_rows(answers())]
    outcome = bench("study", "import", folder, file(folder, made.csv_table(rows)))
    assert outcome.code == 2
    assert "none of its 16 answers could be imported: 16 participant missing" in outcome.sentence
    assert [row["reason"] for row in rejected(folder)] == ["participant missing"] * 16
