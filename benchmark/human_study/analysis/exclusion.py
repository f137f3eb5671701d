"""Which raters are excluded: those who failed checks, contradicted themselves, or answered too fast to have looked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from benchmark.human_study.answers import MAX_RESPONSE_MS
from benchmark.human_study.schema import Key, OptionKey, Study

Reason = Literal["obvious", "repeats", "fast"]
Mask = NDArray[np.bool_]
_TRIAL = ["participant_id", "trial_id"]
REASONS: tuple[Reason, ...] = ("obvious", "repeats", "fast")


class ExclusionRule(BaseModel):
    """Why a rater is excluded.

    A check counts once, however many questions were asked about it: answers to one screen are not independent. It is
    failed, or a repeat changed, where at least half of its answers are. So one slip among three questions fails nobody,
    and a rater who picks at random fails at least half of the checks whatever the number of questions.

    With three attention checks in a session the first rule forgives no failure: a rater who picks at random passes all
    with a probability of 1/8 at most. The second is a test rather than a share: where methods are close, honest raters
    change their minds on half of the repeats, and are no worse raters for it.

    Attributes:
        obvious_failed: a greater share of attention checks failed than this.
        repeats_chance: as many repeated trials changed as a rater who does so no more often than all raters together
            would reach with a chance below this (binomial).
        fastest_ms: a median time to the first answer of a trial below this, in milliseconds.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    obvious_failed: float = Field(default=0.2, ge=0, le=1)
    repeats_chance: float = Field(default=0.01, ge=0, le=1)
    fastest_ms: float = Field(default=500, ge=0, le=MAX_RESPONSE_MS)


def judge_raters(answers: pd.DataFrame, study: Study, key: Key, rule: ExclusionRule) -> pd.DataFrame:
    """Results of the checks of each participant.

    Args:
        answers: canonical answers to trials that the key knows, checks among them.
        study: the study.
        key: its key.
        rule: whom to exclude.

    Returns:
        One row per participant, by id: obvious, obvious_failed, repeats, repeats_changed (counts of trials), median_ms
            (to
        the first answer of a trial), and reasons (those of `REASONS` that apply, joined by spaces; "" of one who is
        kept).
    """
    from scipy.stats import binom  # a second to import, which whoever reads what a study found should not pay

    kinds = answers["trial_id"].map({name: trial.check for name, trial in key.trials.items()})
    obvious = answers[kinds == "obvious"]
    failed = _mask(
        not _passes(study, str(choice), key.trials[trial].expected)
        for trial, choice in zip(obvious["trial_id"], obvious["choice"], strict=True)
    )
    repeats, changed = _repeats(answers[kinds.isna()], answers[kinds == "repeat"], study, key)
    found = pd.DataFrame(index=pd.Index(sorted(set(answers["participant_id"])), name="participant_id"))
    for checks, faults, rows, faulty in (
        ("obvious", "obvious_failed", obvious, failed),
        ("repeats", "repeats_changed", repeats, changed),
    ):
        by_rater = _mostly(rows, faulty).groupby("participant_id")
        found[checks] = by_rater.size().reindex(found.index, fill_value=0)
        found[faults] = by_rater.sum().reindex(found.index, fill_value=0).astype(np.int64)
    found["median_ms"] = _first_times(answers).groupby("participant_id").median().reindex(found.index)
    overall_share = found["repeats_changed"].sum() / max(found["repeats"].sum(), 1)
    applies = {
        "obvious": found["obvious_failed"] > rule.obvious_failed * found["obvious"],
        "repeats": pd.Series(
            binom.sf(found["repeats_changed"] - 1, found["repeats"], overall_share) < rule.repeats_chance,
            index=found.index,
        ),
        "fast": found["median_ms"] < rule.fastest_ms,
    }
    found["reasons"] = [
        " ".join(reason for reason in REASONS if applies[reason].iloc[row]) for row in range(len(found))
    ]
    return found


def _mostly(answers: pd.DataFrame, faulty: Mask) -> pd.Series:
    """Whether at least half of a participant's answers to a trial are faulty, by participant and trial."""
    shares = answers.assign(faulty=faulty).groupby(_TRIAL)["faulty"].mean()
    mostly: pd.Series = shares >= 0.5
    return mostly


def _first_times(answers: pd.DataFrame) -> pd.Series:
    """When a participant first answered a trial, by participant and trial.

    Times count from the trial's appearance, so that those of its later questions include those of the earlier ones.
    """
    times: pd.Series = answers.groupby(_TRIAL)["rt_ms"].min()
    return times


def _passes(study: Study, choice: str, expected: str | None) -> bool:
    """Whether a choice is the one that a check expects; a score may differ by one."""
    if study.mode == "mos" and expected is not None:
        return abs(int(choice) - int(expected)) <= 1
    return choice == expected


def _repeats(answers: pd.DataFrame, repeats: pd.DataFrame, study: Study, key: Key) -> tuple[pd.DataFrame, Mask]:
    """Answers to repeated trials that were answered before, too, and which of them differ."""
    by = ["participant_id", "trial_id", "question_id"]
    before = answers.drop_duplicates(by).set_index(by)["choice"].to_dict()
    firsts = [
        before.get((participant, key.trials[trial].repeat_of, question))
        for participant, trial, question in zip(*(repeats[name] for name in by), strict=True)
    ]
    both = repeats[_mask(first is not None for first in firsts)]
    pairs = zip((str(first) for first in firsts if first is not None), both["choice"], strict=True)
    return both, _mask(not _alike(study, key, first, str(again)) for first, again in pairs)


def _mask(which: Iterable[bool]) -> Mask:
    """As an array: an empty list would select no columns, not no rows."""
    return np.fromiter(which, dtype=np.bool_)


def _alike(study: Study, key: Key, one: str, other: str) -> bool:
    if study.mode == "mos":
        return abs(int(one) - int(other)) <= 1
    return _chosen(key, one) == _chosen(key, other)


def _chosen(key: Key, choice: str) -> OptionKey | str:
    """What was chosen, under whichever of an image's ids."""
    return key.options.get(choice, choice)
