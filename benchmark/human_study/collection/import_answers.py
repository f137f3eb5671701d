"""Answers of any kind of file into `answers.csv`, each once; what cannot be taken into `rejected.csv`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock

from benchmark.human_study.answers import COLUMNS, Answer, read_rows, write_rows
from benchmark.human_study.collection.arena import write_arena
from benchmark.human_study.collection.formats.column_map import ColumnMap
from benchmark.human_study.collection.formats.detect import Claims, read_claims
from benchmark.human_study.collection.rejections import (
    REJECTED,
    Fault,
    Reason,
    Rejection,
    read_rejections,
    write_rejections,
)
from benchmark.human_study.collection.spreadsheet_damage import damage
from benchmark.human_study.collection.validate import Checker
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
        new: answers taken from it.
        known: answers that were there already, in every cell.
        rejected: how many by reason.
    """

    file: str
    kind: str
    encoding: str
    new: int = 0
    known: int = 0
    rejected: Counter[Reason] = field(default_factory=Counter)


@dataclass(frozen=True)
class Imported:
    """What an import did.

    Attributes:
        path: of the study's answers.
        answers: how many it holds now.
        rejected: the file that lists what could not be taken.
        arena: how many votes each arena file holds.
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
) -> Imported:
    """Merge files of answers into a study's.

    All files are read before anything is written, those of earlier imports too, and each file is written whole or not
    at all, answers first: an import that fails or is killed leaves what was there, and the same import again goes on
    from it.

    Args:
        folder: of the study, with `public/study.json`.
        files: of answers, of any kind that `imports` knows.
        columns: of tables of another make.
        key: of the study, where it is not `private/key.json` in its folder.

    Raises:
        InputError: if the study or a file cannot be read, or none of a file's answers is of this study.
    """
    study_path, private = folder / PUBLIC / STUDY, folder / PRIVATE
    study, secret = read_study(study_path), read_key(key_file(folder, key))
    checker = Checker(study, secret)
    claimed = [read_claims(path, study, columns) for path in files]
    for each in claimed:
        _refuse_other_study(each, study.study_id, study_path)
    path, rejected = private / ANSWERS, private / REJECTED
    with FileLock(private / LOCK):
        votes = _held(path, checker) if path.exists() else {}
        earlier = read_rejections(rejected) if rejected.exists() else []
        before = len(votes)
        summaries, rejections = [], []
        for each in claimed:
            summary, refused = _merge(each, checker, votes)
            summaries.append(summary)
            rejections += refused
        if len(votes) > before or not path.exists():
            write_rows(path, votes.values())
        write_rejections(rejected, earlier, rejections)
        arena = write_arena(private, study, secret, votes.values())
    return Imported(tuple(summaries), path, len(votes), rejected, arena, study.mode)


def _held(path: Path, checker: Checker) -> dict[Vote, Answer]:
    """The answers of earlier imports.

    Raises:
        InputError: if one is not of this study, or there twice: writing the rest would lose it.
    """
    votes: dict[Vote, Answer] = {}
    for number, answer in enumerate(read_rows(path), start=1):
        checked = checker.check(dict(zip(COLUMNS, answer.cells(), strict=True)))
        if isinstance(checked, Fault):
            raise InputError(f"{path}: answer {number}: {checked}")
        if votes.setdefault(_vote(answer), answer) is not answer:
            raise InputError(f"{path}: answer {number}: {Reason.AGAIN}")
    return votes


def _merge(claims: Claims, checker: Checker, votes: dict[Vote, Answer]) -> tuple[FileSummary, list[Rejection]]:
    """Add a file's answers to the votes; the first of a person's answers to a question of a trial stands."""
    summary = FileSummary(claims.file, claims.kind, claims.encoding)
    rejections = []
    for claim in claims.claims:
        checked = claim.fault or checker.check(claim.cells)
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
        rejections.append(Rejection(claims.file, claim.row, checked, claim.raw))
    return summary, rejections


def _answered_again(first: Answer, again: Answer) -> Fault:
    if first.choice == again.choice:
        return Fault(Reason.AGAIN, f"the first answer stands, of session {first.session_id!r}")
    detail = f"{first.choice!r} of session {first.session_id!r} stands, not {again.choice!r} of {again.session_id!r}"
    return Fault(Reason.AGAIN_DIFFERENTLY, detail)


def _vote(answer: Answer) -> Vote:
    return answer.participant_id, answer.trial_id, answer.question_id


def _refuse_other_study(claims: Claims, study_id: str, study_path: Path) -> None:
    """Refuse a file none of whose answers is of this study.

    Raises:
        InputError: naming the ids of both.
    """
    named = [claim.cells["study_id"] for claim in claims.claims if "study_id" in claim.cells]
    if not named or len(named) < len(claims.claims) or study_id in named:
        return
    first, *others = dict.fromkeys(named)
    more = f" and {len(others)} more" if others else ""
    damaged = damage(first, {study_id})
    why = f": {damaged}; take the file as it came, not as a spreadsheet saved it" if damaged else ""
    raise InputError(
        f"{claims.file}: its answers are of study {first!r}{more}, and {study_path} is study {study_id!r}{why}"
    )
