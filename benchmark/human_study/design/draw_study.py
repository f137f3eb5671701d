"""Draws a study from runs: its trials and checks, what raters may see of them, and the key that they must not see."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from benchmark.human_study.design.anonymous_ids import OpaqueIds
from benchmark.human_study.design.candidates import Entrants
from benchmark.human_study.design.sessions import Place, arranged
from benchmark.human_study.design.texts import Words
from benchmark.human_study.design.trials import REAL, Item, draw_items
from benchmark.human_study.schema import Key, Mode, Option, OptionKey, Study, Trial, TrialKey
from benchmark.results.method_runs import MethodRuns
from benchmark.runtime.atomic_files import sha256_of
from registry.errors import InputError

IMAGES: Final = "images"
"""Folder of the public pictures, relative to the public folder."""
EXPECTED: Final[dict[Mode, str]] = {"mos": "1", "realfake": "fake"}
"""The right answer to a spoilt picture that is shown alone."""
_MEANING: Final = {"questions", "tie", "scale", "real", "fake", "tasks", "practice", "sitting"}
"""Words that decide a study: answers given under others would mean other things."""


@dataclass(frozen=True)
class Picture:
    """What a public file shows.

    Attributes:
        path: of an edit.
        jumble: where given, seeds what spoils it.
    """

    path: Path
    jumble: bytes | None = None


@dataclass
class Gathered:
    """What the trials of a study refer to, gathered as they are drawn.

    Attributes:
        pictures: by public file.
        masks: by public file, the (protocol, task) whose mask it shows.
    """

    options: dict[str, OptionKey] = field(default_factory=dict)
    trials: dict[str, TrialKey] = field(default_factory=dict)
    pictures: dict[str, Picture] = field(default_factory=dict)
    masks: dict[str, tuple[str, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Drawn:
    """A study, its key, and what its public files show."""

    study: Study
    key: Key
    pictures: dict[str, Picture]
    masks: dict[str, tuple[str, int]]


def draw_study(
    entrants: Entrants, mode: Mode, items: int, words: Words, seed: int, *, with_masks: bool = False
) -> Drawn:
    """Draw a study: the same for the same results, seed, and those words that decide it.

    Args:
        entrants: whose edits are judged.
        mode: how.
        items: trials, checks not counted.
        words: its questions and what answers mean, practice and sitting, and what edits were to do.
        seed: another gives other trials under other ids, which nobody can foretell who does not know it.
        with_masks: show the mask asked for beside each trial.

    Raises:
        InputError: if there are too few methods, tasks or items, no real images are at hand in `realfake`, or the words
            do not say what edits were to do.
    """
    _check(entrants, mode, words)
    results = {
        f"{each.label}/seed{result.seed}": sha256_of(path) for each in entrants.methods for path, result in each.runs
    }
    meaning = words.model_dump(mode="json", include=_MEANING)
    decided_by = [seed, mode, items, meaning, with_masks, entrants.dataset, dict(entrants.tasks_sha256), results]
    ids = OpaqueIds(json.dumps(decided_by, sort_keys=True))
    available = {name: len(tasks) for name, tasks in entrants.tasks.items()}
    main = draw_items(mode, items, entrants.labels, available, _chance(ids, "items"))
    if never := sorted({*entrants.labels}.difference(*(item.shown for item in main))):
        raise InputError(f"--items {items} are too few to show {' and '.join(never)} even once")
    practised = (
        draw_items(mode, words.practice, entrants.labels, available, _chance(ids, "practice")) if words.practice else []
    )
    kept, unkept = Gathered(), Gathered()  # of practice the key says nothing
    screens = _Screens(entrants, mode, words, ids, with_masks, kept)
    practice = _Screens(entrants, mode, words, ids, with_masks, unkept)
    study = Study(
        study_id=ids.of("study"),
        mode=mode,
        questions=list(words.questions),
        trials=_trials(screens, main, arranged(len(main), words.sitting, _chance(ids, "sittings"))),
        practice=[practice.plain(item, ("practice", number)) for number, item in enumerate(practised)],
        ties=words.tie is not None and mode in ("2afc", "kway"),
        sitting=words.sitting,
        size=(entrants.size, entrants.size),
    )
    key = Key(
        study_id=study.study_id,
        seed=seed,
        dataset=entrants.dataset,
        tasks_sha256=dict(entrants.tasks_sha256),
        results_sha256=results,
        trials=kept.trials,
        options=kept.options,
    )
    return Drawn(study, key, unkept.pictures | kept.pictures, unkept.masks | kept.masks)


def _trials(screens: _Screens, items: Sequence[Item], places: Sequence[Place]) -> list[Trial]:
    trials: list[Trial] = []
    shown: dict[int, Trial] = {}
    unseen = _unseen(screens, items)
    for number, place in enumerate(places):
        item, name = items[place.item], ("trial", number)
        if place.kind == "item":
            trials.append(screens.plain(item, name))
            shown[place.item] = trials[-1]
        elif place.kind == "repeat":
            trials.append(screens.repeat(item, name, shown[place.item]))
        else:
            other = unseen[item.protocol].pop() if unseen[item.protocol] else item.task
            trials.append(screens.obvious(replace(item, task=other), name))
    return trials


def _unseen(screens: _Screens, items: Sequence[Item]) -> dict[str, list[int]]:
    """By protocol, tasks that no item shows, shuffled: a face or a text that came again would tell an obvious check."""
    taken = {(item.protocol, item.task) for item in items}
    unseen: dict[str, list[int]] = {}
    for protocol, tasks in screens.entrants.tasks.items():
        unseen[protocol] = [task for task in range(len(tasks)) if (protocol, task) not in taken]
        _chance(screens.ids, "unseen", protocol).shuffle(unseen[protocol])
    return unseen


def _check(entrants: Entrants, mode: Mode, words: Words) -> None:
    if mode == "realfake":
        for protocol, tasks in entrants.tasks.items():
            for what in sorted({_photograph(row) for _, row in tasks.iterrows()}):
                if what not in entrants.given:
                    raise InputError(
                        f"mode realfake shows unedited faces, and under {protocol} those are the edits of copy-{what}, "
                        "of which there is no run; run it too"
                    )
        return
    for protocol in entrants.tasks:
        if protocol not in words.tasks:
            raise InputError(f"the words do not say what {protocol} asks of an edit; add it below 'tasks:'")


def _photograph(row: Any) -> str:
    """The face of a task that is shown unedited: one that has what edits are asked for, which would tell them else."""
    return "source" if isinstance(row["attribute"], str) else "target"


def _chance(ids: OpaqueIds, *what: object) -> random.Random:
    return random.Random(ids.digest("chance", *what))


@dataclass
class _Screens:
    """Makes trials of items, and gathers what they refer to.

    Attributes:
        turns: how often each method's edits were taken, so that its training seeds take turns.
    """

    entrants: Entrants
    mode: Mode
    words: Words
    ids: OpaqueIds
    with_masks: bool
    gathered: Gathered
    turns: Counter[str] = field(default_factory=Counter)

    def plain(self, item: Item, name: tuple[object, ...]) -> Trial:
        options = [
            self._option(item, label, self._seed(item, label), (*name, place)) for place, label in enumerate(item.shown)
        ]
        return self._trial(item, name, options)

    def repeat(self, item: Item, name: tuple[object, ...], original: Trial) -> Trial:
        """The original's pictures the other way round, under ids and in files of their own."""
        pictures, keys = self.gathered.pictures, self.gathered.options
        options = [
            self._published((*name, place), pictures[option.file], keys[option.id])
            for place, option in enumerate(original.options[::-1])
        ]
        return self._trial(item, name, options, check="repeat", repeat_of=original.id)

    def obvious(self, item: Item, name: tuple[object, ...]) -> Trial:
        """An edit among copies of it that are spoilt, so that it is the right answer to whichever question is asked."""
        chance = _chance(self.ids, "obvious", *name)
        places = len(item.shown)
        right = chance.randrange(places) if places > 1 else None
        label = chance.choice(item.shown)
        seed = chance.choice(self._editor(item, label).seeds)
        options = [self._option(item, label, seed, (*name, place), place != right) for place in range(places)]
        expected = EXPECTED[self.mode] if right is None else options[right].id
        return self._trial(item, name, options, check="obvious", expected=expected)

    def _trial(self, item: Item, name: tuple[object, ...], options: Sequence[Option], **why: Any) -> Trial:
        row = self._task(item)
        attribute = row["attribute"] if isinstance(row["attribute"], str) else ""
        alone = self.mode == "realfake"  # the face before its edit would be the answer
        trial = Trial(
            id=self.ids.of(*name),
            text="" if alone else self.words.task(item.protocol, attribute),
            shown={} if alone else self._beside(item, name),
            options=list(options),
        )
        self.gathered.trials[trial.id] = TrialKey(
            protocol=item.protocol, task=int(row["task"]), source=self._face(item), **why
        )
        return trial

    def _beside(self, item: Item, name: tuple[object, ...]) -> dict[str, str]:
        """Files of the trial's own: a task is in few trials but for checks, so that a shared file would tell those."""
        row = self._task(item)
        task = int(row["task"])
        beside: dict[str, str] = {}
        for what, copier in self.entrants.given.items():
            if what == "target" or row["source"] != row["target"]:
                beside[what] = self._file("shown", *name, what)
                path = copier.edit(copier.seeds[0], item.protocol, task)
                self.gathered.pictures[beside[what]] = Picture(path)
        if self.with_masks:
            beside["mask"] = self._file("shown", *name, "mask")
            self.gathered.masks[beside["mask"]] = (item.protocol, task)
        return beside

    def _option(self, item: Item, label: str, seed: int, name: tuple[object, ...], spoilt: bool = False) -> Option:
        task = int(self._task(item)["task"])
        edit = self._editor(item, label).edit(seed, item.protocol, task)
        return self._published(
            name,
            Picture(edit, self.ids.digest("jumble", *name) if spoilt else None),
            OptionKey(
                method="" if spoilt else label, seed=seed, protocol=item.protocol, task=task, source=self._face(item)
            ),
        )

    def _face(self, item: Item) -> str:
        """What figures are clustered by: the source of an edit, as in score files; the face that a photograph shows."""
        row = self._task(item)
        return str(row[_photograph(row)] if item.shown == (REAL,) else row["source"])

    def _published(self, name: tuple[object, ...], picture: Picture, key: OptionKey) -> Option:
        option = Option(id=self.ids.of("option", *name), file=self._file("option", *name))
        self.gathered.pictures[option.file] = picture
        self.gathered.options[option.id] = key
        return option

    def _seed(self, item: Item, label: str) -> int:
        seeds = self._editor(item, label).seeds
        self.turns[label] += 1
        return seeds[self.turns[label] % len(seeds)]

    def _editor(self, item: Item, label: str) -> MethodRuns:
        return self.entrants.given[_photograph(self._task(item))] if label == REAL else self.entrants.method(label)

    def _task(self, item: Item) -> Any:
        return self.entrants.tasks[item.protocol].iloc[item.task]

    def _file(self, *name: object) -> str:
        return f"{IMAGES}/{self.ids.of(*name)}.png"
