"""The analysis of a study against truths that are known: order, intervals, side bias, and studies that say little."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import combinations, permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from benchmark.human_study.analysis.analyse import analyse
from benchmark.human_study.analysis.exclusion import ExclusionRule
from benchmark.human_study.analysis.findings import ANALYSIS, Part, read_findings, write_findings
from benchmark.human_study.schema import TIE
from registry.errors import InputError
from tests.simulated_study import STRENGTHS, Simulated, World, preference, simulate

pytestmark = pytest.mark.integration

MODES = ("2afc", "kway", "mos", "realfake")
FOUR = World()
NINE = World(strengths={f"method-{number}": 1 - number / 4 for number in range(9)})


def part(made: Simulated, rule: ExclusionRule | None = None) -> Part:
    return analyse(made.answers, made.study, made.key, rule).findings.parts[0]


@pytest.mark.parametrize("mode", MODES)
def test_thirty_raters_recover_the_true_order(mode) -> None:
    found = part(simulate(World(mode=mode, items=108)))
    assert [finding.method for finding in found.methods] == list(STRENGTHS)
    ranks = [finding.rank for finding in found.methods]
    # whether an image is real is asked of one method at a time, which tells close ones apart least
    assert ranks == ([1, 2, 2, 4] if mode == "realfake" else [1, 2, 3, 4])
    assert found.unranked is None


@pytest.mark.parametrize("mode", MODES)
def test_each_attribute_is_analysed_as_if_its_trials_were_all(mode) -> None:
    made = simulate(World(mode=mode, raters=8, items=48, attributes=("Smiling", "Bald")))
    whole = part(made)
    assert list(whole.attributes) == ["Bald", "Smiling"]
    assert sum(found.votes for found in whole.attributes.values()) == whole.votes == 8 * 48
    for name, found in whole.attributes.items():
        trials = [trial for trial in made.study.trials if made.key.trials[trial.id].attribute == name]
        answers = made.answers[made.answers["trial_id"].isin([trial.id for trial in trials])]
        alone = part(replace(made, study=made.study.model_copy(update={"trials": trials}), answers=answers))
        assert (found.votes, found.raters) == (alone.votes, alone.raters)
        assert found.preferences == {finding.method: finding.preference for finding in alone.methods}
    one = part(simulate(World(mode=mode, raters=8, items=48)))
    assert one.attributes == {}
    assert one == whole.model_copy(update={"attributes": {}})


def truths(world: World) -> dict[str, float]:
    """The share of choices that each method would get of all raters, on all faces, of the pairs that are shown."""
    pairs = list(combinations(world.strengths, 2))
    met = [pairs[item % len(pairs)] for item in range(world.items)]
    found: dict[str, list[float]] = {name: [] for name in world.strengths}
    share = {
        (one, other): preference(world.strengths[one], [world.strengths[other]], world)
        for one, other in permutations(world.strengths, 2)
    }
    for one, other in met:
        found[one].append(share[one, other])
        found[other].append(share[other, one])
    return {name: float(np.mean(shares)) for name, shares in found.items()}


def covered(studies: int, world: World = FOUR) -> tuple[float, float, float]:
    """Shares of intervals of preference that hold the truth, of Wilson's that do, and of studies in the true order."""
    truth = truths(world)
    ours, wilsons, orders = [], [], []
    for seed in range(studies):
        found = part(simulate(world, seed)).methods
        orders.append([finding.method for finding in found] == list(world.strengths))
        for finding in found:
            figure, number, z = finding.preference, finding.preference.votes, 1.96
            ours.append(figure.low <= truth[finding.method] <= figure.high)
            middle = (figure.value + z * z / 2 / number) / (1 + z * z / number)
            half = (
                z / (1 + z * z / number) * np.sqrt(figure.value * (1 - figure.value) / number + z * z / 4 / number**2)
            )
            wilsons.append(abs(truth[finding.method] - middle) <= half)
    return float(np.mean(ours)), float(np.mean(wilsons)), float(np.mean(orders))


def test_intervals_cover_the_truth_of_20_studies() -> None:
    ours, wilsons, orders = covered(20)
    assert ours >= 0.88
    assert wilsons < 0.8
    assert orders >= 0.9


@pytest.mark.slow
def test_over_200_studies_intervals_cover_93_to_97() -> None:
    ours, wilsons, orders = covered(200)
    assert 0.93 <= ours <= 0.97
    assert wilsons < 0.75
    assert orders >= 0.98


def test_intervals_cover_the_truth_where_every_two_methods_met_on_one_face() -> None:
    """A pair's mean is its face's, so that nothing is left between faces if that is what was to be expected."""
    assert covered(20, replace(NINE, items=36))[0] >= 0.9


@pytest.mark.slow
@pytest.mark.parametrize("items", [36, 50, 108])
def test_of_nine_methods_intervals_cover_93_to_97_too(items) -> None:
    assert 0.93 <= covered(80, replace(NINE, items=items))[0] <= 0.97


def ranks_apart(mode: str, items: int, raters: int, studies: int) -> int:
    """Of studies of nine methods that do not differ, those whose ranks tell some apart."""
    world = World(strengths=dict.fromkeys("abcdefghi", 0.0), mode=mode, items=items, raters=raters)
    return sum({finding.rank for finding in part(simulate(world, seed)).methods} != {1} for seed in range(studies))


NULL_WORLDS = [("2afc", 50), ("mos", 63)]


@pytest.mark.parametrize(("mode", "items"), NULL_WORLDS)
def test_ranks_of_methods_that_do_not_differ_are_shared(mode, items) -> None:
    assert ranks_apart(mode, items, 10, 12) <= binom.ppf(0.999, 12, 0.05)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mode", "items"), [*NULL_WORLDS, ("2afc", 288), ("kway", 50), ("mos", 108), ("realfake", 108)]
)
def test_over_100_studies_5_percent_at_most_tell_some_of_nine_equal_methods_apart(mode, items) -> None:
    assert ranks_apart(mode, items, 30, 100) <= binom.ppf(0.99, 100, 0.05)


def test_real_images_are_shown_beside_the_methods_and_have_no_rank() -> None:
    made = simulate(World(mode="realfake", strengths={"real": 2.0} | STRENGTHS, items=135))
    found = part(made)
    assert [finding.method for finding in found.methods] == [*STRENGTHS, "real"]
    real = found.methods[-1]
    assert real.rank is None
    assert real.preference.low > 0.7
    assert found.methods[0].rank == 1
    edits = [
        trial
        for trial in made.study.trials
        if all(made.key.options[option.id].method != "real" for option in trial.options)
    ]
    answers = made.answers[made.answers["trial_id"].isin([trial.id for trial in edits])]
    without = analyse(answers, made.study.model_copy(update={"trials": edits}), made.key).findings.parts[0]
    assert [(finding.method, finding.rank) for finding in without.methods] == [
        (finding.method, finding.rank) for finding in found.methods[:-1]
    ]


def test_one_method_beside_real_images_has_no_rival() -> None:
    found = part(simulate(World(mode="realfake", strengths={"real": 2.0, "alone": 0.0})))
    assert found.unranked == "there is no other method"


def test_agreement_counts_the_raters_who_shared_a_trial() -> None:
    made = simulate(World(raters=5))
    own = made.study.trials[0].id
    apart = (made.answers["participant_id"] == "rater4") == (made.answers["trial_id"] == own)
    found = part(replace(made, answers=made.answers[apart]))
    assert found.raters == 5
    assert (found.agreement.alpha.raters, found.agreement.alpha.items, found.agreement.trials) == (4, 53, 53)
    assert found.agreement.alpha.votes == 4 * 53


def test_a_side_bias_of_10_points_is_found_within_2() -> None:
    # one vote of five goes left unseen, and half of those would have gone there anyway
    world = World(items=300, rater_spread=0.3, item_spread=0.3)
    left, right = part(simulate(replace(world, left=0.2))).positions
    assert left.bias.value == pytest.approx(0.1, abs=0.02)
    assert left.bias.low < 0.1 < left.bias.high
    assert right.bias.value == pytest.approx(-left.bias.value)
    none = part(simulate(world)).positions[0].bias
    assert none.low < 0 < none.high


def test_a_place_among_four_that_draws_choices_is_found() -> None:
    first, *others = part(simulate(World(mode="kway", left=0.2, items=100))).positions
    assert first.bias.low > 0
    assert sum(position.bias.value for position in (first, *others)) == pytest.approx(0)


@pytest.mark.parametrize("mode", MODES)
def test_careless_raters_are_left_out_and_others_kept(mode) -> None:
    made = simulate(World(mode=mode, careless=8, obvious=3, repeats=3), seed=2)
    found = analyse(made.answers, made.study, made.key)
    assert set(found.raters.index[found.raters["reasons"] != ""]) == made.careless
    out = found.findings.exclusions
    assert (out.raters, out.kept, out.answers) == (38, 30, 8 * len(made.study.trials))
    assert found.findings.checks == 30 * 6
    assert found.findings.parts[0].votes == 30 * 54


def test_checks_and_practice_are_in_no_figure() -> None:
    made = simulate(World(obvious=4, repeats=4))
    practice = made.study.trials[0].model_copy(update={"id": "practised"})
    study = made.study.model_copy(update={"practice": [practice]})
    extra = made.answers.iloc[:5].assign(trial_id="practised")
    found = analyse(pd.concat([made.answers, extra]), study, made.key).findings
    assert found.dropped == {"practice": 5}
    assert found.parts == analyse(made.answers, made.study, made.key).findings.parts
    assert "" not in [finding.method for finding in found.parts[0].methods]


def test_what_cannot_be_counted_is_counted_by_reason() -> None:
    made = simulate(World(raters=4))
    answers = made.answers.copy()
    answers.loc[0, "study_id"] = "other"
    answers.loc[1, "trial_id"] = "unknown"
    answers.loc[2, "question_id"] = "unknown"
    answers.loc[3, "choice"] = TIE  # which this study does not offer
    answers.loc[4, "choice"] = ""
    found = analyse(answers, made.study, made.key).findings
    assert found.dropped == {
        "of another study": 1,
        "of a trial that the study does not have": 1,
        "to a question that the study does not ask": 1,
        "with a choice that the trial does not offer": 2,
    }
    assert found.parts[0].votes == found.rows - 5


def test_ties_are_shared_out() -> None:
    made = simulate(World(ties=0.3))
    found = part(made)
    assert found.ties == (made.answers["choice"] == TIE).sum() > 100
    votes = sum(finding.preference.votes for finding in found.methods)
    got = sum(finding.preference.value * finding.preference.votes for finding in found.methods)
    assert got == pytest.approx(votes / 2)
    every = made.answers.assign(choice=TIE)
    even = part(replace(made, answers=every))
    assert {finding.preference.value for finding in even.methods} == {0.5}
    assert {finding.rank for finding in even.methods} == {1}


def test_where_an_option_stood_is_what_the_answer_says() -> None:
    made = simulate(World(left=0.3))
    turned = made.answers.assign(
        shown_order=[" ".join(reversed(order.split())) for order in made.answers["shown_order"]]
    )
    first, second = part(made).positions, part(replace(made, answers=turned)).positions
    assert [position.share for position in first] == pytest.approx([position.share for position in reversed(second)])
    without = part(replace(made, answers=made.answers.assign(shown_order="")))
    assert without.positions == first


def test_pairs_are_the_first_methods_share() -> None:
    made = simulate(World())
    pair = next(pair for pair in part(made).pairs if (pair.first, pair.second) == ("alpha", "delta"))
    both = {
        trial.id: options
        for trial in made.study.trials
        if set(options := [made.key.options[option.id].method for option in trial.options]) == {"alpha", "delta"}
    }
    mine = made.answers[made.answers["trial_id"].isin(both)]
    assert pair.preference.votes == len(mine)
    assert pair.preference.value == pytest.approx(
        np.mean([made.key.options[choice].method == "alpha" for choice in mine["choice"]])
    )


def test_several_questions_and_protocols_stand_apart() -> None:
    made = simulate(World(questions=("realism", "identity")))
    second = {name: trial.model_copy(update={"protocol": "style-copy"}) for name, trial in made.key.trials.items()}
    half = set(list(second)[::2])
    mixed = {name: second[name] if name in half else trial for name, trial in made.key.trials.items()}
    found = analyse(made.answers, made.study, made.key.model_copy(update={"trials": mixed})).findings
    assert {(part.question, part.protocol) for part in found.parts} == {
        (question, protocol)
        for question in ("realism", "identity")
        for protocol in ("attribute-transfer", "style-copy")
    }
    assert {part.votes for part in found.parts} == {30 * 27}


def test_response_times_are_quartiles_of_answers_and_of_raters() -> None:
    made = simulate(World(raters=3))
    pace = {"rater0": 1000.0, "rater1": 2000.0, "rater2": 3000.0}
    found = part(replace(made, answers=made.answers.assign(rt_ms=made.answers["participant_id"].map(pace))))
    assert (found.times.lower, found.times.median, found.times.upper) == (1000, 2000, 3000)
    assert (found.rater_medians.number, found.rater_medians.median) == (3, 2000)
    unknown = part(replace(made, answers=made.answers.assign(rt_ms=np.nan)))
    assert unknown.times.number == 0
    assert unknown.times.median is None


class TestAStudyThatSaysLittle:
    """A reason in place of every value that is missing."""

    @pytest.mark.parametrize("mode", MODES)
    def test_no_answers(self, mode) -> None:
        made = simulate(World(mode=mode, raters=0))
        found = part(made)
        assert found.unranked == "no answers"
        assert {finding.preference.reason for finding in found.methods} == {"no votes"}
        assert len(found.methods) == 4
        assert found.agreement.alpha.value is None

    @pytest.mark.parametrize("mode", MODES)
    def test_one_rater(self, mode) -> None:
        found = part(simulate(World(mode=mode, raters=1)))
        assert found.unranked == "a rank needs 6 raters and 6 source faces"
        assert {finding.rank for finding in found.methods} == {None}
        assert all(finding.preference.value is not None and finding.preference.low is None for finding in found.methods)
        assert found.agreement.alpha.reason == "no trial was judged by two raters"

    @pytest.mark.parametrize("mode", MODES)
    def test_one_method(self, mode) -> None:
        found = part(simulate(World(mode=mode, strengths={"alone": 0.0})))
        assert found.unranked == "there is no other method"

    def test_methods_that_never_met(self) -> None:
        made = simulate(World())
        met = {
            trial.id
            for trial in made.study.trials
            if {made.key.options[option.id].method for option in trial.options}
            in ({"alpha", "beta"}, {"gamma", "delta"})
        }
        found = part(replace(made, answers=made.answers[made.answers["trial_id"].isin(met)]))
        assert found.unranked is not None
        assert "alpha, beta; delta, gamma" in found.unranked
        assert all(finding.rank is None and finding.strength is None for finding in found.methods)
        assert all(finding.preference.low is not None for finding in found.methods)

    def test_everyone_is_left_out(self) -> None:
        made = simulate(World(raters=0, careless=5))
        found = analyse(made.answers, made.study, made.key).findings
        assert (found.exclusions.raters, found.exclusions.kept) == (5, 0)
        assert found.parts[0].unranked == "no answers"

    def test_every_vote_alike_has_the_exact_interval_of_its_fewer_clusters(self) -> None:
        made = simulate(World(strengths={"good": 40.0, "bad": -40.0}, items=12))
        best, worst = (finding.preference for finding in part(made).methods)
        assert (best.value, best.high) == (1.0, 1.0)
        assert best.low == pytest.approx(0.025 ** (1 / 12))
        assert (worst.low, worst.high) == (0.0, pytest.approx(1 - best.low))

    def test_a_method_of_five_faces_has_no_rank_however_good_and_others_have(self) -> None:
        made = simulate(World(strengths=STRENGTHS | {"alpha": 3.0}, mode="mos", items=36))
        best = [trial.id for trial in made.study.trials if made.key.options[trial.options[0].id].method == "alpha"]
        found = part(replace(made, answers=made.answers[~made.answers["trial_id"].isin(best[5:])]))
        first, *others = found.methods
        assert (first.method, first.rank) == ("alpha", None)
        assert first.unranked == "a rank needs 6 raters and 6 source faces"
        assert all(finding.rank is not None and finding.unranked is None for finding in others)
        assert found.unranked is None

    def test_votes_that_are_alike_for_each_two_methods_have_no_interval_of_no_width(self) -> None:
        made = simulate(World(strengths={"best": 80.0, "middle": 0.0, "worst": -80.0}, items=18))
        middle = part(made).methods[1].preference
        assert (middle.value, middle.low, middle.high) == (0.5, None, None)
        assert (
            middle.reason == "no interval: all votes on the same methods are alike, which leaves no spread to estimate"
        )

    def test_a_key_of_another_study(self) -> None:
        made = simulate(World(raters=1))
        with pytest.raises(InputError, match="the key is of study 'other'"):
            analyse(made.answers, made.study, made.key.model_copy(update={"study_id": "other"}))


def test_the_file_says_all_and_names_no_participant(tmp_path) -> None:
    made = simulate(World(careless=3, obvious=3))
    found = analyse(made.answers, made.study, made.key).findings
    write_findings(tmp_path / "analysis" / "analysis.json", found)
    for location in (tmp_path, tmp_path / "analysis", tmp_path / "analysis" / "analysis.json"):
        assert read_findings(location) == found
    text = (tmp_path / "analysis" / "analysis.json").read_text()
    assert not any(rater in text for rater in set(made.answers["participant_id"]))
    with pytest.raises(InputError, match=r"has no analysis/analysis\.json"):
        read_findings(tmp_path / "elsewhere")


def test_findings_from_before_imports_were_kept_are_read(tmp_path: Path) -> None:
    made = simulate(World(raters=2))
    path = tmp_path / ANALYSIS
    write_findings(path, analyse(made.answers, made.study, made.key).findings)
    content = json.loads(path.read_text())
    del content["collected"]
    path.write_text(json.dumps(content))
    assert read_findings(path).collected is None
