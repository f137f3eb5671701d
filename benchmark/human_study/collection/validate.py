"""Validates raw answers against the study: joined by study, trial and option ids, never by position."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from benchmark.human_study.answers import Answer, parse_milliseconds, parse_trial_index
from benchmark.human_study.collection.rejections import Fault, Reason
from benchmark.human_study.collection.spreadsheet_damage import damage, looks_computed
from benchmark.human_study.collection.timestamps import to_utc
from benchmark.human_study.schema import REAL_OR_FAKE, SCHEMA_VERSION, SCORES, TIE, Key, Study, Trial
from registry.errors import InputError

_KEYWORDS = frozenset({TIE, *SCORES, *REAL_OR_FAKE})
Parsed = TypeVar("Parsed")


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

    def validate(self, cells: Mapping[str, str]) -> Answer | Fault:
        """The answer in the cells, or what is wrong with them.

        Args:
            cells: text by canonical column. Without study_id, the trial's id decides, which no other study has;
                shown_order may be missing where a trial has one option.
        """
        try:
            return self._answer(cells)
        except _InvalidAnswer as error:
            return error.fault

    def _answer(self, cells: Mapping[str, str]) -> Answer:
        self._check_study(cells)
        participant = cells.get("participant_id", "")
        if not participant:
            raise _InvalidAnswer(Reason.NO_PARTICIPANT)
        if looks_computed(participant):
            raise _InvalidAnswer(Reason.DAMAGED, damage(participant, ()) or "")
        trial = self._trial(cells.get("trial_id", ""))
        question = cells.get("question_id", "")
        if question not in self._questions:
            raise _InvalidAnswer(Reason.UNKNOWN_QUESTION, repr(question))
        shown = self._shown(cells.get("shown_order", ""), trial)
        return Answer(
            study_id=self.study.study_id,
            participant_id=participant,
            session_id=cells.get("session_id", ""),
            trial_id=trial.id,
            trial_index=_parsed(parse_trial_index, cells.get("trial_index", ""), Reason.BAD_INDEX),
            question_id=question,
            shown_order=shown,
            choice=self._choice(cells.get("choice", ""), trial),
            rt_ms=_parsed(parse_milliseconds, cells.get("rt_ms", ""), Reason.BAD_TIME),
            is_check=trial.id in self._checks,
            started_at=_parsed(to_utc, cells.get("started_at", ""), Reason.BAD_TIME),
        )

    def _check_study(self, cells: Mapping[str, str]) -> None:
        version = cells.get("schema_version", str(SCHEMA_VERSION))
        if version != str(SCHEMA_VERSION):
            raise _InvalidAnswer(Reason.ANOTHER_SCHEMA, repr(version))
        study = cells.get("study_id", self.study.study_id)
        if study != self.study.study_id:
            _check_damage(study, {self.study.study_id})
            raise _InvalidAnswer(Reason.ANOTHER_STUDY, repr(study))

    def _trial(self, id: str) -> Trial:
        if id in self._practice:
            raise _InvalidAnswer(Reason.PRACTICE, repr(id))
        if id not in self._trials:
            _check_damage(id, self._trials.keys() | self._practice)
            raise _InvalidAnswer(Reason.UNKNOWN_TRIAL, repr(id))
        return self._trials[id]

    def _shown(self, text: str, trial: Trial) -> str:
        options = [option.id for option in trial.options]
        shown = text.split() or (options if len(options) == 1 else [])
        if sorted(shown) != sorted(options):
            for id in shown:
                _check_damage(id, options)
            raise _InvalidAnswer(Reason.WRONG_ORDER, repr(text))
        return " ".join(shown)

    def _choice(self, choice: str, trial: Trial) -> str:
        options = {option.id for option in trial.options}
        keywords = _keywords_of(self.study)
        if choice in (keywords if self.study.mode in ("mos", "realfake") else options | keywords):
            return choice
        if not choice:
            raise _InvalidAnswer(Reason.NO_CHOICE)
        if choice in _KEYWORDS or choice in options:
            raise _InvalidAnswer(Reason.NOT_ALLOWED, repr(choice))
        if choice in self._options:
            raise _InvalidAnswer(Reason.OTHER_TRIALS_OPTION, repr(choice))
        _check_damage(choice, options)
        raise _InvalidAnswer(Reason.UNKNOWN_OPTION, repr(choice))


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


def _parsed(parse: Callable[[str], Parsed], text: str, reason: Reason) -> Parsed:
    try:
        return parse(text)
    except ValueError as error:
        raise _InvalidAnswer(reason, str(error)) from error
