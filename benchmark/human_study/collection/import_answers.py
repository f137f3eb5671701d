"""Imports answers from files of any kind into `answers.csv`, and what is not accepted into `rejected.csv`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock

from benchmark.human_study.answers import COLUMNS, Answer, read_rows, write_rows
from benchmark.human_study.collection.arena import write_arena
from benchmark.human_study.collection.formats.column_map import ColumnMap
from benchmark.human_study.collection.formats.detect import RawAnswers, read_raw_answers
from benchmark.human_study.collection.rejections import (
    REJECTED,
    Fault,
    Reason,
    Rejection,
    read_rejections,
    write_rejections,
)
from benchmark.human_study.collection.spreadsheet_damage import damage
from benchmark.human_study.collection.validate import AnswerValidator
from benchmark.human_study.schema import ANSWERS, PRIVATE, PUBLIC, STUDY, key_file, read_key, read_study
from registry.errors import InputError

LOCK = ".import.lock"
"""In the private folder; one import at a time."""

Vote = tuple[str, str, str]
"""Participant, trial and question: a person has one vote on each, in however many sessions."""


@dataclass
class FileSummary:
    """What became of a file's answers.

    Attributes:
        new: answers imported from it.
        known: answers that had been imported before, equal in every cell.
        rejected: how many by reason.
    """

    file: str
    kind: str
    encoding: str
    new: int = 0
    known: int = 0
    rejected: Counter[Reason] = field(default_factory=Counter)


@dataclass(frozen=True)
class ImportSummary:
    """What an import did.

    Attributes:
        path: of the study's answers.
        answers: how many it has now.
        rejected: the file that lists what was not accepted.
        arena: number of votes in each arena file.
        mode: of the study.
    """

    files: tuple[FileSummary, ...]
    path: Path
    answers: int
    rejected: Path
    arena: dict[Path, int]
    mode: str


def import_answers(
    folder: Path, files: Sequence[Path], columns: ColumnMap | None = None, key: Path | None = None
) -> ImportSummary:
    """Merge files of answers into a study's.

    All files are read before anything is written, those of earlier imports too, and each file is written whole or not
    at all, answers first: an import that fails or is killed leaves what was there, and the same import again goes on
    from it.

    Args:
        folder: of the study, with `public/study.json`.
        files: of answers, of any kind that `formats` can read.
        columns: of tables from other tools.
        key: of the study, where it is not `private/key.json` in its folder.

    Raises:
        InputError: if the study or a file cannot be read, or none of a file's answers is of this study.
    """
    study_path, private = folder / PUBLIC / STUDY, folder / PRIVATE
    study, secret = read_study(study_path), read_key(key_file(folder, key))
    validator = AnswerValidator(study, secret)
    files_read = [read_raw_answers(path, study, columns) for path in files]
    for raw_answers in files_read:
        _refuse_other_study(raw_answers, study.study_id, study_path)
    path, rejected = private / ANSWERS, private / REJECTED
    with FileLock(private / LOCK):
        votes = _read_earlier(path, validator) if path.exists() else {}
        earlier = read_rejections(rejected) if rejected.exists() else []
        before = len(votes)
        summaries, rejections = [], []
        for raw_answers in files_read:
            summary, refused = _merge(raw_answers, validator, votes)
            summaries.append(summary)
            rejections += refused
        if len(votes) > before or not path.exists():
            write_rows(path, votes.values())
        write_rejections(rejected, earlier, rejections)
        arena = write_arena(private, study, secret, votes.values())
    return ImportSummary(tuple(summaries), path, len(votes), rejected, arena, study.mode)


def _read_earlier(path: Path, validator: AnswerValidator) -> dict[Vote, Answer]:
    """The answers of earlier imports.

    Raises:
        InputError: if one is not of this study, or is there twice: writing the rest would lose it.
    """
    votes: dict[Vote, Answer] = {}
    for number, answer in enumerate(read_rows(path), start=1):
        checked = validator.validate(dict(zip(COLUMNS, answer.cells(), strict=True)))
        if isinstance(checked, Fault):
            raise InputError(f"{path}: answer {number}: {checked}")
        if votes.setdefault(_vote(answer), answer) is not answer:
            raise InputError(f"{path}: answer {number}: {Reason.AGAIN}")
    return votes


def _merge(
    raw_answers: RawAnswers, validator: AnswerValidator, votes: dict[Vote, Answer]
) -> tuple[FileSummary, list[Rejection]]:
    """Add a file's answers to the votes; the first of a person's answers to a question of a trial counts."""
    summary = FileSummary(raw_answers.file, raw_answers.kind, raw_answers.encoding)
    rejections = []
    for raw in raw_answers.answers:
        checked = raw.fault or validator.validate(raw.cells)
        if isinstance(checked, Answer):
            first = votes.setdefault(_vote(checked), checked)
            if first is checked:
                summary.new += 1
                continue
            if first.cells() == checked.cells():
                summary.known += 1
                continue
            checked = _answered_again(first, checked)
        summary.rejected[checked.reason] += 1
        rejections.append(Rejection(raw_answers.file, raw.row, checked, raw.raw))
    return summary, rejections


def _answered_again(first: Answer, again: Answer) -> Fault:
    if first.choice == again.choice:
        return Fault(Reason.AGAIN, f"the first answer counts, of session {first.session_id!r}")
    detail = f"{first.choice!r} of session {first.session_id!r} counts, not {again.choice!r} of {again.session_id!r}"
    return Fault(Reason.AGAIN_DIFFERENTLY, detail)


def _vote(answer: Answer) -> Vote:
    return answer.participant_id, answer.trial_id, answer.question_id


def _refuse_other_study(raw_answers: RawAnswers, study_id: str, study_path: Path) -> None:
    """Refuse a file none of whose answers is of this study.

    Raises:
        InputError: naming the ids of both.
    """
    named = [raw.cells["study_id"] for raw in raw_answers.answers if "study_id" in raw.cells]
    if not named or len(named) < len(raw_answers.answers) or study_id in named:
        return
    first, *others = dict.fromkeys(named)
    more = f" and {len(others)} more" if others else ""
    damaged = damage(first, {study_id})
    why = f": {damaged}; use the original file, not one saved by a spreadsheet" if damaged else ""
    raise InputError(
        f"{raw_answers.file}: its answers are of study {first!r}{more}, and {study_path} is study {study_id!r}{why}"
    )
