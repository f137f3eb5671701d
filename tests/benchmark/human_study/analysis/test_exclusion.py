"""Who is left out of a study, rule by rule."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from benchmark.human_study.analysis.exclusion import ExclusionRule, judge_raters
from tests.simulated_study import Simulated, World, simulate


def judged(made: Simulated, **rule: float):
    return judge_raters(made.answers, made.study, made.key, ExclusionRule(**rule))


def other_side(made: Simulated, which: pd.Series) -> Simulated:
    """The same study, where some answers are for the other option."""
    flipped = [
        next(id for id in order.split() if id != choice) if flip else choice
        for order, choice, flip in zip(made.answers["shown_order"], made.answers["choice"], which, strict=True)
    ]
    return replace(made, answers=made.answers.assign(choice=flipped))


def checks(made: Simulated, rater: str, check: str, number: int) -> pd.Series:
    """Which answers are a rater's to the first checks of a kind."""
    names = [name for name, trial in made.key.trials.items() if trial.check == check][:number]
    return (made.answers["participant_id"] == rater) & made.answers["trial_id"].isin(names)


def changed(made: Simulated, rater: str, check: str, number: int) -> Simulated:
    """The same study, where a rater chose the other option in some checks of a kind."""
    return other_side(made, checks(made, rater, check, number))


def steady(made: Simulated) -> Simulated:
    """The same study, where every rater answers repeats as before."""
    answers = made.answers.copy()
    first = {(row.participant_id, row.trial_id, row.question_id): row.choice for row in answers.itertuples()}
    originals = {name: trial.repeat_of for name, trial in made.key.trials.items() if trial.repeat_of}
    answers["choice"] = [
        first[row.participant_id, originals[row.trial_id], row.question_id] if row.trial_id in originals else row.choice
        for row in answers.itertuples()
    ]
    return replace(made, answers=answers)


def test_a_failed_obvious_check_of_three_is_too_many_and_one_of_five_is_not() -> None:
    for number, reasons in ((3, "obvious"), (5, "")):
        found = judged(changed(simulate(World(obvious=number)), "rater4", "obvious", 1))
        assert found.loc["rater4", "reasons"] == reasons
        assert (found.drop("rater4")["reasons"] == "").all()
        assert tuple(found.loc["rater4", ["obvious", "obvious_failed"]]) == (number, 1)


@pytest.mark.parametrize(("slips", "failed"), [("a", 0), ("ab", 1), ("abc", 1)])
def test_an_obvious_check_counts_once_and_is_failed_where_half_of_its_answers_are(slips, failed) -> None:
    made = simulate(World(obvious=3, questions=tuple("abc")))
    of_slips = made.answers["question_id"].isin(list(slips))
    found = judged(other_side(made, checks(made, "rater4", "obvious", 1) & of_slips))
    assert tuple(found.loc["rater4", ["obvious", "obvious_failed"]]) == (3, failed)
    assert found.loc["rater4", "reasons"] == ("obvious" if failed else "")


@pytest.mark.integration
@pytest.mark.parametrize(("questions", "number"), [("a", 0), ("ab", 2), ("abcd", 2)])
def test_a_repeat_counts_once_and_is_changed_where_half_of_its_answers_are(questions, number) -> None:
    made = steady(simulate(World(repeats=6, questions=tuple("abcd"))))
    of_questions = made.answers["question_id"].isin(list(questions))
    found = judged(other_side(made, checks(made, "rater7", "repeat", 2) & of_questions))
    assert set(found["repeats"]) == {6}
    assert found.loc["rater7", "repeats_changed"] == found["repeats_changed"].sum() == number


def test_repeats_answered_otherwise_more_than_habit_explains() -> None:
    made = steady(simulate(World(repeats=5)))
    assert judged(made)["repeats_changed"].sum() == 0
    found = judged(changed(made, "rater7", "repeat", 5))
    assert found.loc["rater7", "reasons"] == "repeats"
    assert (found.drop("rater7")["reasons"] == "").all()
    assert judged(changed(made, "rater7", "repeat", 5), repeats_chance=0).loc["rater7", "reasons"] == ""


def test_honest_raters_of_methods_that_are_alike_stay() -> None:
    made = simulate(World(strengths=dict.fromkeys("abcd", 0.0), repeats=6, raters=100))
    found = judged(made)
    assert found["repeats_changed"].sum() / found["repeats"].sum() > 0.3
    assert (found["reasons"] != "").mean() <= 0.02


def test_a_repeat_is_known_by_its_image_whichever_id_it_goes_by() -> None:
    made = steady(simulate(World(repeats=5)))
    renamed = {option.id: f"again{option.id}" for trial in made.study.trials for option in trial.options}
    repeats = {name for name, trial in made.key.trials.items() if trial.check == "repeat"}
    answers = made.answers.assign(
        choice=[
            renamed[choice] if trial in repeats else choice
            for trial, choice in zip(made.answers["trial_id"], made.answers["choice"], strict=True)
        ]
    )
    options = made.key.options | {new: made.key.options[old] for old, new in renamed.items()}
    key = made.key.model_copy(update={"options": options})
    assert judge_raters(answers, made.study, key, ExclusionRule())["repeats_changed"].sum() == 0


@pytest.mark.parametrize(("score", "passes"), [("1", True), ("2", True), ("3", False)])
def test_a_score_next_to_the_expected_one_passes(score, passes) -> None:
    made = simulate(World(mode="mos", obvious=3))
    kinds = made.answers["trial_id"].map({name: trial.check for name, trial in made.key.trials.items()})
    given = made.answers["choice"].where(kinds != "obvious", score)
    found = judged(replace(made, answers=made.answers.assign(choice=given)))
    assert (found["reasons"] == "").all() == passes


def test_who_answers_before_looking_is_left_out_and_an_unknown_pace_is_not() -> None:
    made = simulate(World(raters=3))
    pace = {"rater0": 300.0, "rater1": np.nan, "rater2": 900.0}
    found = judged(replace(made, answers=made.answers.assign(rt_ms=made.answers["participant_id"].map(pace))))
    assert list(found["reasons"]) == ["fast", "", ""]


def test_the_pace_is_that_of_first_answers_whatever_came_after_on_the_same_screen() -> None:
    made = simulate(World(raters=2, questions=("realism", "edit", "identity")))
    first, later = {"rater0": 300.0, "rater1": 900.0}, {"realism": 4000.0, "edit": 0.0, "identity": 9000.0}
    times = made.answers["participant_id"].map(first) + made.answers["question_id"].map(later)
    found = judged(replace(made, answers=made.answers.assign(rt_ms=times)))
    assert list(found["median_ms"]) == [300, 900]
    assert list(found["reasons"]) == ["fast", ""]
