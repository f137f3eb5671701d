"""Simulated studies whose truth is known: methods of given strengths, raters and faces with effects of their own."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import pandas as pd

from benchmark.human_study.answers import COLUMNS
from benchmark.human_study.schema import Key, Option, OptionKey, Question, Study, Trial, TrialKey

PROTOCOL = "attribute-transfer"
STRENGTHS = {"alpha": 1.0, "beta": 0.3, "gamma": -0.3, "delta": -1.0}


@dataclass(frozen=True)
class World:
    """What a study is drawn from; strengths and tastes are on the scale of log odds.

    Attributes:
        rater_spread: of each rater's own taste for each method.
        item_spread: of how well each method does on each face.
        left: how often a rater takes the leftmost option whatever it shows.
        careless: further raters, who pick at random and fast.
        obvious: checks with an obvious fake.
        repeats: checks that show a trial again.
        lapses: how often a careful rater fails an obvious check.
        ties: how often a rater says that there is no difference.
        attributes: that the tasks transfer in turns, where they transfer several.
    """

    strengths: dict[str, float] = field(default_factory=lambda: dict(STRENGTHS))
    mode: str = "2afc"
    raters: int = 30
    items: int = 54
    rater_spread: float = 0.4
    item_spread: float = 0.6
    left: float = 0.0
    careless: int = 0
    obvious: int = 0
    repeats: int = 0
    lapses: float = 0.0
    ties: float = 0.0
    questions: tuple[str, ...] = ("realism",)
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Simulated:
    """A study with its key and all answers; `careless` holds the ids of its careless raters."""

    study: Study
    key: Key
    answers: pd.DataFrame
    careless: frozenset[str]


def simulate(world: World, seed: int = 0) -> Simulated:
    """Draw a study; every rater sees every trial."""
    generator = np.random.default_rng(seed)
    methods = list(world.strengths)
    trials: list[Trial] = []
    keys: dict[str, TrialKey] = {}
    options: dict[str, OptionKey] = {}

    def new_id() -> str:
        return generator.bytes(6).hex()

    def option(method: str, task: int) -> Option:
        name = new_id()
        options[name] = OptionKey(method=method, seed=0, protocol=PROTOCOL, task=task, source=f"face{task}")
        return Option(id=name, file=f"{name}.png")

    def add(shown: list[Option], task: int, **facts: str) -> Trial:
        trial = Trial(id=new_id(), options=shown)
        trials.append(trial)
        named = world.attributes or ("",)
        attribute = named[task // max(len(pairs), 1) % len(named)]  # so that every pair comes with each of them
        keys[trial.id] = TrialKey(protocol=PROTOCOL, task=task, source=f"face{task}", attribute=attribute, **facts)
        return trial

    pairs = list(combinations(range(len(methods)), 2))
    for task in range(world.items):
        if world.mode == "2afc" and pairs:
            indices = list(pairs[task % len(pairs)])
        elif world.mode == "kway":
            indices = list(range(len(methods)))
        else:
            indices = [task % len(methods)]
        generator.shuffle(indices)
        add([option(methods[index], task) for index in indices], task)
    plain = list(trials)
    for trial in plain[: world.repeats]:
        add(trial.options[::-1], keys[trial.id].task, check="repeat", repeat_of=trial.id)
    for task in range(world.obvious):
        shown = [option("", task), *(option(methods[0], task) for _ in trials[0].options[1:])]
        expected = shown[-1].id if len(shown) > 1 else "1" if world.mode == "mos" else "fake"
        add(shown, task, check="obvious", expected=expected)
    study = Study(
        study_id=new_id(),
        mode=world.mode,
        questions=[Question(id=name, text=f"Which shows more {name}?") for name in world.questions],
        trials=trials,
        ties=world.ties > 0,
        size=(64, 64),
    )
    key = Key(
        study_id=study.study_id,
        dataset="rendered-faces",
        tasks_sha256={PROTOCOL: "a" * 64},
        seed=seed,
        results_sha256={f"{method}/seed0": "b" * 64 for method in methods},
        trials=keys,
        options=options,
    )
    rows = [row for name in world.questions for row in _answers(world, study, key, name, generator)]
    careless = frozenset(f"rater{world.raters + number}" for number in range(world.careless))
    return Simulated(study, key, pd.DataFrame(rows, columns=list(COLUMNS)), careless)


def _answers(world, study, key, question, generator):
    """Every rater's answers to one question."""
    strengths = world.strengths | {"": -9.0}
    index_of = {method: number for number, method in enumerate(strengths)}
    people = world.raters + world.careless
    of_rater = generator.normal(0, world.rater_spread, (people, len(index_of)))
    of_item = {task: generator.normal(0, world.item_spread, len(index_of)) for task in range(max(world.items, 60))}
    for rater in range(people):
        careless = rater >= world.raters
        for number, trial in enumerate(study.trials):
            facts = key.trials[trial.id]
            ids = [option.id for option in trial.options]
            indices = [index_of[key.options[name].method] for name in ids]
            merit = (
                np.array(list(strengths.values()))[indices] + of_rater[rater, indices] + of_item[facts.task][indices]
            )
            choice = _choice(world, ids, merit, generator, careless)
            if facts.check == "obvious" and not careless:
                choice = facts.expected if generator.random() >= world.lapses else _failed(world, ids)
            pace = 250 if careless else 2500
            yield (
                "1", study.study_id, f"rater{rater}", f"session{rater}", trial.id, number, question, " ".join(ids),
                choice, float(pace * np.exp(generator.normal(0, 0.4))), facts.check is not None, "2030-01-01T00:00:00Z",
            )  # fmt: skip


def _choice(world, ids, merit, generator, careless):
    if world.mode == "mos":
        score = generator.integers(1, 6) if careless else round(3 + merit[0] + generator.normal(0, 0.7))
        return str(int(np.clip(score, 1, 5)))
    if world.mode == "realfake":
        chance = 0.5 if careless else 1 / (1 + np.exp(-merit[0]))
        return "real" if generator.random() < chance else "fake"
    if world.ties and generator.random() < world.ties:
        return "tie"
    if world.left and generator.random() < world.left:
        return ids[0]
    return ids[generator.integers(len(ids))] if careless else ids[np.argmax(merit + generator.gumbel(size=len(ids)))]


def _failed(world, ids):
    return "5" if world.mode == "mos" else "real" if world.mode == "realfake" else ids[0]


def preference(strength: float, others: list[float], world: World) -> float:
    """The share of choices that a method is expected to get over all raters and faces, by a million draws."""
    spread = np.sqrt(2 * (world.rater_spread**2 + world.item_spread**2))
    noise = np.random.default_rng(9).normal(0, spread, 1_000_000)
    return float(np.mean([np.mean(1 / (1 + np.exp(-(strength - other + noise)))) for other in others]))
