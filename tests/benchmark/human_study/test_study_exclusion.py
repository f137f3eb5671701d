"""Who is left out of a study, rule by rule."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmark.human_study.exclusion import ExclusionRule, judge_raters
from tests.simulated_study import Simulated, World, simulate


def judged(made: Simulated, **rule: float):
    return judge_raters(made.answers, made.study, made.key, ExclusionRule(**rule))


def changed(made: Simulated, rater: str, check: str, number: int) -> Simulated:
    """The same study, where a rater chose the other option in some checks of a kind."""
    answers = made.answers.copy()
    kinds = answers["trial_id"].map({name: trial.check for name, trial in made.key.trials.items()})
    rows = answers.index[(answers["participant_id"] == rater) & (kinds == check)][:number]
    for row in rows:
        answers.loc[row, "choice"] = next(
            each for each in answers.loc[row, "shown_order"].split() if each != answers.loc[row, "choice"]
        )
    return replace(made, answers=answers)


def steady(made: Simulated) -> Simulated:
    """The same study, where every rater answers repeats as before."""
    answers = made.answers.copy()
    first = {(row.participant_id, row.trial_id): row.choice for row in answers.itertuples()}
    originals = {name: trial.repeat_of for name, trial in made.key.trials.items() if trial.repeat_of}
    answers["choice"] = [
        first[row.participant_id, originals[row.trial_id]] if row.trial_id in originals else row.choice
        for row in answers.itertuples()
    ]
    return replace(made, answers=answers)


def test_a_failed_obvious_check_of_three_is_too_many_and_one_of_five_is_not() -> None:
    for number, reasons in ((3, "obvious"), (5, "")):
        found = judged(changed(simulate(World(obvious=number)), "rater4", "obvious", 1))
        assert found.loc["rater4", "reasons"] == reasons
        assert (found.drop("rater4")["reasons"] == "").all()
        assert tuple(found.loc["rater4", ["obvious", "obvious_failed"]]) == (number, 1)


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
