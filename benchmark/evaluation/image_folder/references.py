"""What a folder of images is compared with: real images, or the statistics of their features."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from benchmark.caching.code_version import code_version
from benchmark.caching.fingerprints import fingerprint
from benchmark.evaluation.cells import set_cell
from benchmark.features.cache import cached_features, write_features
from benchmark.features.encoder import Encoder
from benchmark.features.feature_set import FeaturePair, FeatureSet, FeatureWriter
from benchmark.features.gaussian_file import Gaussian, read_gaussian
from benchmark.images.convert import Pixels
from benchmark.images.folder import ImageFolder
from benchmark.images.read import read_image
from benchmark.metrics.base import SetMetric
from benchmark.metrics.frechet import FrechetMetric, frechet_distance
from benchmark.results.schema import Value
from benchmark.runtime.atomic_files import sha256_of
from benchmark.runtime.progress import Reporter
from benchmark.weights.resources import MetricUnavailable
from registry.errors import InputError, PluginError

BATCH: Final = 64
DECODERS: Final = 4
"""Threads that read and decode; decoding runs outside Python's lock."""
SUFFIX: Final = ".npz"
"""Ends the name of a file of statistics."""
Scored = tuple[Value, Mapping[str, float]]


class Reference(Protocol):
    """What outputs are compared with."""

    @property
    def num_images(self) -> int | None:
        """How many real images there are; None where that is not known."""
        ...

    @property
    def facts(self) -> dict[str, object]:
        """What a table of the figures must say of it beside its files."""
        ...

    def check(self, name: str, encoder: Encoder) -> None:
        """Refuse, before anything is encoded, features of another encoder."""
        ...

    def score(
        self, metric: SetMetric, encoder: tuple[str, Encoder], outputs: FeatureSet, caution: str | None
    ) -> Scored:
        """A metric's cell for features of the outputs, and its further values."""
        ...


class RealImages:
    """The real images of a folder, whose features are kept by their content.

    Args:
        folder: of the images.
        cache: folder of features.
        reporter: shows progress.
    """

    def __init__(self, folder: ImageFolder, cache: Path, reporter: Reporter) -> None:
        self._folder, self._cache, self._reporter = folder, cache, reporter
        self._pairs: dict[str, FeaturePair | str] = {}

    @property
    def num_images(self) -> int:
        """How many there are."""
        return len(self._folder.files)

    @property
    def facts(self) -> dict[str, object]:
        """Nothing: the account of the folder says all."""
        return {}

    def check(self, name: str, encoder: Encoder) -> None:
        """Any encoder can encode them."""

    def score(
        self, metric: SetMetric, encoder: tuple[str, Encoder], outputs: FeatureSet, caution: str | None
    ) -> Scored:
        """A metric's cell, of the features of both sets."""
        name, network = encoder
        if name not in self._pairs:
            try:
                self._pairs[name] = FeaturePair(outputs, self.features(network))
            except (MetricUnavailable, PluginError) as reason:
                self._pairs[name] = str(reason)
        pair = self._pairs[name]
        if isinstance(pair, str):
            return Value(value=None, n=len(outputs), reason=pair), {}
        return set_cell(metric, pair, caution)

    def features(self, encoder: Encoder) -> FeatureSet:
        """Their features by an encoder, in the order of the files, made once and then found again."""
        files = list(self._folder.files.values())
        key = fingerprint(_content_of(files), code_version("benchmark.images.read"), encoder.key)

        def write(writer: FeatureWriter) -> None:
            batches = image_batches(files)
            write_features({"": writer}, {"": encoder}, batches, len(files), self._reporter, f"{self._folder.shown}")

        return cached_features(self._cache / "features" / key[:32], write, self._reporter.say)


class RealStatistics:
    """Mean and covariance of features of real images, from a file that pytorch-fid or clean-fid wrote.

    Args:
        path: of the `.npz` file.

    Raises:
        InputError: if it is no such file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.gaussian: Gaussian = read_gaussian(path)

    @property
    def num_images(self) -> None:
        """The file does not say it."""
        return None

    @property
    def facts(self) -> dict[str, object]:
        """The file and its hash."""
        return {"statistics": str(self.path), "sha256": sha256_of(self.path)}

    def check(self, name: str, encoder: Encoder) -> None:
        """Refuse an encoder whose features are of another width.

        Raises:
            InputError: naming both widths.
        """
        width = encoder.encode([np.zeros((32, 32, 3), np.uint8)]).shape[1]
        if width != self.gaussian.dimensions:
            raise InputError(
                f"{self.path}: its mu has {self.gaussian.dimensions:,} numbers, where features of {name} have "
                f"{width:,}; give statistics of the same encoder"
            )

    def score(
        self, metric: SetMetric, encoder: tuple[str, Encoder], outputs: FeatureSet, caution: str | None
    ) -> Scored:
        """The Fréchet distance, which alone is made of statistics."""
        number, own = len(outputs), outputs.statistics
        if not isinstance(metric, FrechetMetric):
            reason = f"it compares with real images one by one, and {self.path} has only their mean and covariance"
            return Value(value=None, n=number, reason=reason), {}
        if number < metric.min_images:
            return Value(
                value=None, n=number, reason=f"it needs {metric.min_images} outputs at least, not {number}"
            ), {}
        if not own.finite:
            return Value(value=None, n=number, reason="features of the outputs are not finite"), {}
        theirs = self.gaussian
        value = frechet_distance(own.mean, own.covariance, theirs.mean, theirs.covariance)
        return Value(value=value, n=number, reason=caution), {}


def image_batches(files: list[Path]) -> Iterator[list[Pixels]]:
    """The images of files, some at a time."""
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
