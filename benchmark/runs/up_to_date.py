"""Recognises a run that is finished without importing anything heavy, so that a repeated command returns at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmark.caching.code_version import code_version
from benchmark.caching.file_record import FILES, changed_files
from benchmark.caching.fingerprints import TRAINING_CODE, StageState, fingerprint, tree_version
from benchmark.caching.library_versions import Versions, changed_versions, library_versions
from benchmark.caching.plugin_source import entry_libraries, entry_version
from benchmark.config.evaluation_spec import EvaluationSpec, roles_of
from benchmark.config.experiment import Experiment, without_loaders
from benchmark.editing.option_weights import SUFFIX
from benchmark.results.run_folder import RESULT
from benchmark.results.schema import Result, read_result
from benchmark.runtime.atomic_files import sha256_of_given
from benchmark.runtime.json_files import ResultError
from benchmark.runtime.progress import Reporter
from benchmark.weights.encoder_files import named_weights
from benchmark.weights.external_data import files_of
from benchmark.weights.locate import Weights, manifest
from registry.cards import EncoderCard, JudgeCard, MetricCard
from registry.catalogue import (
    DATASET_CARDS,
    ENCODER_CARDS,
    JUDGE_CARDS,
    METHOD_CARDS,
    METRIC_CARDS,
    PROTOCOL_CARDS,
    Catalogue,
    Entry,
)

FINISHED = "finished"
METRICS = "metrics"
"""Key of that stage's stamp that has those of the metrics by protocol."""
LIBRARIES = "libraries"
"""Key of the same that has the versions of the libraries that measured each, by protocol and metric."""


def finished_result(
    experiment: Experiment, runs: Path, weights: Weights, reporter: Reporter | None = None
) -> Result | None:
    """The run's result, if it still answers to the experiment, the code, and the files it was made from; else None.

    None too where the result or another part of it, such as scores, is not as it was written; `reporter` then says so.
    """
    if not FinishedRuns(runs, weights, reporter).has(experiment):
        return None
    try:
        return read_result(experiment.folder(runs) / RESULT)
    except ResultError:
        return None


class FinishedRuns:
    """Knows finished runs, of which there may be thousands: what those of one evaluation share is looked at once.

    Args:
        runs: folder of all runs.
        weights: finds the weights files of metrics.
        reporter: says why a run that has a result is not finished; None keeps that quiet.
    """

    def __init__(self, runs: Path, weights: Weights, reporter: Reporter | None = None) -> None:
        self.runs = runs
        self.weights = weights
        self.reporter = reporter
        self._inputs: dict[tuple[str, str], _SharedInputs] = {}

    def has(self, experiment: Experiment) -> bool:
        """Whether a run's result still answers to the experiment, the code, and the files it was made from."""
        folder = experiment.folder(self.runs)
        if not (folder / RESULT).is_file():
            return False
        finished = StageState(folder).get(FINISHED)
        shared = self._shared_by(experiment)
        stamp = _stamp_of(experiment, shared)
        if not isinstance(finished, dict) or any(finished.get(key) != value for key, value in stamp.items()):
            return False
        if said := _changed_libraries(finished, shared):
            self._say(f"{folder}: {said}")
            return False
        if changed := changed_files(folder, finished[FILES]):
            self._say(f"{changed[0]} is not as it was written; the run is scored anew")
            return False
        return True

    def _shared_by(self, experiment: Experiment) -> _SharedInputs:
        key = experiment.method.name, experiment.evaluation.model_dump_json()
        if key not in self._inputs:
            self._inputs[key] = _SharedInputs(experiment, self.weights)
        return self._inputs[key]

    def _say(self, text: str) -> None:
        if self.reporter is not None:
            self.reporter.say(text)


class _SharedInputs:
    """What the results of a method under an evaluation depend on beside their own settings and files.

    Attributes:
        metrics: the stamps of each protocol's metrics.
        code: version of what makes a result.
        registered: the cards and versions of what is found by its name.
        judges: the weights files of judges.
        data: version of the dataset's folder, if it has one.
    """

    def __init__(self, experiment: Experiment, weights: Weights) -> None:
        evaluation = self.evaluation = experiment.evaluation
        root = evaluation.dataset.root
        self.metrics = {name: metric_stamps(evaluation, name, weights) for name in evaluation.protocols}
        self.code = code_version(*CODE)
        self.registered = [
            (entry.card.model_dump(mode="json", exclude=NOT_IN_RESULTS), entry_version(entry))
            for entry in _registered(experiment)
        ]
        self.judges = [_named_files(entry, weights) for entry in _judges(experiment)]
        self.data = tree_version(Path(root)) if root is not None else None
        self._libraries: dict[str, Versions] = {}

    def libraries_of(self, metric: str) -> Versions:
        """The versions of the libraries that measure a metric."""
        if metric not in self._libraries:
            self._libraries[metric] = measured_by(self.evaluation, metric)
        return self._libraries[metric]


SCORING_CODE = (
    "benchmark.evaluation.score_edits",
    "benchmark.evaluation.context",
    "benchmark.evaluation.follow_measuring",
    "benchmark.evaluation.helping_context",
)
"""The modules that score edits, in the first process and in those that help it, with what they import."""
CODE = (TRAINING_CODE, "benchmark.editing.edit_tasks", *SCORING_CODE, "benchmark.runs.assemble_result")
"""The modules that make a result, with what they import, beside what is registered."""
NOT_IN_RESULTS = {"summary", "paper", "licence", "ablation", "options", "presets", "variants", "timeout", "claims"}
"""What cards say to people, or for other commands; options count as they are resolved, in the experiment."""


def finished_stamp(experiment: Experiment, weights: Weights) -> dict[str, Any]:
    """Hashes of everything that a result depends on, as far as it can be known from files alone.

    Returns:
        The stamp of the run whatever is measured, and those of its metrics, as `metric_stamps` has them.
    """
    return _stamp_of(experiment, _SharedInputs(experiment, weights))


def _stamp_of(experiment: Experiment, shared: _SharedInputs) -> dict[str, Any]:
    settings = {key: value for key, value in experiment.settings().items() if key != "metrics"}
    stamp = fingerprint(
        without_loaders(settings),
        shared.code,
        shared.registered,
        shared.judges,
        shared.data,
        sha256_of_given(experiment.method.checkpoint),
        _option_files_version(experiment),
    )
    return {"stamp": stamp, METRICS: shared.metrics}


def metric_stamps(evaluation: EvaluationSpec, protocol: str, weights: Weights) -> list[list[str]]:
    """The metrics shown under a protocol, in order, each with a hash of its card, its code and its weights files."""
    return [
        [name, _metric_stamp(METRIC_CARDS.find(name), evaluation, weights)] for name in evaluation.metrics_of(protocol)
    ]


def measured_by(evaluation: EvaluationSpec, metric: str) -> Versions:
    """The versions of the libraries that a metric's code, its encoder's and its judges' import."""
    entry = METRIC_CARDS.find(metric)
    entries: list[Entry[Any]] = [entry, *_judges_of(entry, evaluation)]
    if entry.card.encoder is not None and entry.card.encoder in ENCODER_CARDS:
        entries.append(ENCODER_CARDS.find(entry.card.encoder))
    return library_versions(name for measuring in entries for name in entry_libraries(measuring))


def _changed_libraries(finished: Mapping[str, Any], shared: _SharedInputs) -> str | None:
    """What is measured anew since libraries changed, in words; None where none did that is known of."""
    changed: dict[str, dict[str, None]] = {}
    for of_metrics in finished.get(LIBRARIES, {}).values():
        for metric, then in of_metrics.items():
            for said in changed_versions(then, shared.libraries_of(metric)):
                changed.setdefault(said, {})[metric] = None
    return "; ".join(f"{said}: measured anew: {', '.join(metrics)}" for said, metrics in changed.items()) or None


def _judges_of(entry: Entry[MetricCard], evaluation: EvaluationSpec) -> list[Entry[JudgeCard]]:
    """The judges that a metric asks, and the published ones that may take their places."""
    roles = roles_of(entry.card.name)
    return _with_published(judge for role, judge in sorted(evaluation.judge.items()) if role in roles)


def _metric_stamp(entry: Entry[MetricCard], evaluation: EvaluationSpec, weights: Weights) -> str:
    card = entry.card.model_dump(mode="json", exclude=NOT_IN_RESULTS)
    judges = [
        (
            found.card.name,
            evaluation.judges.get(found.card.name, {}),
            entry_version(found),
            _named_files(found, weights),
        )
        for found in _judges_of(entry, evaluation)
    ]
    files = _weights_version(weights, entry), _encoder_version(entry, weights)
    return fingerprint(card, entry_version(entry), *files, judges)


def _encoder_version(entry: Entry[MetricCard], weights: Weights) -> list[Any] | None:
    """What decides the encoder of a metric: its options, its code and its weights file; None where it has none."""
    name = entry.card.encoder
    if name is None or name not in ENCODER_CARDS:
        return None
    encoder = ENCODER_CARDS.find(name)
    return [dict(encoder.card.options), entry_version(encoder), _named_files(encoder, weights)]


def _weights_version(weights: Weights, entry: Entry[MetricCard]) -> list[tuple[str, str | None, str, int, int]]:
    """Place, size and time of the weights files that a metric may rest on, so that one put there scores it anew.

    A metric of a plug-in may look for any; none is read, but for the names of others in an ONNX file.
    """
    files = [file for file in manifest().values() if not entry.builtin or entry.card.name in file.needed_by]
    found = [(file, part, part.stat()) for file in files for path in weights.places(file) for part in files_of(path)]
    return [(file.id, file.sha256, str(path), facts.st_size, facts.st_mtime_ns) for file, path, facts in found]


def _named_files(entry: Entry[EncoderCard] | Entry[JudgeCard], weights: Weights) -> list[tuple[str, int, int]]:
    """Place, size and time of every file that may be the weights file which a card names, and of those beside it.

    None is read, but for the names of others in an ONNX file.
    """
    named = named_weights(entry)
    if named is None:
        return []
    paths = weights.places(manifest()[named]) if named in manifest() else filter(Path.is_file, [Path(named)])
    found = [(part, part.stat()) for path in paths for part in files_of(path)]
    return [(str(path), facts.st_size, facts.st_mtime_ns) for path, facts in found]


def _option_files_version(experiment: Experiment) -> list[tuple[str, int, int]]:
    """Size and time of every weights file that an option or `start` names by its path; none is read."""
    method = experiment.method
    named = {name: Path(str(value)) for name, value in method.options.items() if name.endswith(SUFFIX) and value}
    named |= {key: Path(file) for key, file in method.start_files.items()}
    found = [(name, path.stat()) for name, path in named.items() if path.is_file()]
    return [(name, facts.st_size, facts.st_mtime_ns) for name, facts in found]


def _judges(experiment: Experiment) -> list[Entry[JudgeCard]]:
    """The run's judges, and the published ones that may take their places."""
    return _with_published(sorted(experiment.evaluation.judges))


def _with_published(judges: Iterable[str]) -> list[Entry[JudgeCard]]:
    """Judges by name, then the published ones that may take their places."""
    entries = [JUDGE_CARDS.find(name) for name in judges]
    return entries + [JUDGE_CARDS.find(entry.card.published) for entry in entries if entry.card.published is not None]


def _registered(experiment: Experiment) -> Iterator[Entry[Any]]:
    """What the run finds by its name beside metrics, and so may come from a plug-in; in an order of its own."""
    evaluation = experiment.evaluation
    protocols = sorted(evaluation.protocols)
    named: list[tuple[Catalogue[Any], list[str]]] = [
        (PROTOCOL_CARDS, protocols),
        (METHOD_CARDS, [experiment.method.name] if experiment.method.name in METHOD_CARDS else []),
        (DATASET_CARDS, [evaluation.dataset.name]),
        (JUDGE_CARDS, [entry.card.name for entry in _judges(experiment)]),
    ]
    yield from (catalogue.find(name) for catalogue, names in named for name in names)
