"""Scores a plain folder of images against real images or their statistics, as pytorch-fid's command does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from benchmark.evaluation.image_folder.references import Reference, image_batches
from benchmark.evaluation.prepare_metrics import encoder_of, prepare_metrics, weights_of
from benchmark.features.build_encoder import build_encoder
from benchmark.features.cache import write_features
from benchmark.features.encoder import Encoder
from benchmark.features.feature_set import FeatureWriter
from benchmark.features.gaussian_file import Gaussian, write_gaussian
from benchmark.images.folder import ImageFolder
from benchmark.images.selection import Role
from benchmark.results.schema import Value
from benchmark.runtime.progress import Reporter
from benchmark.weights.locate import WeightsFile
from benchmark.weights.resources import MetricUnavailable, Resources
from registry.catalogue import ENCODER_CARDS, METRIC_CARDS
from registry.errors import InputError, PluginError


@dataclass(frozen=True)
class FolderScores:
    """Figures of a folder of images.

    Attributes:
        cells: by metric, in the order asked for.
        breakdown: further figures by metric and name.
        num_real: real images compared with; None where their number is not known.
        weights: the files that decided the figures.
        judge: what read label maps off the images, with its dataset and size; empty where nothing did.
        files: the files of each folder: which were used, and which were left out and why.
        reference: what else there is to say of what was compared with.
        saved: the file of statistics that was written, and by which encoder; empty where none was.
    """

    cells: dict[str, Value]
    breakdown: dict[str, Mapping[str, float]]
    num_real: int | None = 0
    weights: tuple[WeightsFile, ...] = ()
    judge: Mapping[str, object] = field(default_factory=dict)
    files: Mapping[Role, ImageFolder] = field(default_factory=dict)
    reference: Mapping[str, object] = field(default_factory=dict)
    saved: Mapping[str, object] = field(default_factory=dict)

    def frame(self) -> pd.DataFrame:
        """One row per metric: its value, interval and n, from how many images it is sound, and the reason of a gap.

        Its `attrs` say what the images were compared with, by which judge, and what became of the files.
        """
        rows = [
            {
                "metric": name,
                **{key: getattr(value, key) for key in ("value", "low", "high", "n")},
                "min_n": METRIC_CARDS.find(name).card.min_n,
                "reason": value.reason,
            }
            for name, value in self.cells.items()
        ]
        frame = pd.DataFrame(rows).astype(dict.fromkeys(("value", "low", "high"), "float64"))
        frame.attrs |= {"num_real": self.num_real, "judge": dict(self.judge), "files": self.accounts()}
        frame.attrs |= {"reference": dict(self.reference)}
        return frame

    def accounts(self) -> dict[str, dict[str, object]]:
        """What became of the files of each folder, as plain values."""
        return {role: folder.content() for role, folder in self.files.items()}


def score_folders(
    images: ImageFolder, reference: Reference, metric_ids: Sequence[str], resources: Resources, reporter: Reporter
) -> FolderScores:
    """Score the images of a folder against real ones, each image read and encoded once.

    Images of any size, mixed ones too, are resized each on its own by the encoder's policy.

    Args:
        images: the outputs.
        reference: what they are compared with.
        metric_ids: metrics of sets that need no judge.
        resources: how encoders run, and their weights.
        reporter: shows progress.

    Raises:
        InputError: if a metric is unknown or needs a judge, an image cannot be read, or the reference is of another
            encoder.
    """
    for name in metric_ids:
        check_set_metric(name)
    encoders: dict[str, Encoder] = {}

    def encoder(name: str) -> Encoder:
        if name not in encoders:
            encoders[name] = build_encoder(name, resources)
        return encoders[name]

    ready = prepare_metrics(metric_ids, resources, encoder)
    for name, built in ready.encoders.items():
        with suppress(MetricUnavailable, PluginError):  # what fails here fails on the images too, and is said there
            reference.check(name, built)
    number = len(images.files)
    cells = {name: Value(value=None, n=number, reason=reason) for name, reason in ready.missing.items()}
    breakdown: dict[str, Mapping[str, float]] = {name: {} for name in metric_ids}
    broken: dict[str, str] = {}
    with TemporaryDirectory(prefix="features-") as folder:
        writers = {name: FeatureWriter(Path(folder) / name) for name in ready.encoders}
        if writers:
            batches = image_batches(list(images.files.values()))
            write_features(writers, ready.encoders, batches, number, reporter, f"{images.shown}", broken)
        features = {name: writer.finish() for name, writer in writers.items() if name not in broken}
        for name, metric in ready.sets.items():
            chosen = encoder_of(name)
            if chosen in broken:
                cells[name] = Value(value=None, n=number, reason=broken[chosen])
                continue
            made_by = chosen, ready.encoders[chosen]
            cells[name], breakdown[name] = reference.score(metric, made_by, features[chosen], ready.cautions.get(name))
    files = {file.path: file for name in ready.sets for file in weights_of(name, resources.weights)}
    ordered = {name: cells[name] for name in metric_ids}
    return FolderScores(ordered, breakdown, reference.num_images, tuple(files.values()), reference=reference.facts)


def save_statistics(
    images: ImageFolder, metric_ids: Sequence[str], path: Path, resources: Resources, reporter: Reporter
) -> dict[str, object]:
    """Write mean and covariance of the images' features, as pytorch-fid's `--save-stats` does.

    Args:
        images: at least two.
        metric_ids: metrics of sets, all on the encoder whose features these are.
        path: of the file, which is replaced as a whole.
        resources: how the encoder runs, and its weights.
        reporter: shows progress.

    Returns:
        The file, its encoder, and how many images it is of.

    Raises:
        InputError: if the metrics are of several encoders, the encoder cannot be had, or the images are too few.
    """
    names = list(dict.fromkeys(encoder_of(metric) for metric in metric_ids))
    if len(names) > 1:
        raise InputError(f"--save-stats {path}: write the statistics of one encoder, not of {' and '.join(names)}")
    number = len(images.files)
    if number < 2:
        raise InputError(f"--save-stats {path}: a covariance is of 2 images at least, not of {number}")
    try:
        encoder = build_encoder(names[0], resources)
        with TemporaryDirectory(prefix="features-") as folder:
            writer = FeatureWriter(Path(folder) / "rows")
            batches = image_batches(list(images.files.values()))
            write_features({"": writer}, {"": encoder}, batches, number, reporter, f"{images.shown}")
            statistics = writer.finish().statistics
    except MetricUnavailable as reason:
        raise InputError(f"--save-stats {path}: {reason}") from reason
    write_gaussian(path, Gaussian(statistics.mean, statistics.covariance))
    return {"file": str(path), "encoder": names[0], "n": number}


def check_set_metric(name: str) -> None:
    """Refuse a metric that two folders of images cannot have.

    Raises:
        InputError: if it is unknown, or needs a judge or tasks.
    """
    card = METRIC_CARDS.find(name).card
    if card.encoder is None or ENCODER_CARDS.find(encoder_of(name)).card.judge is not None:
        alone = {entry.card.name for entry in ENCODER_CARDS if entry.card.judge is None}
        usable = [entry.card.name for entry in METRIC_CARDS if entry.card.encoder in alone]
        raise InputError(
            f"--metrics {name}: folders of images have no tasks; they have {', '.join(usable)}, and with --masks "
            "seg-accuracy, seg-miou"
        )
