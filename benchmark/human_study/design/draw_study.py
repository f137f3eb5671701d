"""Draws a study from runs: its trials and checks, what raters may see of them, and the key, which they must not see."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from benchmark.human_study.design.anonymous_ids import AnonymousIds
from benchmark.human_study.design.candidates import Candidates
from benchmark.human_study.design.sessions import Slot, arrange_sessions
from benchmark.human_study.design.texts import StudyTexts, shipped_texts
from benchmark.human_study.design.trials import REAL, TrialDesign, draw_trials
from benchmark.human_study.schema import Key, Mode, Option, OptionKey, Study, Trial, TrialKey
from benchmark.results.method_runs import MethodRuns
from benchmark.runtime.atomic_files import sha256_of
from registry.catalogue import PROTOCOL_CARDS
from registry.errors import InputError

IMAGES: Final = "images"
"""Folder of the public images, relative to the public folder."""
EXPECTED: Final[dict[Mode, str]] = {"mos": "1", "realfake": "fake"}
"""The right answer to a shuffled image that is shown alone."""
_DECIDING_TEXTS: Final = {"questions", "tie", "scale", "real", "fake", "tasks", "practice", "sitting"}
"""Texts and numbers that decide a study: answers given under others would mean something else."""


@dataclass(frozen=True)
class Stimulus:
    """What a public file shows.

    Attributes:
        path: of an edit.
        shuffle_seed: where given, its tiles are shuffled by this seed, for an attention check.
    """

    path: Path
    shuffle_seed: bytes | None = None


@dataclass
class TrialContents:
    """What the trials of a study refer to, collected as they are drawn.

    Attributes:
        stimuli: by public file.
        masks: by public file, the (protocol, task) whose mask it shows.
    """

    options: dict[str, OptionKey] = field(default_factory=dict)
    trials: dict[str, TrialKey] = field(default_factory=dict)
    stimuli: dict[str, Stimulus] = field(default_factory=dict)
    masks: dict[str, tuple[str, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class DrawnStudy:
    """A study, its key, and what its public files show."""

    study: Study
    key: Key
    stimuli: dict[str, Stimulus]
    masks: dict[str, tuple[str, int]]


def draw_study(
    candidates: Candidates, mode: Mode, num_trials: int, texts: StudyTexts, seed: int, *, with_masks: bool = False
) -> DrawnStudy:
    """Draw a study: the same for the same results, seed, and those texts that decide it.

    Args:
        candidates: methods whose edits are judged.
        mode: how they are judged.
        num_trials: checks not counted.
        texts: its questions, what answers mean and what edits were to do, and the number of trials for practice and of
            a session.
        seed: another one gives other trials under other ids, which nobody can predict without knowing it.
        with_masks: show the target mask beside each trial.

    Raises:
        InputError: if there are too few methods, tasks or trials, no real images are available in `realfake`, or the
            texts do not say what edits were to do.
    """
    _check(candidates, mode, texts)
    results = {
        f"{method.label}/seed{result.seed}": sha256_of(path)
        for method in candidates.methods
        for path, result in method.runs
    }
    deciding_texts = texts.model_dump(mode="json", include=_DECIDING_TEXTS)
    decided_by = [
        seed,
        mode,
        num_trials,
        deciding_texts,
        with_masks,
        candidates.dataset,
        dict(candidates.tasks_sha256),
        results,
    ]
    ids = AnonymousIds(json.dumps(decided_by, sort_keys=True))
    available = {name: candidates.attributes(name) for name in candidates.tasks}
    # the names of generators are part of how earlier studies were drawn
    designs = draw_trials(mode, num_trials, candidates.labels, available, _generator(ids, "items"))
    if never := sorted({*candidates.labels}.difference(*(design.shown for design in designs))):
        raise InputError(f"--items {num_trials} are too few to show {' and '.join(never)} even once")
    practice_designs = (
        draw_trials(mode, texts.practice, candidates.labels, available, _generator(ids, "practice"))
        if texts.practice
        else []
    )
    kept, unkept = TrialContents(), TrialContents()  # of practice the key says nothing
    builder = _TrialBuilder(candidates, mode, texts, ids, with_masks, kept)
    practice = _TrialBuilder(candidates, mode, texts, ids, with_masks, unkept)
    study = Study(
        study_id=ids.of("study"),
        mode=mode,
        questions=list(texts.questions),
        trials=_trials(builder, designs, arrange_sessions(len(designs), texts.sitting, _generator(ids, "sittings"))),
        practice=[practice.plain(design, ("practice", number)) for number, design in enumerate(practice_designs)],
        ties=texts.tie is not None and mode in ("2afc", "kway"),
        sitting=texts.sitting,
        size=(candidates.size, candidates.size),
    )
    key = Key(
        study_id=study.study_id,
        seed=seed,
        dataset=candidates.dataset,
        tasks_sha256=dict(candidates.tasks_sha256),
        results_sha256=results,
        trials=kept.trials,
        options=kept.options,
    )
    return DrawnStudy(study, key, unkept.stimuli | kept.stimuli, unkept.masks | kept.masks)


def _trials(builder: _TrialBuilder, designs: Sequence[TrialDesign], slots: Sequence[Slot]) -> list[Trial]:
    trials: list[Trial] = []
    shown: dict[int, Trial] = {}
    unseen = _unseen(builder, designs)
    for number, slot in enumerate(slots):
        design, name = designs[slot.design], ("trial", number)
        if slot.kind == "plain":
            trials.append(builder.plain(design, name))
            shown[slot.design] = trials[-1]
        elif slot.kind == "repeat":
            trials.append(builder.repeat(design, name, shown[slot.design]))
        else:
            of_protocol = unseen[design.protocol]
            pools = (of_protocol[builder.attribute(design)], *of_protocol.values())
            other = next((tasks.pop() for tasks in pools if tasks), design.task)
            trials.append(builder.attention_check(replace(design, task=other), name))
    return trials


def _unseen(builder: _TrialBuilder, designs: Sequence[TrialDesign]) -> dict[str, dict[str, list[int]]]:
    """By protocol and attribute, tasks of no trial, shuffled: a face that came again would give away a check."""
    taken = {(design.protocol, design.task) for design in designs}
    unseen: dict[str, dict[str, list[int]]] = {}
    for protocol, attributes in builder.attributes.items():
        tasks = [task for task in range(len(attributes)) if (protocol, task) not in taken]
        _generator(builder.ids, "unseen", protocol).shuffle(tasks)
        unseen[protocol] = {
            name: [task for task in tasks if attributes[task] == name] for name in dict.fromkeys(attributes)
        }
    return unseen


def _check(candidates: Candidates, mode: Mode, texts: StudyTexts) -> None:
    if mode == "realfake":
        for protocol, tasks in candidates.tasks.items():
            if protocol in PROTOCOL_CARDS and PROTOCOL_CARDS.find(protocol).card.hides:
                raise InputError(
                    f"mode realfake shows unedited faces, and the tasks of {protocol} hide a part of theirs; choose "
                    "another protocol by --protocol"
                )
            for what in sorted({_photograph(row) for row in tasks.to_dict("records")}):
                if what not in candidates.given:
                    raise InputError(
                        f"mode realfake shows unedited faces, and under {protocol} those are the edits of copy-{what}, "
                        "of which there is no run; run it too"
                    )
        return
    for protocol in candidates.tasks:
        if protocol not in texts.tasks:
            raise InputError(
                f"the texts do not say what an edit of {protocol} is to do; add it below 'tasks:' there, or in "
                f"a copy of {shipped_texts(mode)}, and name that by --words"
            )


def _photograph(row: Mapping[Hashable, Any]) -> str:
    """The face of a task that is shown unedited: one with the requested attribute, whose lack would give it away."""
    return "source" if isinstance(row["attribute"], str) else "target"


def _generator(ids: AnonymousIds, *name: object) -> random.Random:
    return random.Random(ids.digest("chance", *name))


@dataclass
class _TrialBuilder:
    """Makes trials of their designs, and collects what they refer to.

    Attributes:
        turns: how often each method's edits were taken, so that its training seeds take turns.
    """

    candidates: Candidates
    mode: Mode
    texts: StudyTexts
    ids: AnonymousIds
    with_masks: bool
    contents: TrialContents
    turns: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.attributes = {name: self.candidates.attributes(name) for name in self.candidates.tasks}

    def attribute(self, design: TrialDesign) -> str:
        """The attribute that a trial's task transfers, where the tasks of its protocol transfer several; else ""."""
        return self.attributes[design.protocol][design.task]

    def plain(self, design: TrialDesign, name: tuple[object, ...]) -> Trial:
        options = [
            self._option(design, label, self._seed(design, label), (*name, position))
            for position, label in enumerate(design.shown)
        ]
        return self._trial(design, name, options)

    def repeat(self, design: TrialDesign, name: tuple[object, ...], original: Trial) -> Trial:
        """The original's images the other way round, under ids and in files of their own."""
        stimuli, keys = self.contents.stimuli, self.contents.options
        options = [
            self._published((*name, position), stimuli[option.file], keys[option.id])
            for position, option in enumerate(original.options[::-1])
        ]
        return self._trial(design, name, options, check="repeat", repeat_of=original.id)

    def attention_check(self, design: TrialDesign, name: tuple[object, ...]) -> Trial:
        """An edit among shuffled copies of it, so that it is the right answer to every question."""
        generator = _generator(self.ids, "obvious", *name)
        num_options = len(design.shown)
        right = generator.randrange(num_options) if num_options > 1 else None
        label = generator.choice(design.shown)
        seed = generator.choice(self._editor(design, label).seeds)
        options = [
            self._option(design, label, seed, (*name, position), shuffled=position != right)
            for position in range(num_options)
        ]
        expected = EXPECTED[self.mode] if right is None else options[right].id
        return self._trial(design, name, options, check="obvious", expected=expected)

    def _trial(self, design: TrialDesign, name: tuple[object, ...], options: Sequence[Option], **check: Any) -> Trial:
        row = self._task(design)
        attribute = row["attribute"] if isinstance(row["attribute"], str) else ""
        alone = self.mode == "realfake"  # the face before its edit would be the answer
        trial = Trial(
            id=self.ids.of(*name),
            text="" if alone else self.texts.task(design.protocol, attribute),
            shown={} if alone else self._beside(design, name),
            options=list(options),
        )
        self.contents.trials[trial.id] = TrialKey(
            protocol=design.protocol,
            task=int(row["task"]),
            source=self._face(design),
            attribute=self.attribute(design),
            **check,
        )
        return trial

    def _beside(self, design: TrialDesign, name: tuple[object, ...]) -> dict[str, str]:
        """Files of this trial alone: mostly checks share a task with a trial, so shared files would give them away."""
        row = self._task(design)
        task = int(row["task"])
        beside: dict[str, str] = {}
        for what, copier in self.candidates.given.items():
            if what == "target" or row["source"] != row["target"]:
                beside[what] = self._file("shown", *name, what)
                path = copier.edit(copier.seeds[0], design.protocol, task)
                self.contents.stimuli[beside[what]] = Stimulus(path)
        if self.with_masks:
            beside["mask"] = self._file("shown", *name, "mask")
            self.contents.masks[beside["mask"]] = (design.protocol, task)
        return beside

    def _option(
        self, design: TrialDesign, label: str, seed: int, name: tuple[object, ...], *, shuffled: bool = False
    ) -> Option:
        task = int(self._task(design)["task"])
        edit = self._editor(design, label).edit(seed, design.protocol, task)
        return self._published(
            name,
            Stimulus(edit, self.ids.digest("jumble", *name) if shuffled else None),
            OptionKey(
                method="" if shuffled else label,
                seed=seed,
                protocol=design.protocol,
                task=task,
                source=self._face(design),
            ),
        )

    def _face(self, design: TrialDesign) -> str:
        """The face by which answers are clustered: an edit's source, as in score files; a photograph's face."""
        row = self._task(design)
        return str(row[_photograph(row)] if design.shown == (REAL,) else row["source"])

    def _published(self, name: tuple[object, ...], stimulus: Stimulus, key: OptionKey) -> Option:
        option = Option(id=self.ids.of("option", *name), file=self._file("option", *name))
        self.contents.stimuli[option.file] = stimulus
        self.contents.options[option.id] = key
        return option

    def _seed(self, design: TrialDesign, label: str) -> int:
        seeds = self._editor(design, label).seeds
        self.turns[label] += 1
        return seeds[self.turns[label] % len(seeds)]

    def _editor(self, design: TrialDesign, label: str) -> MethodRuns:
        return (
            self.candidates.given[_photograph(self._task(design))] if label == REAL else self.candidates.method(label)
        )

    def _task(self, design: TrialDesign) -> Mapping[Hashable, Any]:
        return self._tasks[design.protocol][design.task]

    @cached_property
    def _tasks(self) -> dict[str, list[dict[Hashable, Any]]]:
        """The tasks by protocol as plain values: of a table, taking one row takes a hundred times as long."""
        return {protocol: tasks.to_dict("records") for protocol, tasks in self.candidates.tasks.items()}

    def _file(self, *name: object) -> str:
        return f"{IMAGES}/{self.ids.of(*name)}.png"
