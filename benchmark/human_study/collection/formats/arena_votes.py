"""Votes between two methods, `model_a,model_b,winner`, as tools such as LMArena's keep them, taken into a `2afc` study.

A vote goes to the trial named in `trial_id`, or else to the one trial that shows its two methods for its `item` (the
source face, or the task's number) or, without an item, at all; attention checks and repeats apart, which a vote cannot
mean. `model_a` counts as shown left. `winner` is `model_a`, `model_b`, `tie`, `tie (bothbad)` or the method's name.
The rater is in `participant_id` or `judge`; the question in `question_id`, where the study has several.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from benchmark.human_study.collection.arena import HEADER
from benchmark.human_study.collection.formats.csv_table import Table
from benchmark.human_study.collection.formats.mturk import rejected_work
from benchmark.human_study.collection.formats.raw_answers import RawAnswer, raw_json
from benchmark.human_study.collection.rejections import Fault, Reason
from benchmark.human_study.schema import TIE, Key, Study
from benchmark.runtime.cell_values import is_missing
from registry.errors import InputError, shortened

_RATERS: Final = ("participant_id", "judge")
_TIES: Final = frozenset({"tie", "tie (bothbad)", "bothbad", "both_bad"})


def is_arena(table: Table) -> bool:
    """Whether a table has votes between two methods."""
    return set(table.columns) >= set(HEADER)


def from_table(table: Table, study: Study, key: Key, name: str) -> Iterator[RawAnswer]:
    """Raw answers of votes between two methods.

    Raises:
        InputError: if the study is no `2afc`, or two needed columns have one name.
    """
    if study.mode != "2afc":
        raise InputError(f"{name}: votes between two methods are answers to a 2afc study, not to a {study.mode} study")
    table.check_unrepeated((*HEADER, *_RATERS, "trial_id", "item", "question_id"), name)
    trials = _TrialFinder(study, key)
    questions = {question.id for question in study.questions}
    return (_raw_answer(row.number, row.cells, row.without(HEADER), trials, questions) for row in table.rows)


def _raw_answer(
    number: int, row: Mapping[str, str], broken: str, trials: _TrialFinder, questions: set[str]
) -> RawAnswer:
    cells = {"participant_id": next((row[name] for name in _RATERS if not is_missing(row.get(name, ""))), "")}
    if row.get("question_id") in questions or len(questions) > 1:  # LMArena's own is a prompt's id
        cells["question_id"] = row.get("question_id", "")
    first, second = row["model_a"], row["model_b"]
    found = rejected_work(row) or (Fault(Reason.BROKEN, broken) if broken else trials.find(row, first, second))
    if isinstance(found, Fault):
        return RawAnswer(number, raw_json(row), cells, found)
    trial, options = found
    winner = row["winner"]
    chosen = {"model_a": options[0], "model_b": options[1], first: options[0], second: options[1]}.get(winner, winner)
    cells |= {
        "trial_id": trial,
        "shown_order": " ".join(options),
        "choice": TIE if winner.lower() in _TIES else chosen,
        "session_id": row.get("session_id", ""),
    }
    return RawAnswer(number, raw_json(row), cells)


class _TrialFinder:
    """Finds the trial that a vote between two methods means."""

    def __init__(self, study: Study, key: Key) -> None:
        self._key = key
        self._options: dict[str, dict[str, str]] = {}  # by trial, the option of each method
        self._by_methods: dict[frozenset[str], list[str]] = defaultdict(list)
        for trial in study.trials:
            options = {key.options[option.id].method: option.id for option in trial.options}
            if len(options) == 2:
                self._options[trial.id] = options
                if key.trials[trial.id].check is None:
                    self._by_methods[frozenset(options)].append(trial.id)

    def find(self, row: Mapping[str, str], first: str, second: str) -> tuple[str, tuple[str, str]] | Fault:
        """The trial and its options of the first and the second method; or why there is none."""
        pair = f"{shortened(first)} and {shortened(second)}"
        trial = row.get("trial_id", "")
        if is_missing(trial):
            item = row.get("item", "")
            fitting = [id for id in self._by_methods.get(frozenset((first, second)), []) if self._is_about(id, item)]
            of_item = "" if is_missing(item) else f" for item {shortened(item)}"
            if not fitting:
                return Fault(Reason.UNKNOWN_TRIAL, f"none compares {pair}{of_item}")
            if len(fitting) > 1:
                advice = "; the column trial_id tells them apart" if of_item else "; a column item tells them apart"
                return Fault(Reason.UNKNOWN_TRIAL, f"{len(fitting)} compare {pair}{of_item}{advice}")
            trial = fitting[0]
        elif self._options.get(trial, {}).keys() != {first, second}:
            return Fault(Reason.UNKNOWN_TRIAL, f"{shortened(trial)} does not compare {pair}")
        options = self._options[trial]
        return trial, (options[first], options[second])

    def _is_about(self, trial: str, item: str) -> bool:
        known = self._key.trials[trial]
        return is_missing(item) or item in (known.source, str(known.task))
