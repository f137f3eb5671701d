"""The context of an evaluation: the dataset, task tables, judges and device that all its methods share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import pandas as pd

from benchmark.caching.fingerprints import fingerprint
from benchmark.caching.plugin_source import entry_version, plugin_code
from benchmark.config.evaluation_spec import EvaluationSpec, JudgeRole, Options
from benchmark.datasets.base import SPLITS, FaceDataset
from benchmark.datasets.packed import Progress
from benchmark.evaluation.scoring_batches import BATCH, Judges, no_judge
from benchmark.features.build_encoder import EncodingJudge, build_encoder
from benchmark.features.cache import cached_features, write_features
from benchmark.features.encoder import Encoder
from benchmark.features.feature_set import FeatureSet, FeatureWriter
from benchmark.judges.base import Judge
from benchmark.judges.cache import load_judge, published_scores
from benchmark.judges.unknown_attributes import UnknownAttributes
from benchmark.protocols.base import Protocol
from benchmark.results.schema import DatasetInfo, JudgeInfo
from benchmark.results.task_scores import tasks_sha256
from benchmark.runtime.device import Compute, choose_compute, seed_everything
from benchmark.runtime.processes import ALONE, Processes, compute_of
from benchmark.runtime.progress import Reporter
from benchmark.training.train import move_to_device, train
from benchmark.weights.encoder_files import named_weights
from benchmark.weights.locate import Weights, WeightsFile, WeightsMissing, manifest
from benchmark.weights.resources import MetricUnavailable, Resources
from registry import DATASETS, JUDGES, PROTOCOLS
from registry.cards import JudgeCard
from registry.catalogue import DATASET_CARDS, ENCODER_CARDS, JUDGE_CARDS, Entry
from registry.errors import InputError, building, plugin_boundary

TASK_SEED = 0
"""Decides the task tables; never the seed of a training, so that all seeds of all methods edit the same faces."""
JUDGE_SEED = 0
MAX_REAL_FACES = 5000


@dataclass(frozen=True)
class TaskSet:
    """One protocol and its task table."""

    protocol: Protocol
    tasks: pd.DataFrame
    sha256: str


class EvaluationContext:
    """What the runs of one comparison share, each part opened when it is first needed.

    Args:
        evaluation: of the comparison.
        cache: folder of packed faces, judges and features.
        reporter: shows progress.
        weights: finds the weights files of metrics.
        processes: that train, edit and score together, this one among them; None where it is alone.
    """

    def __init__(
        self,
        evaluation: EvaluationSpec,
        cache: Path,
        reporter: Reporter,
        weights: Weights | None = None,
        processes: Processes | None = None,
    ) -> None:
        self.evaluation = evaluation
        self.processes = processes or ALONE
        self.weights = weights or Weights()
        self.cache = cache
        self.reporter = reporter
        self._task_sets: dict[str, TaskSet] = {}
        self._judges: dict[JudgeRole, tuple[Any, JudgeInfo]] = {}
        self._encoders: dict[str, Encoder] = {}
        self._real_features: dict[str, FeatureSet] = {}

    @cached_property
    def compute(self) -> Compute:
        """Device, precision and layout."""
        return compute_of(self.processes, choose_compute(**self.evaluation.compute.model_dump()))

    @property
    def resources(self) -> Resources:
        """What metrics may need."""
        return Resources(self.compute, self.weights, self.cache)

    @cached_property
    def dataset(self) -> FaceDataset:
        """The faces, packed at the run's size."""
        spec = self.evaluation.dataset
        with self.reporter.counting(f"pack {spec.name}") as progress:
            dataset = open_faces(spec.name, spec.root, spec.size, spec.options, self.cache, self.reporter.say, progress)
        if dataset.summary is not None:
            self.reporter.say(dataset.summary)
        return dataset

    def task_sets(self, protocols: Mapping[str, Options]) -> list[TaskSet]:
        """Protocols with their task tables.

        Args:
            protocols: options by protocol, such as those that one of the runs takes part in.
        """
        return [self._task_set(name, options) for name, options in protocols.items()]

    def _task_set(self, name: str, options: Options) -> TaskSet:
        key = fingerprint(name, options)
        if key not in self._task_sets:
            with building(f"protocol {name}", f"building protocol {name}"):
                protocol: Protocol = PROTOCOLS.get(name)(**options)
            dataset = self.dataset
            try:
                tasks = protocol.tasks(dataset, TASK_SEED, self.evaluation.limit)
            except ValueError as error:
                raise error if isinstance(error, InputError) else InputError(f"protocol {name}: {error}") from error
            self._task_sets[key] = TaskSet(protocol, tasks, tasks_sha256(tasks))
        return self._task_sets[key]

    @cached_property
    def judge_facts(self) -> dict[str, JudgeInfo]:
        """What tables say of the judges, by role; trains those that the cache does not hold."""
        return {role: self.judge(role)[1] for role in self.evaluation.roles}

    @cached_property
    def judges(self) -> Judges:
        """The judges, on the compute device, each loaded when something first needs it."""
        return self.judges_of(self.evaluation.further_roles)

    def judges_of(self, roles: Sequence[JudgeRole]) -> Judges:
        """The same with the judges of these roles beside the two of every evaluation."""
        others = {role: partial(self._judge_of, role) for role in roles}
        return Judges(partial(self._judge_of, "parser"), partial(self._judge_of, "attributes"), others)

    def _judge_of(self, role: JudgeRole) -> Any:
        return self.judge(role)[0]

    def judge(self, role: JudgeRole) -> tuple[Any, JudgeInfo]:
        """A judge, on the compute device, and what tables say of it; trained where the cache does not hold it."""
        if role not in self._judges and role == "attributes" and "attributes" in self.dataset.lacks:
            unknown = "none: no attribute of these faces is known"
            facts = JudgeInfo(title=unknown, weights_sha256="", recipe="", scores={})
            self._judges[role] = (UnknownAttributes(), facts)
        if role not in self._judges:
            entry = self._judge_entry(role)
            name = entry.card.name
            options = self.evaluation.judges.get(name, dict(entry.card.options))
            seed_everything(JUDGE_SEED)
            with building(f"judge {name}", f"building judge {name}"):
                judge: Judge = JUDGES.get(name)(size=self.evaluation.dataset.size, **options)
            named = named_weights(entry)
            if role == "attributes" and named is None and (own := self.dataset.packed.own_attributes):
                judge.add_attributes(own)
            facts = self._train(entry, judge) if named is None else self._load_published(entry, judge, named)
            self._judges[role] = (judge, facts)
        return self._judges[role]

    def judge_version(self, role: JudgeRole) -> list[Any]:
        """What decides the judge of a role, without loading it: its name, options and code, and a published file."""
        entry = self._judge_entry(role)
        name, named = entry.card.name, named_weights(entry)
        try:
            sha256 = None if named is None else self.weights.find_named(named).sha256
        except WeightsMissing:
            sha256 = None  # it is said where the judge is loaded
        return [name, self.evaluation.judges.get(name, {}), entry_version(entry), sha256]

    def _judge_entry(self, role: str) -> Entry[JudgeCard]:
        """The judge that has a role; in place of a trained one its published one, where that one's file was named."""
        if role not in self.evaluation.judge_by_role:
            raise MetricUnavailable(no_judge(role))
        entry = JUDGE_CARDS.find(self.evaluation.judge_by_role[role])
        if entry.card.published is not None:
            published = JUDGE_CARDS.find(entry.card.published)
            if published.card.weights in self.weights.named:
                return published
        return entry

    def _train(self, entry: Entry[JudgeCard], judge: Judge) -> JudgeInfo:
        """Give a judge its trained weights, which the cache may have."""
        name = entry.card.name
        record = load_judge(
            name,
            judge,
            self.dataset,
            self.cache / "judges",
            partial(self._train_judge, name),
            self.reporter.say,
            trained_as=" ".join(filter(None, (self.compute.described, plugin_code(entry)))),
        )
        move_to_device(judge, self.compute)
        return JudgeInfo(
            title=entry.card.title,
            weights_sha256=record.weights_sha256,
            recipe=", ".join(f"{key} {value}" for key, value in record.recipe.items()),
            scores=dict(record.scores),
            caution=entry.card.caution,
        )

    def _load_published(self, entry: Entry[JudgeCard], judge: Judge, named: str) -> JudgeInfo:
        """Fill a judge that is not trained from its file, and have it score itself."""
        name = entry.card.name
        try:
            file = self.weights.find_named(named)
        except WeightsMissing as error:
            raise InputError(f"judge {name}: {error}") from error
        with building(f"judge {name}", f"building judge {name}"):
            judge.load_published(file.path)
        move_to_device(judge, self.compute)
        judge.eval()
        foreign = None if file.published or named not in manifest() else f"not the published {file.id}"
        return JudgeInfo(
            title=entry.card.title,
            weights_sha256=file.sha256,
            recipe=f"published weights {file.path.name}, not trained here",
            scores=self._own_scores(entry, judge, file),
            caution="; ".join(filter(None, (entry.card.caution, foreign))) or None,
        )

    def _own_scores(self, entry: Entry[JudgeCard], judge: Judge, file: WeightsFile) -> dict[str, float]:
        if entry.card.role == "parser" and "mask" in self.dataset.lacks:  # it has nothing to be right about
            return {}
        made_by, say = f"{self.compute.described} {plugin_code(entry) or ''}", self.reporter.say
        with self.reporter.counting(f"judge {entry.card.name}: its own scores"):
            return published_scores(judge, file.sha256, self.dataset, self.cache / "judges", made_by, say)

    def _train_judge(self, name: str, judge: Judge, dataset: FaceDataset, folder: Path) -> None:
        if "mask" in dataset.lacks and JUDGE_CARDS.find(name).card.role == "parser":
            raise InputError(
                f"the judge {name} learns regions from masks, which {dataset.name} does not have: "
                f"{dataset.lacks['mask']}; without masks a dataset can be packed and verified, but not scored"
            )
        title = f"judge {name}"
        train(judge, dataset, folder, seed=JUDGE_SEED, compute=self.compute, reporter=self.reporter, title=title)

    def encoder(self, name: str) -> Encoder:
        """An encoder by the name on metrics' cards.

        Raises:
            MetricUnavailable: if it cannot be had here.
        """
        if name not in self._encoders:
            judge = None
            if (role := ENCODER_CARDS.find(name).card.judge) is not None:
                found, facts = self.judge(role)
                judge = EncodingJudge(found, facts.weights_sha256, entry_version(self._judge_entry(role)))
            self._encoders[name] = build_encoder(name, self.resources, judge)
        return self._encoders[name]

    def real_features(self, name: str) -> FeatureSet:
        """An encoder's features of the train split's faces (at most 5,000), which set metrics compare with."""
        if name not in self._real_features:
            encoder = self.encoder(name)
            dataset_code = plugin_code(DATASET_CARDS.find(self.evaluation.dataset.name))
            key = fingerprint(self.dataset.fingerprint, MAX_REAL_FACES, dataset_code, encoder.key)
            rows = self.dataset.rows("train")[:MAX_REAL_FACES]
            images = self.dataset.packed.images

            def write(writer: FeatureWriter) -> None:
                batches = (images[rows[start : start + BATCH]] for start in range(0, len(rows), BATCH))
                title = f"{name} features of real faces"
                write_features({name: writer}, {name: encoder}, batches, len(rows), self.reporter, title)

            self._real_features[name] = cached_features(self.cache / "features" / key[:32], write, self.reporter.say)
        return self._real_features[name]

    @cached_property
    def dataset_facts(self) -> DatasetInfo:
        """What tables say of the dataset."""
        dataset = self.dataset
        return DatasetInfo(
            title=DATASET_CARDS.find(dataset.name).card.title,
            fingerprint=dataset.fingerprint,
            size=dataset.size,
            faces={split: len(dataset.rows(split)) for split in SPLITS},
            skipped=len(dataset.skipped),
            left_out={files.reason: files.count for files in dataset.left_out},
            resize_policy=dataset.resize_policy,
        )


def open_faces(
    name: str,
    root: Path | str | None,
    size: int,
    options: Mapping[str, Any],
    cache: Path,
    say: Callable[[str], None],
    progress: Progress | None = None,
) -> FaceDataset:
    """The faces of a dataset, packed where they are not yet.

    Args:
        name: of the registered dataset.
        root: folder of its files.
        size: side of the square images in pixels.
        options: of the dataset's card.
        cache: folder of everything that is cached.
        say: told of a pack that was damaged.
        progress: called with the faces packed and the faces in all.
    """
    dataset_class = DATASETS.get(name)
    with plugin_boundary(f"{dataset_class.__name__}.__init__", OSError):  # of files that are the user's
        dataset: FaceDataset = dataset_class(
            root=root, size=size, cache=faces_folder(cache, name), progress=progress, **options
        )
    dataset.name = name  # a card may name the class of another one
    if dataset.packed.damage is not None:
        say(f"{dataset.packed.damage}; the faces are packed anew")
    return dataset


def faces_folder(cache: Path, dataset: str) -> Path:
    """Where packed faces are kept; a plug-in's under its own code, which may not enter the keys it gives them."""
    code = plugin_code(DATASET_CARDS.find(dataset))
    return cache / "faces" if code is None else cache / "faces" / f"{dataset}-{code[:16]}"
