"""A small study, answers to it, and those answers as every kind of file that people send them in."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from benchmark.human_study.answers import COLUMNS, Answer, csv_text
from benchmark.human_study.schema import (
    Key,
    Mode,
    Option,
    OptionKey,
    Question,
    Study,
    Trial,
    TrialKey,
    write_key,
    write_study,
)

STUDY_ID = "s7d2e90b1"
METHODS = ("maskgan", "spade-m", "stargan")
TURK = [
    "HITId",
    "HITTypeId",
    "Title",
    "Description",
    "Keywords",
    "Reward",
    "CreationTime",
    "MaxAssignments",
    "RequesterAnnotation",
    "AssignmentDurationInSeconds",
    "AutoApprovalDelayInSeconds",
    "Expiration",
    "NumberOfSimilarHITs",
    "LifetimeInSeconds",
    "AssignmentId",
    "WorkerId",
    "AssignmentStatus",
    "AcceptTime",
    "SubmitTime",
    "AutoApprovalTime",
    "ApprovalTime",
    "RejectionTime",
    "RequesterFeedback",
    "WorkTimeInSeconds",
    "LifetimeApprovalRate",
    "Last30DaysApprovalRate",
    "Last7DaysApprovalRate",
]
Rows = list[dict[str, str]]


def trial(id: str, options: int = 2) -> Trial:
    """A trial whose options are named after it: `o4a`, `o4b` and so on of `4`."""
    ids = [f"o{id}{letter}" for letter in "abcdef"[:options]]
    return Trial(id=id, text="Smile", options=[Option(id=id, file=f"{id}.png") for id in ids])


def study(mode: Mode = "2afc", *, ties: bool = True, questions: Sequence[str] = ("realism", "identity")) -> Study:
    """Four trials, of which the third is an obvious check and the fourth a repeat of the first; one of practice."""
    options = {"2afc": 2, "kway": 3, "mos": 1, "realfake": 1}[mode]
    return Study(
        study_id=STUDY_ID,
        mode=mode,
        questions=[Question(id=question, text=f"Which has more {question}?") for question in questions],
        trials=[trial(id, options) for id in ("004512", "1c88f0", "2d90aa", "3e77b1")],
        practice=[trial("9f0000", options)],
        ties=ties,
        size=(64, 64),
    )


def key(of: Study) -> Key:
    """The key of a study: methods in turn."""
    checks: dict[str, dict[str, str]] = {
        "2d90aa": {"check": "obvious", "expected": "o2d90aaa"},
        "3e77b1": {"check": "repeat", "repeat_of": "004512"},
    }
    facts: dict[str, Any] = {"protocol": "attribute-transfer", "task": 3, "source": "f12"}
    return Key(
        study_id=of.study_id,
        dataset="rendered-faces",
        tasks_sha256={"attribute-transfer": "ab" * 32},
        seed=0,
        results_sha256={f"{method}/seed0": "cd" * 32 for method in METHODS},
        trials={trial.id: TrialKey(**facts, **checks.get(trial.id, {})) for trial in of.trials},  # type: ignore[arg-type]
        options={
            option.id: OptionKey(method=METHODS[position % len(METHODS)], seed=0, **facts)
            for trial in of.trials
            for position, option in enumerate(trial.options)
        },
    )


def study_folder(folder: Path, of: Study | None = None) -> Path:
    """Write a study as its export does."""
    of = of or study()
    write_study(folder / "public" / "study.json", of)
    write_key(folder / "private" / "key.json", key(of))
    return folder


def answer(trial_id: str = "004512", person: str = "11", question: str = "realism", **changes: Any) -> Answer:
    """An answer to the small study: the option that stood right, of those in the study's order."""
    made = Answer(
        study_id=STUDY_ID,
        participant_id=person,
        session_id=f"3AS{person}",
        trial_id=trial_id,
        trial_index=2,
        question_id=question,
        shown_order=f"o{trial_id}a o{trial_id}b",
        choice=f"o{trial_id}b",
        rt_ms=2412.5,
        is_check=trial_id in ("2d90aa", "3e77b1"),
        started_at="2026-03-01T09:30:00.250Z",
    )
    return replace(made, **changes)


def answers() -> list[Answer]:
    """Two people's answers to both questions of all trials: either side, ties, and both orders."""
    made = []
    for person, flipped in (("11", False), ("12", True)):
        for number, id in enumerate(("004512", "1c88f0", "2d90aa", "3e77b1")):
            shown = [f"o{id}b", f"o{id}a"] if flipped else [f"o{id}a", f"o{id}b"]
            for question, side in (("realism", (number + flipped) % 2), ("identity", (number // 2 + flipped) % 2)):
                choice = "tie" if number == 1 and question == "identity" else shown[side]
                made.append(
                    answer(
                        id,
                        person,
                        question,
                        shown_order=" ".join(shown),
                        choice=choice,
                        rt_ms=1000.0 + 137 * number,
                        trial_index=number,
                        started_at=f"2026-03-01T09:3{number}:00.000Z",
                    )
                )
    return made


def crowd(people: int) -> list[Answer]:
    """The first person's eight answers, given by many."""
    return [replace(row, participant_id=f"p{number}") for number in range(people) for row in answers()[:8]]


def page_rows(given: Sequence[Answer]) -> Rows:
    """Answers as the page writes them, which cannot tell checks."""
    return [dict(zip(COLUMNS, row.cells(), strict=True)) | {"is_check": ""} for row in given]


def page_csv(given: Sequence[Answer]) -> str:
    return csv_table(page_rows(given))


def page_json(given: Sequence[Answer]) -> str:
    rows = [{**row, "schema_version": 1, "trial_index": int(row["trial_index"])} for row in page_rows(given)]
    return json.dumps(rows, indent=1)


def post_body(given: Sequence[Answer]) -> str:
    return json.dumps({"answers": page_rows(given)})


def posts(given: Sequence[Answer]) -> str:
    """What a server keeps that writes each post on a line: bodies of several answers, lists, and bare answers."""
    bodies = [post_body(given[:3]), json.dumps(page_rows(given[3:5])), *map(json.dumps, page_rows(given[5:]))]
    return "\n".join(bodies) + "\n"


def pretty_posts(given: Sequence[Answer]) -> str:
    """What a server keeps that appends each post as it came, of many lines."""
    bodies = [json.dumps({"answers": page_rows(part)}, indent=1) for part in (given[:5], given[:9], given[9:])]
    return "\n".join(bodies)


def csv_table(rows: Sequence[dict[str, str]], separator: str = ",") -> str:
    """CSV of rows as spreadsheets write it: a column for every name, quotes where needed, Windows line ends."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="", delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


Shape = Callable[[str, Answer], dict[str, Any]]
"""A form's field for a question with its value, in one of Mechanical Turk's shapes."""


def turk(shape: Shape, *, as_json: bool = False) -> Callable[[Sequence[Answer]], str]:
    """Batch results in a shape; a HIT is a trial, an assignment answers all of its questions."""

    def text(given: Sequence[Answer]) -> str:
        assignments: dict[tuple[str, str], list[Answer]] = {}
        for row in given:
            assignments.setdefault((row.participant_id, row.trial_id), []).append(row)
        return csv_table([_assignment(assignment, shape, as_json=as_json) for assignment in assignments.values()])

    return text


def _assignment(given: list[Answer], shape: Shape, *, as_json: bool) -> dict[str, str]:
    first = given[0]
    shown = first.shown_order.split()
    row = dict.fromkeys(TURK, "") | {
        "HITId": f"3HIT{first.trial_id}",
        "Title": "Which face is real? A, or B",
        "CreationTime": "Sun Mar 01 00:00:00 PST 2026",
        "AssignmentId": first.session_id,
        "WorkerId": first.participant_id,
        "AssignmentStatus": "Approved",
        "WorkTimeInSeconds": "31",
        "LifetimeApprovalRate": "0% (0/0)",
        "Input.trial_id": first.trial_id,
        "Input.edit_text": "Smile",
        "Input.image_a_url": f"https://example.org/study/{shown[0]}.png",
        "Input.image_b_url": f"https://example.org/study/{shown[1]}.png",
    }
    fields: dict[str, Any] = {
        "study_id": first.study_id,
        "trial_id": first.trial_id,
        "shown_order": first.shown_order,
        "rt_ms": str(first.rt_ms),
        "started_at": first.started_at,
    }
    for one in given:
        fields |= shape(f"choice.{one.question_id}", one)
    if as_json:
        return {**row, "Answer.taskAnswers": json.dumps([fields])}
    columns = {f"Answer.{name}": value for name, value in _columns(fields)}
    return {
        **row,
        **{name: str(value).lower() if isinstance(value, bool) else value for name, value in columns.items()},
    }


def _columns(fields: dict[str, Any]) -> list[tuple[str, Any]]:
    flat = []
    for name, value in fields.items():
        if isinstance(value, dict):
            flat += [(f"{name}.{inner}", cell) for inner, cell in _columns(value)]
        else:
            flat.append((name, value))
    return flat


def field_of_text(name: str, of: Answer) -> dict[str, Any]:
    """`Answer.q`."""
    return {name: of.choice}


def buttons(name: str, of: Answer) -> dict[str, Any]:
    """`Answer.q.<value>`: true or false for each button."""
    return {name: {word: word == of.choice for word in (*of.shown_order.split(), "tie")}}


def numbered_buttons(name: str, of: Answer) -> dict[str, Any]:
    """`Answer.q.<i>.on`: buttons of no value, numbered as they stand; the one for a tie by its word."""
    words = [*of.shown_order.split(), "tie"]
    return {f"{name}.{number if number < 2 else 'tie'}": {"on": word == of.choice} for number, word in enumerate(words)}


def buttons_from_one(name: str, of: Answer) -> dict[str, Any]:
    words = [*of.shown_order.split(), "tie"]
    return {
        f"{name}.{number if number < 3 else 'tie'}": {"on": word == of.choice} for number, word in enumerate(words, 1)
    }


def classifier(name: str, of: Answer) -> dict[str, Any]:
    """`Answer.q.label`, by the letters of the HIT's images."""
    shown = of.shown_order.split()
    return {name: {"label": "AB"[shown.index(of.choice)] if of.choice in shown else of.choice}}


def label_studio(given: Sequence[Answer]) -> str:
    """An export of tasks, one for each question of a trial as one person saw it."""
    return json.dumps([_task(number, row) for number, row in enumerate(given, start=1)])


def _task(number: int, of: Answer) -> dict[str, Any]:
    shown = of.shown_order.split()
    seconds = of.rt_ms / 1000
    created = datetime.fromisoformat(of.started_at) + timedelta(seconds=seconds)
    if of.choice in shown:
        chosen = {"type": "pairwise", "value": {"selected": ("left", "right")[shown.index(of.choice)]}}
    else:
        chosen = {"type": "choices", "value": {"choices": [of.choice]}}
    remark = {"from_name": "remark", "type": "textarea", "value": {"text": ["hard to tell"]}}
    return {
        "id": number,
        "data": {
            "study_id": of.study_id,
            "trial_id": of.trial_id,
            "question_id": of.question_id,
            "shown_order": of.shown_order,
            "image_a": f"/data/{shown[0]}.png",
        },
        "annotations": [
            {
                "id": 500 + number,
                "completed_by": int(of.participant_id),
                "result": [{"id": "x1", "from_name": "pw", "to_name": "a,b", **chosen}, remark],
                "was_cancelled": False,
                "ground_truth": False,
                "created_at": created.isoformat().replace("+00:00", "Z"),
                "updated_at": "2026-03-02T00:00:00.000000Z",
                "lead_time": seconds,
                "task": number,
            }
        ],
        "predictions": [],
        "project": 4,
        "created_at": "2026-02-28T00:00:00.000000Z",
    }


COLUMN_MAP = """
columns:
  participant_id: Rater
  trial_id: Item
  question_id: Question
  shown_order: [Left, Right]
  choice: Preferred
  rt_ms: Milliseconds
  started_at: When
constants:
  study_id: s7d2e90b1
  session_id: lab
choices: {L: left, R: right, "no": tie}
"""


def foreign_rows(given: Sequence[Answer]) -> Rows:
    """Answers in a table of another make, which `COLUMN_MAP` maps."""
    rows = []
    for row in given:
        left, right = row.shown_order.split()
        rows.append(
            {
                "Item": row.trial_id,
                "Rater": row.participant_id,
                "Question": row.question_id,
                "Left": left,
                "Right": right,
                "Preferred": {left: "L", right: "R", "tie": "no"}[row.choice],
                "Milliseconds": str(row.rt_ms),
                "When": row.started_at.replace("Z", "+00:00"),
                "Remark": "naïve; quoted, too",
            }
        )
    return rows


def canonical_text(given: Sequence[Answer]) -> str:
    """The file that answers should come to."""
    return csv_text([COLUMNS, *(row.cells() for row in given)])
