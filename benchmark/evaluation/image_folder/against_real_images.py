"""Scores a plain folder of images against another, as pytorch-fid's command does."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pandas as pd

from benchmark.caching.code_version import code_version
from benchmark.caching.fingerprints import fingerprint
from benchmark.evaluation.cells import set_cell
from benchmark.evaluation.prepare_metrics import encoder_of, prepare_metrics
from benchmark.features.cache import cached_features, write_features
from benchmark.features.encoder import Encoder
from benchmark.features.feature_set import FeaturePair, FeatureSet, FeatureWriter
from benchmark.features.inception import INCEPTION_ENCODERS, WEIGHTS
from benchmark.images.convert import Pixels
from benchmark.images.folder import ImageFolder
from benchmark.images.read import read_image
from benchmark.images.selection import Role
from benchmark.results.schema import Value
from benchmark.runtime.progress import Reporter
from benchmark.weights.locate import WeightsFile
from benchmark.weights.resources import Resources
from registry.catalogue import METRIC_CARDS
from registry.errors import InputError

BATCH: Final = 64
DECODERS: Final = 4
"""Threads that read and decode; decoding runs outside Python's lock."""


@dataclass(frozen=True)
class FolderScores:
    """Figures of a folder of images.

    Attributes:
        cells: by metric, in the order asked for.
        breakdown: further figures by metric and name.
        num_real: real images compared with.
        weights: the files that decided the figures.
        judge: what read label maps off the images, with its dataset and size; empty where nothing did.
        files: the files of each folder: which were used, and which were left out and why.
    """

    cells: dict[str, Value]
    breakdown: dict[str, Mapping[str, float]]
    num_real: int = 0
    weights: tuple[WeightsFile, ...] = ()
    judge: Mapping[str, object] = field(default_factory=dict)
    files: Mapping[Role, ImageFolder] = field(default_factory=dict)

    def frame(self) -> pd.DataFrame:
        """One row per metric: its value, interval and n, from how many images it is sound, and the reason of a gap."""
        rows = [
            {
                "metric": name,
                **{key: getattr(value, key) for key in ("value", "low", "high", "n")},
                "min_n": METRIC_CARDS.find(name).card.min_n,
                "reason": value.reason,
            }
            for name, value in self.cells.items()
        ]
        return pd.DataFrame(rows).astype(dict.fromkeys(("value", "low", "high"), "float64"))

    def accounts(self) -> dict[str, dict[str, object]]:
        """What became of the files of each folder, as plain values."""
        return {role: folder.content() for role, folder in self.files.items()}


def score_folders(
    images: ImageFolder,
    reference: ImageFolder,
    metric_ids: Sequence[str],
    resources: Resources,
    cache: Path,
    reporter: Reporter,
) -> FolderScores:
    """Score the images of one folder against the real images of another, each image read and encoded once.

    Images of any size, mixed ones too, are resized each on its own by the encoder's policy.

    Args:
        images: the outputs.
        reference: the real images, whose features are kept by their content.
        metric_ids: metrics of sets that need no judge.
        resources: how encoders run, and their weights.
        cache: folder of features.
        reporter: shows progress.

    Raises:
        InputError: if a metric is unknown or needs a judge, or an image cannot be read.
    """
    for name in metric_ids:
        check_set_metric(name)
    outputs, real = list(images.files.values()), list(reference.files.values())
    encoders: dict[str, Encoder] = {}

    def encoder(name: str) -> Encoder:
        if name not in encoders:
            encoders[name] = INCEPTION_ENCODERS[name](resources)
        return encoders[name]

    ready = prepare_metrics(metric_ids, resources, encoder)
    cells = {name: Value(value=None, n=len(outputs), reason=reason) for name, reason in ready.missing.items()}
    breakdown: dict[str, Mapping[str, float]] = {name: {} for name in metric_ids}
    with TemporaryDirectory(prefix="features-") as folder:
        writers = {name: FeatureWriter(Path(folder) / name) for name in encoders}
        if encoders:
            write_features(writers, encoders, _batches(outputs), len(outputs), reporter, f"{images.path}")
        pairs = {}
        for name, each in encoders.items():
            of_reference = real_side(real, each, cache, reporter, f"{reference.path}")
            pairs[name] = FeaturePair(writers[name].finish(), of_reference)
        for name, metric in ready.sets.items():
            cells[name], breakdown[name] = set_cell(metric, pairs[encoder_of(name)], ready.cautions.get(name))
    weights = (resources.weights.find(WEIGHTS),) if encoders else ()
    return FolderScores({name: cells[name] for name in metric_ids}, breakdown, len(real), weights)


def real_side(files: list[Path], encoder: Encoder, cache: Path, reporter: Reporter, title: str) -> FeatureSet:
    """An encoder's features of real images, kept in `cache` by the content of the files."""

    def write(writer: FeatureWriter) -> None:
        write_features({"": writer}, {"": encoder}, _batches(files), len(files), reporter, title)

    key = fingerprint(_content_of(files), code_version("benchmark.images.read"), encoder.key)
    return cached_features(cache / "features" / key[:32], write, reporter.say)


def check_set_metric(name: str) -> None:
    """Refuse a metric that two folders of images cannot have.

    Raises:
        InputError: if it is unknown, or needs a judge or tasks.
    """
    card = METRIC_CARDS.find(name).card
    if card.encoder not in INCEPTION_ENCODERS:
        usable = [entry.card.name for entry in METRIC_CARDS if entry.card.encoder in INCEPTION_ENCODERS]
        raise InputError(
            f"--metrics {name}: folders of images have no tasks; they have {', '.join(usable)}, and with --masks "
            "seg-accuracy, seg-miou"
        )


def _batches(files: list[Path]) -> Iterator[list[Pixels]]:
    with ThreadPoolExecutor(DECODERS) as threads:
        for start in range(0, len(files), BATCH):
            yield list(threads.map(read_image, files[start : start + BATCH]))


def _content_of(files: list[Path]) -> str:
    """Hash of the files' bytes in their order; their names and folder do not matter."""
    digest = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
