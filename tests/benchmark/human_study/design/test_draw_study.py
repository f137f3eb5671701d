"""What `study.json` alone tells about its checks: nothing, except that a repeat comes after its original."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, replace

import pandas as pd
import pytest
from scipy.stats import mannwhitneyu

from benchmark.human_study.analysis.exclusion import ExclusionRule, judge_raters
from benchmark.human_study.design.candidates import Candidates
from benchmark.human_study.design.draw_study import DrawnStudy, draw_study
from benchmark.human_study.design.texts import read_texts, shipped_texts
from benchmark.human_study.schema import Study, Trial
from benchmark.results.find_results import FinishedRun
from benchmark.results.method_runs import MethodRuns
from tests.reports.synthetic import result

pytestmark = pytest.mark.integration

PROTOCOL = "attribute-transfer"
METHODS = ("alpha", "beta", "gamma")
STUDIES = 160
AT_CHANCE = 0.05
"""Deviation of the area under the curve from a half: three standard errors of an estimate from 80 studies' checks."""


@pytest.fixture(scope="module")
def candidates(tmp_path_factory) -> Candidates:
    """Three methods of two seeds each; 140 tasks with attributes of unlike frequency."""
    path = tmp_path_factory.mktemp("runs") / "result.json"
    path.write_text("{}", encoding="utf-8")
    generator = random.Random(0)
    tasks = pd.DataFrame(
        {
            "task": range(140),
            "target": [f"face-{task}" for task in range(140)],
            "source": [f"face-{task + 200 * generator.randrange(2)}" for task in range(140)],
            "attribute": generator.choices(
                ["Smiling", "Young", "Bald", "Eyeglasses", "Wearing Hat"], [9, 5, 1, 1, 1], k=140
            ),
        }
    )
    made = {
        label: MethodRuns(label, tuple(FinishedRun(path, result(label, seed=seed)) for seed in (0, 1)))
        for label in METHODS
    }
    given = {
        what: MethodRuns(f"copy-{what}", (FinishedRun(path, result(f"copy-{what}")),)) for what in ("target", "source")
    }
    return Candidates(tuple(made.values()), given, {PROTOCOL: tasks}, {PROTOCOL: "a" * 64}, "faces", 64, {})


@pytest.fixture(scope="module", params=["2afc", "kway"])
def studies(request, candidates) -> list[DrawnStudy]:
    texts = read_texts(shipped_texts(request.param))
    return [draw_study(candidates, request.param, 50, texts, seed) for seed in range(STUDIES)]


Suspicion = Callable[[Study], list[float]]
Feature = Callable[[Study], list[Hashable]]


def evenly_spaced(study: Study) -> list[float]:
    """Checks in the middle of as many equal stretches as a study of so many trials has checks."""
    length = len(study.trials)
    checks = round(length / 11)
    middles = {(2 * number + 1) * length // (2 * checks) for number in range(checks)}
    return [float(index in middles) for index in range(length)]


def seen_again(study: Study) -> list[float]:
    """How often a trial's option ids and files come in other trials."""
    named = Counter(name for trial in study.trials for name in names(trial))
    return [sum(named[name] - 1 for name in names(trial)) for trial in study.trials]


def names(trial: Trial) -> set[str]:
    return {trial.id, *trial.shown.values()} | {name for option in trial.options for name in (option.id, option.file)}


def rank_of_id(study: Study) -> list[float]:
    ranks = sorted(trial.id for trial in study.trials)
    return [ranks.index(trial.id) for trial in study.trials]


FEATURES: dict[str, Feature] = {
    "position": lambda study: list(range(len(study.trials))),
    "text": lambda study: [trial.text for trial in study.trials],
    "what is shown": lambda study: [(len(trial.options), *sorted(trial.shown)) for trial in study.trials],
    "text came before": lambda study: [
        trial.text in {before.text for before in study.trials[:index]} for index, trial in enumerate(study.trials)
    ],
    "first letter of its id": lambda study: [trial.id[0] for trial in study.trials],
}


@dataclass(frozen=True)
class Guessed:
    """A trial that an attacker looked at, and what it was."""

    suspicion: float
    kind: str | None


def attacked(studies: list[DrawnStudy], suspicion: Suspicion) -> list[Guessed]:
    return [
        Guessed(suspected, drawn.key.trials[trial.id].check)
        for drawn in studies
        for trial, suspected in zip(drawn.study.trials, suspicion(drawn.study), strict=True)
    ]


def learnt(feature: Feature, studies: list[DrawnStudy], kinds: tuple[str, ...]) -> Suspicion:
    """An attacker who knows the keys of other studies: how often a trial with such a feature was a check."""
    seen: dict[Hashable, list[bool]] = defaultdict(list)
    for drawn in studies:
        for trial, value in zip(drawn.study.trials, feature(drawn.study), strict=True):
            seen[value].append(drawn.key.trials[trial.id].check in kinds)
    rates = {value: sum(found) / len(found) for value, found in seen.items()}
    return lambda study: [rates.get(value, 0.0) for value in feature(study)]


def area(guessed: list[Guessed], *kinds: str) -> float:
    """The chance that a check of these kinds is more suspicious than another trial; a half tells nothing."""
    checks = [guess.suspicion for guess in guessed if guess.kind in kinds]
    others = [guess.suspicion for guess in guessed if guess.kind is None]
    assert len(checks) > 100
    return mannwhitneyu(checks, others).statistic / len(checks) / len(others)


def moved(studies: list[DrawnStudy]) -> Iterator[DrawnStudy]:
    """The same studies, written carelessly: checks evenly spaced, repeats with their originals' options."""
    for drawn in studies:
        key, trials = drawn.key.trials, {trial.id: trial for trial in drawn.study.trials}
        plain = [trial for trial in drawn.study.trials if key[trial.id].check is None]
        checks = [trial for trial in drawn.study.trials if key[trial.id].check is not None]
        order = [checks.pop() if is_check else plain.pop() for is_check in evenly_spaced(drawn.study)]
        bare = [
            trial.model_copy(update={"options": trials[original].options[::-1]})
            if (original := key[trial.id].repeat_of)
            else trial
            for trial in order
        ]
        yield replace(drawn, study=drawn.study.model_copy(update={"trials": bare}))


@pytest.mark.parametrize("suspicion", [evenly_spaced, seen_again, rank_of_id])
def test_who_knows_how_studies_are_drawn_guesses_no_check(studies, suspicion):
    guessed = attacked(studies, suspicion)
    for kinds in (("obvious",), ("repeat",), ("obvious", "repeat")):
        assert abs(area(guessed, *kinds) - 0.5) < AT_CHANCE


@pytest.mark.parametrize("feature", FEATURES)
def test_who_knows_other_studies_keys_guesses_no_check(studies, feature):
    # the text of a repeat came before, and nothing can be done about it
    kinds = ("obvious",) if feature == "text came before" else ("obvious", "repeat")
    half = STUDIES // 2
    suspicion = learnt(FEATURES[feature], studies[:half], kinds)
    assert abs(area(attacked(studies[half:], suspicion), *kinds) - 0.5) < AT_CHANCE


def test_these_attackers_find_the_checks_of_a_careless_export(studies):
    half = STUDIES // 2
    careless = list(moved(studies))
    both = ("obvious", "repeat")
    assert area(attacked(careless, evenly_spaced), *both) == 1
    assert area(attacked(careless, seen_again), "repeat") > 0.9
    assert area(attacked(careless[half:], learnt(FEATURES["position"], careless[:half], both)), *both) == 1


def test_nothing_public_is_named_twice(studies):
    for drawn in studies:
        assert not any(seen_again(drawn.study))


def test_a_repeat_shows_the_same_edits_the_other_way_round(studies):
    seeds = set()
    for drawn in studies:
        options = {trial.id: [drawn.key.options[option.id] for option in trial.options] for trial in drawn.study.trials}
        for id, facts in drawn.key.trials.items():
            if facts.repeat_of:
                assert options[id] == options[facts.repeat_of][::-1]
                seeds |= {option.seed for option in options[id]}
    assert seeds == {0, 1}


def test_who_chooses_the_same_edit_of_a_repeat_has_not_changed(studies):
    for drawn in studies[:5]:
        chosen = {}
        for trial in drawn.study.trials:
            by_edit = {
                (key := drawn.key.options[option.id]).method + str(key.seed): option.id for option in trial.options
            }
            chosen[trial.id] = {"same": by_edit[min(by_edit)], "leftmost": trial.options[0].id}
        answers = pd.DataFrame(
            {"participant_id": who, "trial_id": trial, "question_id": "q", "choice": choices[who], "rt_ms": 2000.0}
            for trial, choices in chosen.items()
            for who in ("same", "leftmost")
        )
        found = judge_raters(answers, drawn.study, drawn.key, ExclusionRule())
        assert found["repeats"].to_dict() == {"leftmost": 2, "same": 2}
        assert found["repeats_changed"].to_dict() == {"leftmost": 2, "same": 0}


def test_an_attention_check_shows_a_task_of_no_other_trial(studies):
    for drawn in studies:
        shown = {
            kind: {key.task for key in drawn.key.trials.values() if key.check == kind} for kind in (None, "obvious")
        }
        assert not shown[None] & shown["obvious"]


def test_trials_say_their_attribute_and_come_equally_often_with_each(studies, candidates):
    tasks = candidates.tasks[PROTOCOL]
    for drawn in studies[:20]:
        of_study = Counter()
        for trial in drawn.study.trials:
            facts = drawn.key.trials[trial.id]
            assert facts.attribute == tasks["attribute"][facts.task]
            assert facts.attribute in trial.text
            of_study[facts.attribute] += facts.check is None
        assert abs(of_study["Smiling"] - of_study["Young"]) <= 2
        assert min(of_study[name] for name in ("Bald", "Eyeglasses", "Wearing Hat")) >= 4  # there are few tasks of them


def test_a_protocol_of_one_attribute_is_drawn_as_ever(candidates):
    one = replace(candidates, tasks={PROTOCOL: candidates.tasks[PROTOCOL].assign(attribute="Smiling")})
    drawn = draw_study(one, "2afc", 20, read_texts(shipped_texts("2afc")), 0)
    assert {trial.attribute for trial in drawn.key.trials.values()} == {""}
    assert [trial.task for trial in drawn.key.trials.values()][:6] == [97, 56, 87, 91, 1, 54]


def test_without_attributes_photographs_are_of_the_targets(candidates):
    without_attributes = replace(candidates, tasks={PROTOCOL: candidates.tasks[PROTOCOL].assign(attribute=None)})
    drawn = draw_study(without_attributes, "realfake", 20, read_texts(shipped_texts("realfake")), 0)
    real = [option for option in drawn.key.options.values() if option.method == "real"]
    assert {option.source for option in real} <= {f"face-{task}" for task in range(140)}
    assert len(real) >= 10


def test_where_every_task_is_shown_attention_checks_show_one_again(candidates):
    texts = read_texts(shipped_texts("kway"))
    drawn = draw_study(candidates, "kway", 140, texts, 0)
    assert Counter(key.check for key in drawn.key.trials.values()) == {None: 140, "obvious": 8, "repeat": 6}
