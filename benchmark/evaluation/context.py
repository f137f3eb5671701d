"""The context of an evaluation: the dataset, task tables, judges and device that all its methods share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
from benchmark.evaluation.score_edits import BATCH, Judges
from benchmark.features.cache import cached_features, write_features
from benchmark.features.encoder import Encoder
from benchmark.features.feature_set import FeatureSet, FeatureWriter
from benchmark.features.inception import INCEPTION_ENCODERS
from benchmark.features.parser_encoder import PARSER, ParserEncoder
from benchmark.judges.base import Judge
from benchmark.judges.cache import load_judge
from benchmark.judges.unknown_attributes import UnknownAttributes
from benchmark.protocols.base import Protocol
from benchmark.results.schema import DatasetInfo, JudgeInfo
from benchmark.results.task_scores import tasks_sha256
from benchmark.runtime.device import Compute, choose_compute, seed_everything
from benchmark.runtime.progress import Reporter
from benchmark.training.train import move_to_device, train
from benchmark.weights.locate import Weights
from benchmark.weights.resources import Resources
from registry import DATASETS, JUDGES, PROTOCOLS
from registry.catalogue import DATASET_CARDS, JUDGE_CARDS
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
    """

    def __init__(
        self, evaluation: EvaluationSpec, cache: Path, reporter: Reporter, weights: Weights | None = None
    ) -> None:
        self.evaluation = evaluation
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
        spec = self.evaluation.compute
        return choose_compute(spec.device, spec.precision, spec.channels_last, spec.num_workers)

    @property
    def resources(self) -> Resources:
        """What metrics may need."""
        return Resources(self.compute, self.weights)

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
        return {role: self.judge(role)[1] for role in self.evaluation.judge_by_role}

    @cached_property
    def judges(self) -> Judges:
        """The judges, on the compute device, each loaded when something first needs it."""
        return Judges(lambda: self.judge("parser")[0], lambda: self.judge("attributes")[0])

    def judge(self, role: JudgeRole) -> tuple[Any, JudgeInfo]:
        """A judge, on the compute device, and what tables say of it; trained where the cache does not hold it."""
        if role not in self._judges and role == "attributes" and (reason := self.dataset.lacks.get("attributes")):
            facts = JudgeInfo(title=f"none: {reason}", weights_sha256="", recipe="", scores={})
            self._judges[role] = (UnknownAttributes(), facts)
        if role not in self._judges:
            name = self.evaluation.judge_by_role[role]
            options = self.evaluation.judges[name]
            seed_everything(JUDGE_SEED)
            with building(f"judge {name}", f"building judge {name}"):
                judge: Judge = JUDGES.get(name)(size=self.evaluation.dataset.size, **options)
            record = load_judge(
                name,
                judge,
                self.dataset,
                self.cache / "judges",
                partial(self._train_judge, name),
                self.reporter.say,
                trained_as=" ".join(filter(None, (self.compute.described, plugin_code(JUDGE_CARDS.find(name))))),
            )
            facts = JudgeInfo(
                title=JUDGE_CARDS.find(name).card.title,
                weights_sha256=record.weights_sha256,
                recipe=", ".join(f"{key} {value}" for key, value in record.recipe.items()),
                scores=dict(record.scores),
            )
            move_to_device(judge, self.compute)
            self._judges[role] = (judge, facts)
        return self._judges[role]

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
            if name == PARSER:
                code = entry_version(JUDGE_CARDS.find(self.evaluation.parser_judge))
                judge, facts = self.judge("parser")
                self._encoders[name] = ParserEncoder(judge.parse, facts.weights_sha256, self.compute, code)
            else:
                self._encoders[name] = INCEPTION_ENCODERS[name](self.resources)
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
    with plugin_boundary(f"{dataset_class.__name__}.__init__"):
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
