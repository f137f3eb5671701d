"""Batch results of Amazon Mechanical Turk, in every shape in which its layouts return answers.

An assignment is a row: `Input.*` columns hold the HIT's variables, `Answer.*` columns the fields of the worker's form.
A form's field NAME of value V comes as `Answer.NAME` = V (fields of text, and radio buttons of older layouts);
`Answer.NAME.V` = true or false (radio buttons); `Answer.NAME.I.on` = true or false (buttons named NAME.I, of no
value); `Answer.NAME.label` = V (a crowd-form's classifier); or all fields as one JSON list in `Answer.taskAnswers`.
Questions are fields named `choice.QUESTION` or `QUESTION`; where a button names an option by its position (`a`,
`left`, a number), the position counts in the order that this worker saw.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from string import ascii_lowercase
from typing import Any
from urllib.parse import urlsplit

from benchmark.human_study.collection.formats import wide_table
from benchmark.human_study.collection.formats.choices import resolve_button, resolve_choice
from benchmark.human_study.collection.formats.csv_table import Row, Table
from benchmark.human_study.collection.formats.json_documents import parse_json
from benchmark.human_study.collection.formats.raw_answers import RawAnswer, raw_json, text_of
from benchmark.human_study.collection.rejections import Fault, Reason
from benchmark.human_study.schema import Study
from benchmark.runtime.cell_values import is_missing
from registry.errors import InputError, quoted, shortened

IDENTIFYING = frozenset({"AssignmentId", "WorkerId"})
"""Columns by which batch results are recognised."""
_OF_A_BATCH = frozenset({"HITId", "AssignmentId", "WorkerId", "AssignmentStatus"})
"""Columns beside which `Reject` is the requester's decision, whatever else was deleted from the file."""
_TASK_ANSWERS = "taskAnswers"
_CHOICE = "choice."
_TRUTH = {"true": True, "false": False}
_COPIED = ("study_id", "trial_id", "shown_order", "rt_ms", "started_at", "trial_index")

Fields = Mapping[str, str]
"""A form's fields by name; a radio button's is true or false under `NAME.VALUE`."""


def from_table(table: Table, study: Study, name: str) -> Iterator[RawAnswer]:
    """Raw answers of batch results: one for each question that an assignment answers.

    Raises:
        InputError: if two columns of a form have one name, or no column answers a question of the study, naming the
            rows whose JSON is broken.
    """
    table.check_unrepeated([column for column in table.columns if column.startswith(("Answer.", "Input."))], name)
    forms = [_form(row) for row in table.rows]
    questions = {question.id for question in study.questions}
    seen = {field for form, _ in forms for field in form} | set(_named(table.columns, "Answer."))
    if forms and not any(_question(field, questions) for field in seen):
        if faults := {row.number: broken for row, (_, broken) in zip(table.rows, forms, strict=True) if broken}:
            rows, first = shortened(", ".join(map(str, faults))), next(iter(faults.values()))
            raise InputError(f"{name}: no row answers a question of the study, and broken are rows {rows}: {first}")
        answered = shortened(", ".join(sorted(seen - set(_COPIED) - {_TASK_ANSWERS})) or "none")
        expected = ", ".join(sorted(questions))
        raise InputError(
            f"{name}: none of its Answer columns ({answered}) is a question of the study ({expected})"
            f"{wide_table.suggestion(table, study)}"
        )
    buttons = _numbers(seen, questions)
    for row, (form, broken) in zip(table.rows, forms, strict=True):
        yield from _raw_answers(row, form, broken, buttons, study)


def rejected_work(cells: Mapping[str, str]) -> Fault | None:
    """The fault of an assignment that the requester rejected: by its status, or by a filled column `Reject`.

    The site has rejected work by `AssignmentStatus`; a downloaded file is sent back with a reason in `Reject`.
    """
    if cells.get("AssignmentStatus", "").strip().lower() == "rejected":
        return Fault(Reason.ASSIGNMENT_REJECTED)
    reason = cells.get("Reject", "")
    if not is_missing(reason) and not _OF_A_BATCH.isdisjoint(cells):
        return Fault(Reason.ASSIGNMENT_REJECTED, f"Reject: {quoted(reason)}")
    return None


def _raw_answers(
    row: Row, form: Fields, broken: str, buttons: Mapping[str, set[int]], study: Study
) -> Iterator[RawAnswer]:
    cells = _cells(row, form)
    raw = raw_json(row.cells)
    fault = rejected_work(row.cells) or (Fault(Reason.BROKEN, broken) if broken else None)
    shown = cells["shown_order"].split()
    choices = _choices(form, {question.id for question in study.questions})
    if not choices:
        cut = row.without([column for column in row.lacking if column.startswith("Answer.")])
        nothing = Fault(Reason.BROKEN, cut) if cut else Fault(Reason.NO_CHOICE)
        yield RawAnswer(row.number, raw, cells, fault or nothing)
    for question, marked in choices.items():
        choice, wrong = _choice(marked, shown, buttons.get(question, set()), study)
        yield RawAnswer(row.number, raw, {**cells, "question_id": question, "choice": choice}, fault or wrong, question)


def _cells(row: Row, form: Fields) -> dict[str, str]:
    """What all answers of an assignment share; the HIT's own variables before a form that a worker could change."""
    inputs = _named(row.cells, "Input.")
    cells = {name: inputs.get(name) or form.get(name, "") for name in _COPIED}
    if not cells["study_id"]:
        del cells["study_id"]
    cells["shown_order"] = cells["shown_order"] or " ".join(_shown(inputs))
    return {**cells, "participant_id": row.cells.get("WorkerId", ""), "session_id": row.cells.get("AssignmentId", "")}


def _shown(inputs: Mapping[str, str]) -> Iterator[str]:
    """Options in the order of a HIT's variables, by the images' names, which are their ids."""
    for letter in ascii_lowercase:
        if address := inputs.get(f"image_{letter}_url"):
            yield PurePosixPath(urlsplit(address).path).stem


def _form(row: Row) -> tuple[Fields, str]:
    """An assignment's fields that are not empty, and what is broken about them."""
    fields = {name: cell for name, cell in _named(row.cells, "Answer.").items() if cell}
    text = fields.pop(_TASK_ANSWERS, "")
    if not text:
        return fields, row.broken
    try:
        listed = parse_json(text)
        for form in listed if isinstance(listed, list) else [listed]:
            fields.update(_flat("", form))
    except ValueError as error:
        return fields, f"Answer.taskAnswers is not JSON: {error}"
    return fields, row.broken


def _flat(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """Fields of nested JSON, named as columns of the other shapes are."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(f"{name}.{key}" if name else str(key), inner)
    elif isinstance(value, bool):
        yield name, str(value).lower()
    elif text := text_of(value):
        yield name, text


def _choices(form: Fields, questions: set[str]) -> dict[str, list[str]]:
    """Choices for each question of the form; none where no button was pressed."""
    choices: dict[str, list[str]] = {}
    for field, value in form.items():
        question = _question(field, questions)
        if question is None:
            continue
        marked = choices.setdefault(question, [])
        rest = field.removeprefix(_CHOICE)[len(question) + 1 :]
        if rest in ("", "label"):
            marked.append(value)
        elif _TRUTH.get(value.lower()):
            marked.append(rest.removesuffix(".on"))
    return choices


def _question(field: str, questions: set[str]) -> str | None:
    """The question that a field answers, known or not; None for a field that answers none."""
    bare = field.removeprefix(_CHOICE)
    fitting = [question for question in questions if bare == question or bare.startswith(f"{question}.")]
    if fitting:
        return max(fitting, key=len)
    return bare.split(".")[0] if field.startswith(_CHOICE) else None


def _choice(marked: list[str], shown: list[str], numbers: set[int], study: Study) -> tuple[str, Fault | None]:
    if len(marked) != 1:
        words = " ".join(marked)
        return words, Fault(Reason.SEVERAL_CHOICES if marked else Reason.NO_CHOICE, shortened(words))
    word = marked[0]
    if word in shown or not (word.isascii() and word.isdigit()):
        return resolve_choice(word, shown), None
    if study.mode == "mos":
        fault = Fault(Reason.NOT_ALLOWED, "its buttons are numbered from 0, and scores go from 1 to 5")
        return word, fault if 0 in numbers else None
    if not numbers:
        return word, None
    option = resolve_button(int(word), shown, numbers)
    return option or word, None if option else Fault(Reason.UNKNOWN_OPTION, f"button {word} of {len(shown)} options")


def _numbers(fields: set[str], questions: set[str]) -> dict[str, set[int]]:
    """The numbers of each question's numbered buttons."""
    numbers: dict[str, set[int]] = {}
    for field in fields:
        question = _question(field, questions)
        rest = field.removeprefix(_CHOICE)[len(question) + 1 :].removesuffix(".on") if question else ""
        if question and rest.isascii() and rest.isdigit() and len(rest) < 3:
            numbers.setdefault(question, set()).add(int(rest))
    return numbers


def _named(columns: Mapping[str, str] | tuple[str, ...], prefix: str) -> dict[str, str]:
    """Columns of a prefix, without it, with their cells where there are any."""
    cells = columns if isinstance(columns, Mapping) else dict.fromkeys(columns, "")
    return {name.removeprefix(prefix): cell for name, cell in cells.items() if name.startswith(prefix)}
