"""Canonical answers joined with the key: which can be counted, which cannot and why, and the votes on one question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmark.human_study.schema import REAL_OR_FAKE, SCORES, TIE, Key, Study, Trial
from benchmark.statistics.face_clusters import Array
from benchmark.statistics.two_way_bootstrap import Crossed


@dataclass(frozen=True)
class Votes:
    """The N answers to one question under one protocol.

    Attributes:
        methods: labels of the M methods, in order.
        shown: (N, K) index into `methods` of the option at each position, left to right; -1 where fewer were shown.
        scores: (N, K) score of each option: its share of the choice (a tie is shared out evenly), its score of 1 to 5,
            or 1 where it was taken for real; 0 where there is no option.
        crossed: raters, and source faces as items.
        ties: answers that say there is no difference.
        units: (U, C) answers to each trial by category: index of the chosen option among the trial's ids in order,
            which no method decides; the score; or real and fake.
        unit_items: (U,) source face of each trial.
        unit: (N,) index among them of the trial of each answer.
        rt_ms: (N,) milliseconds from the trial's appearance to the answer; NaN where unknown.
    """

    methods: tuple[str, ...]
    shown: NDArray[np.int64]
    scores: Array
    crossed: Crossed
    ties: int
    units: Array
    unit_items: NDArray[np.object_]
    unit: NDArray[np.int64]
    rt_ms: Array

    @property
    def sets(self) -> NDArray[np.int64]:
        """(N,) number of the set of methods that each answer was about."""
        found: NDArray[np.int64] = np.unique(np.sort(self.shown, axis=1), axis=0, return_inverse=True)[1]
        return found.reshape(-1)


def countable(answers: pd.DataFrame, study: Study, key: Key) -> tuple[pd.DataFrame, dict[str, int]]:
    """The answers that can be counted, checks among them, and how many cannot be, by reason."""
    trials = {trial.id: trial for trial in study.trials}
    practice = {trial.id for trial in study.practice}
    questions = {question.id for question in study.questions}
    dropped: Counter[str] = Counter()
    kept = []
    for study_id, trial, question, choice in zip(
        answers["study_id"], answers["trial_id"], answers["question_id"], answers["choice"], strict=True
    ):
        reason = None
        if study_id != study.study_id:
            reason = "of another study"
        elif trial in practice:
            reason = "practice"
        elif trial not in trials or trial not in key.trials:
            reason = "of a trial that the study does not have"
        elif question not in questions:
            reason = "to a question that the study does not ask"
        elif choice not in _choices(study, trials[trial]):
            reason = "with a choice that the trial does not offer"
        kept.append(reason is None)
        if reason is not None:
            dropped[reason] += 1
    return answers[np.array(kept, dtype=bool)], dict(dropped)


def trials_of(study: Study, key: Key, protocol: str, attribute: str | None = None) -> dict[str, Trial]:
    """The trials of one protocol by id, checks left out; of one attribute alone where it is given."""
    keys = {trial.id: key.trials[trial.id] for trial in study.trials if trial.id in key.trials}
    return {
        trial.id: trial
        for trial in study.trials
        if trial.id in keys
        and (found := keys[trial.id]).check is None
        and found.protocol == protocol
        and attribute in (None, found.attribute)
    }


def votes_of(answers: pd.DataFrame, study: Study, key: Key, trials: dict[str, Trial]) -> Votes:
    """Votes from countable answers to one question about some trials; all methods of these count."""
    rows = list(_rows(answers, trials))
    labels = sorted({key.options[option.id].method for trial in trials.values() for option in trial.options})
    index_of = {label: index for index, label in enumerate(labels)}
    width = max((len(trial.options) for trial in trials.values()), default=1)
    shown = np.full((len(rows), width), -1, dtype=np.int64)
    scores = np.zeros((len(rows), width))
    names = list(dict.fromkeys(trial.id for trial, _, _ in rows))
    unit_of = {name: index for index, name in enumerate(names)}
    categories = _categories(study, width)
    unit = np.array([unit_of[trial.id] for trial, _, _ in rows], dtype=np.int64)
    units = np.zeros((len(names), len(categories)))
    for row, (trial, choice, order) in enumerate(rows):
        shown[row, : len(order)] = [index_of[key.options[option].method] for option in order]
        scores[row, : len(order)] = [_score(study, choice, option, len(order)) for option in order]
        units[unit[row], categories.index(_category(trial, choice))] += 1
    items = np.array([key.trials[trial.id].source for trial, _, _ in rows], dtype=object)
    return Votes(
        methods=tuple(labels),
        shown=shown,
        scores=scores,
        crossed=Crossed.of(answers["participant_id"].to_numpy(dtype=object), items),
        ties=sum(choice == TIE for _, choice, _ in rows),
        units=units,
        unit_items=np.array([key.trials[name].source for name in names], dtype=object),
        unit=unit,
        rt_ms=answers["rt_ms"].to_numpy(dtype=np.float64),
    )


def _choices(study: Study, trial: Trial) -> tuple[str, ...]:
    if study.mode == "mos":
        return SCORES
    if study.mode == "realfake":
        return REAL_OR_FAKE
    return (*(option.id for option in trial.options), *((TIE,) if study.ties else ()))


def _rows(answers: pd.DataFrame, trials: dict[str, Trial]) -> Iterator[tuple[Trial, str, tuple[str, ...]]]:
    """Trial, choice, and option ids in the order shown: of the answer, or of the study where the answer has none."""
    for name, choice, order in zip(answers["trial_id"], answers["choice"], answers["shown_order"], strict=True):
        trial = trials[name]
        ids = tuple(option.id for option in trial.options)
        as_shown = tuple(order.split()) if isinstance(order, str) else ()
        yield trial, str(choice), as_shown if sorted(as_shown) == sorted(ids) else ids


def _score(study: Study, choice: str, option: str, number: int) -> float:
    if study.mode == "mos":
        return float(choice)
    if study.mode == "realfake":
        return float(choice == "real")
    return 1 / number if choice == TIE else float(choice == option)


def _categories(study: Study, width: int) -> list[str]:
    if study.mode == "mos":
        return list(SCORES)
    return list(REAL_OR_FAKE) if study.mode == "realfake" else [*map(str, range(width)), TIE]


def _category(trial: Trial, choice: str) -> str:
    ids = sorted(option.id for option in trial.options)
    return str(ids.index(choice)) if choice in ids else choice
