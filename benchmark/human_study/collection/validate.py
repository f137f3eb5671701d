"""Validates raw answers against the study: joined by study, trial and option ids, never by position."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from benchmark.human_study.answers import Answer, parse_milliseconds, parse_trial_index
from benchmark.human_study.collection.rejections import Fault, Reason
from benchmark.human_study.collection.spreadsheet_damage import damage, looks_computed
from benchmark.human_study.collection.timestamps import to_utc
from benchmark.human_study.schema import REAL_OR_FAKE, SCHEMA_VERSION, SCORES, TIE, Key, Study, Trial
from benchmark.runtime.cell_values import is_missing, without_zero_decimals
from registry.errors import InputError, quoted

_KEYWORDS = frozenset({TIE, *SCORES, *REAL_OR_FAKE})
_OPTIONAL: Final[dict[str, Callable[[str], Any]]] = {
    "trial_index": lambda text: parse_trial_index(without_zero_decimals(text)),
    "rt_ms": parse_milliseconds,
    "started_at": to_utc,
}
"""Columns that an answer may lack, with what reads them."""


def unreadable(cells: Mapping[str, str]) -> dict[str, str]:
    """The optional cells that say something which cannot be read, by column, with what is wrong with them."""
    found = {}
    for column, parse in _OPTIONAL.items():
        text = cells.get(column, "")
        if not is_missing(text):
            try:
                parse(text)
            except ValueError as error:
                found[column] = str(error)
    return found


class AnswerValidator:
    """Validates answers to one study."""

    def __init__(self, study: Study, key: Key) -> None:
        """Index a study's ids.

        Raises:
            InputError: if the key is of another study, or lacks a trial.
        """
        self.study = study
        self._trials = {trial.id: trial for trial in study.trials}
        self._practice = {trial.id for trial in study.practice}
        self._questions = {question.id for question in study.questions}
        self._options = {option.id for trial in (*study.trials, *study.practice) for option in trial.options}
        if key.study_id != study.study_id:
            raise InputError(f"the key is of study {key.study_id!r}, and study.json is of study {study.study_id!r}")
        judged = {option.id for trial in study.trials for option in trial.options}
        if missing := (self._trials.keys() - key.trials.keys()) | (judged - key.options.keys()):
            raise InputError(f"the key lacks {min(missing)!r}, which study.json shows")
        self._checks = {id for id, trial in key.trials.items() if trial.check is not None}

    def has_trial(self, id: str) -> bool:
        """Whether a trial is the study's, practice among them."""
        return id in self._trials or id in self._practice

    def validate(self, cells: Mapping[str, str]) -> Answer | Fault:
        """The answer in the cells, or what is wrong with them.

        Args:
            cells: text by canonical column. Without study_id, the trial's id decides, which no other study has;
                question_id may be missing where the study has one question, and shown_order where a trial has one
                option. A time or an index that is missing or cannot be read is unknown: the vote counts.
        """
        try:
            return self._answer(cells)
        except _InvalidAnswer as error:
            return error.fault

    def _answer(self, cells: Mapping[str, str]) -> Answer:
        self._check_study(cells)
        participant = cells.get("participant_id", "")
        if is_missing(participant):
            raise _InvalidAnswer(Reason.NO_PARTICIPANT)
        if looks_computed(participant):
            raise _InvalidAnswer(Reason.DAMAGED, damage(participant, ()) or "")
        trial = self._trial(cells.get("trial_id", ""))
        question = self._question(cells.get("question_id"))
        shown = self._shown(cells.get("shown_order", ""), trial)
        return Answer(
            study_id=self.study.study_id,
            participant_id=participant,
            session_id=cells.get("session_id", ""),
            trial_id=trial.id,
            trial_index=_optional("trial_index", cells),
            question_id=question,
            shown_order=shown,
            choice=self._choice(cells.get("choice", ""), trial),
            rt_ms=_optional("rt_ms", cells),
            is_check=trial.id in self._checks,
            started_at=_optional("started_at", cells),
        )

    def _check_study(self, cells: Mapping[str, str]) -> None:
        version = without_zero_decimals(cells.get("schema_version", str(SCHEMA_VERSION)))
        if version != str(SCHEMA_VERSION):
            raise _InvalidAnswer(Reason.ANOTHER_SCHEMA, quoted(version))
        study = cells.get("study_id", self.study.study_id)
        if study != self.study.study_id:
            _check_damage(study, {self.study.study_id})
            raise _InvalidAnswer(Reason.ANOTHER_STUDY, quoted(study))

    def _question(self, id: str | None) -> str:
        if id is None and len(self._questions) == 1:
            return next(iter(self._questions))
        if id not in self._questions:
            raise _InvalidAnswer(Reason.UNKNOWN_QUESTION, quoted(id or ""))
        return id

    def _trial(self, id: str) -> Trial:
        if is_missing(id):
            raise _InvalidAnswer(Reason.NO_TRIAL)
        if id in self._practice:
            raise _InvalidAnswer(Reason.PRACTICE, quoted(id))
        if id not in self._trials:
            _check_damage(id, self._trials.keys() | self._practice)
            raise _InvalidAnswer(Reason.UNKNOWN_TRIAL, quoted(id))
        return self._trials[id]

    def _shown(self, text: str, trial: Trial) -> str:
        options = [option.id for option in trial.options]
        shown = [] if is_missing(text) else text.split()
        if not shown and len(options) == 1:
            shown = options
        if sorted(shown) != sorted(options):
            for id in shown:
                _check_damage(id, options)
            raise _InvalidAnswer(Reason.WRONG_ORDER, quoted(text))
        return " ".join(shown)

    def _choice(self, choice: str, trial: Trial) -> str:
        options = {option.id for option in trial.options}
        keywords = _keywords_of(self.study)
        offered = keywords if self.study.mode in ("mos", "realfake") else options | keywords
        for word in (choice, without_zero_decimals(choice)):
            if word in offered:
                return word
        if is_missing(choice):
            raise _InvalidAnswer(Reason.NO_CHOICE)
        if choice in _KEYWORDS or choice in options:
            raise _InvalidAnswer(Reason.NOT_ALLOWED, quoted(choice))
        if choice in self._options:
            raise _InvalidAnswer(Reason.OTHER_TRIALS_OPTION, quoted(choice))
        _check_damage(choice, options)
        raise _InvalidAnswer(Reason.UNKNOWN_OPTION, quoted(choice))


class _InvalidAnswer(Exception):
    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason)
        self.fault = Fault(reason, detail)


def _keywords_of(study: Study) -> frozenset[str]:
    """Choices of a study that are not ids of options."""
    if study.mode == "mos":
        return frozenset(SCORES)
    if study.mode == "realfake":
        return frozenset(REAL_OR_FAKE)
    return frozenset({TIE}) if study.ties else frozenset()


def _check_damage(text: str, known: set[str] | list[str]) -> None:
    if found := damage(text, known):
        raise _InvalidAnswer(Reason.DAMAGED, found)


def _optional(column: str, cells: Mapping[str, str]) -> Any:
    """The value of a cell that an answer may lack; the unknown one where it cannot be read."""
    parse, text = _OPTIONAL[column], cells.get(column, "")
    if is_missing(text):
        return parse("")
    try:
        return parse(text)
    except ValueError:
        return parse("")
