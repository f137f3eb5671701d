"""Imports answers from files of any kind into `answers.csv`, and what is not accepted into `rejected.csv`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from benchmark.human_study.answers import COLUMNS, Answer, read_rows, write_rows
from benchmark.human_study.collection.arena import write_arena
from benchmark.human_study.collection.formats.column_map import ColumnMap
from benchmark.human_study.collection.formats.detect import RawAnswers, read_raw_answers
from benchmark.human_study.collection.import_summary import (
    IMPORTS,
    FileSummary,
    Imports,
    read_imports,
    write_imports,
)
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
from benchmark.runtime.atomic_files import sha256_of
from registry.errors import InputError, quoted

LOCK = ".import.lock"
"""In the private folder; one import at a time."""

Vote = tuple[str, str, str]
"""Participant, trial and question: a person has one vote on each, in however many sessions."""


@dataclass(frozen=True)
class ImportSummary:
    """What an import did.

    Attributes:
        path: of the study's answers.
        answers: how many it has now.
        rejected: the file that lists what was not accepted.
        arena: number of votes in each arena file.
        mode: of the study.
        imports: the file that keeps these counts with the study.
    """

    files: tuple[FileSummary, ...]
    path: Path
    answers: int
    rejected: Path
    arena: dict[Path, int]
    mode: str
    imports: Path


def import_answers(
    folder: Path,
    files: Sequence[Path],
    columns: ColumnMap | None = None,
    key: Path | None = None,
    encoding: str | None = None,
) -> ImportSummary:
    """Merge files of answers into a study's.

    All files are read before anything is written, those of earlier imports too, and each file is written whole or not
    at all, answers first: an import that fails or is killed leaves what was there, and the same import again goes on
    from it. Nothing is kept of a file none of whose answers is of this study.

    Args:
        folder: of the study, with `public/study.json`.
        files: of answers, of any kind that `formats` can read.
        columns: of tables from other tools.
        key: of the study, where it is not `private/key.json` in its folder.
        encoding: of the files' text; found by the content where it is None.

    Raises:
        InputError: if the study or a file cannot be read, or none of a file's answers is of this study.
    """
    study_path, private = folder / PUBLIC / STUDY, folder / PRIVATE
    study, secret = read_study(study_path), read_key(key_file(folder, key))
    validator = AnswerValidator(study, secret)
    files_read = [(read_raw_answers(path, study, secret, columns, encoding), sha256_of(path)) for path in files]
    for raw_answers, _ in files_read:
        _refuse_other_study(raw_answers, study.study_id, study_path)
    path, rejected, imports = private / ANSWERS, private / REJECTED, private / IMPORTS
    with FileLock(private / LOCK):
        votes = _read_earlier(path, validator) if path.exists() else {}
        imported = read_imports(imports) if path.exists() else Imports()
        earlier = read_rejections(rejected) if rejected.exists() else []
        before = len(votes)
        summaries: list[FileSummary] = []
        rejections: list[list[Rejection]] = []
        for raw_answers, sha256 in files_read:
            summary, refused = _merge(raw_answers, sha256, validator, votes)
            _refuse_foreign(summary, refused, raw_answers, validator, study_path)
            summaries.append(summary)
            rejections.append(refused)
        if len(votes) > before or not path.exists():
            write_rows(path, votes.values())
        write_rejections(rejected, earlier, rejections)
        arena = write_arena(private, study, secret, votes.values())
        write_imports(imports, imported.with_files(summaries, len(votes)))
    return ImportSummary(tuple(summaries), path, len(votes), rejected, arena, study.mode, imports)


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
    raw_answers: RawAnswers, sha256: str, validator: AnswerValidator, votes: dict[Vote, Answer]
) -> tuple[FileSummary, list[Rejection]]:
    """Add a file's answers to the votes; the first of a person's answers to a question of a trial counts."""
    summary = FileSummary(raw_answers.file, sha256, raw_answers.kind, raw_answers.encoding, empty=raw_answers.empty)
    rejections = []
    for raw in raw_answers.answers:
        checked = raw.fault or validator.validate(raw.cells)
        if isinstance(checked, Answer):
            first = votes.setdefault(_vote(checked), checked)
            if first is checked or first.cells() == checked.cells():
                summary.take(checked, raw.cells, new=first is checked)
                continue
            checked = _answered_again(first, checked)
        summary.rejected[checked.reason] += 1
        rejections.append(Rejection(raw_answers.file, raw.row, checked, raw.raw, raw.part))
    return summary, rejections


def _answered_again(first: Answer, again: Answer) -> Fault:
    if first.choice == again.choice:
        return Fault(Reason.AGAIN, f"the first answer counts, of session {quoted(first.session_id)}")
    sessions = quoted(first.session_id), quoted(again.session_id)
    detail = f"{first.choice!r} of session {sessions[0]} counts, not {again.choice!r} of {sessions[1]}"
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
        f"{raw_answers.file}: its answers are of study {quoted(first)}{more}, and {study_path} is study "
        f"{study_id!r}{why}"
    )


def _refuse_foreign(
    summary: FileSummary,
    rejections: Sequence[Rejection],
    raw_answers: RawAnswers,
    validator: AnswerValidator,
    study_path: Path,
) -> None:
    """Refuse a file none of whose answers names a trial of the study, so that nothing of it is kept.

    Raises:
        InputError: naming the most frequent reasons, and the first row.
    """
    named = (raw.cells.get("trial_id", "") for raw in raw_answers.answers)
    if summary.taken or summary.rejected[Reason.DAMAGED] or any(map(validator.has_trial, named)):
        return
    counts = ", ".join(f"{count} {reason}" for reason, count in summary.rejected.most_common(3))
    first = rejections[0]
    raise InputError(
        f"{raw_answers.file} ({raw_answers.kind}): none of its {summary.seen} answers is of the study {study_path}: "
        f"{counts}; the first, row {first.row}: {first.fault}; nothing was imported"
    )
