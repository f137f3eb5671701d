"""Features of real images on disk, found again by the images, the encoder and the code that decided them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
from filelock import FileLock

from benchmark.features.encoder import Encoder
from benchmark.features.feature_set import FeatureSet, FeatureWriter, TakesFeatures
from benchmark.features.moments import FeatureStatistics
from benchmark.images.convert import Pixels
from benchmark.runtime.atomic_files import replacing, sha256_of
from benchmark.runtime.checked_files import DamagedFileError, read_arrays
from benchmark.runtime.interruption import deferred_interruption
from benchmark.runtime.prefetch import read_ahead
from benchmark.runtime.progress import Reporter
from benchmark.weights.resources import MetricUnavailable
from registry.errors import PluginError, plugin_boundary


def cached_features(folder: Path, write: Callable[[FeatureWriter], None], say: Callable[[str], None]) -> FeatureSet:
    """The features kept in `folder`, which is named for all that decides them; written there first where it is empty.

    Processes that need the same features wait for the one that writes them. What is there is compared with its
    checksums, and written anew where they differ.

    Args:
        folder: has `rows.f32` and, once those are whole, `statistics.npz`, with their SHA-256.
        write: adds all rows.
        say: told where features were damaged.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        try:
            return _read(folder)
        except FileNotFoundError:
            pass  # never written, or by a process that was killed
        except DamagedFileError as error:
            say(f"{error}; the features are made anew")
        shutil.rmtree(folder, ignore_errors=True)
        writer = FeatureWriter(folder / "rows.f32")
        write(writer)
        features = writer.finish()
        kept, rows_sha256 = features.statistics, sha256_of(writer.path)
        with replacing(folder / "statistics.npz") as temporary, temporary.open("wb") as file:
            np.savez(file, count=kept.count, mean=kept.mean, scatter=kept.scatter, rows_sha256=rows_sha256)
        return features


def write_features(
    writers: Mapping[str, FeatureWriter],
    encoders: Mapping[str, Encoder],
    batches: Iterable[Iterable[Pixels]],
    number: int,
    reporter: Reporter,
    title: str,
    broken: dict[str, str] | None = None,
) -> None:
    """Encode images, a batch read while the one before is encoded.

    Args:
        writers: take the features, by the encoder's name.
        encoders: make them; each image is read once for all.
        batches: of images (H, W, 3).
        number: of images in all.
        reporter: shows a bar.
        title: of the bar.
        broken: gets the reason of every encoder that fails, by its name, which then encodes no more.

    Raises:
        Interrupted: if a stop was requested.
        MetricUnavailable: if an encoder does not take the images, and `broken` is not given; likewise `PluginError`.
    """
    done = 0
    with reporter.bar(title, number) as advance, deferred_interruption() as stop:
        for batch in read_ahead(batches):
            images = list(batch)
            for name, writer in writers.items():
                if broken is None:
                    add_features(writer, encoders[name], images)
                elif name not in broken:
                    try:
                        add_features(writer, encoders[name], images)
                    except (MetricUnavailable, PluginError) as reason:
                        broken[name] = str(reason)
            done += len(images)
            advance(done)
            stop.check(f"encoding images ({title})")


def add_features(writer: TakesFeatures, encoder: Encoder, images: Sequence[Pixels]) -> None:
    """Encode images (H, W, 3) and keep their features.

    Raises:
        MetricUnavailable: if the encoder does not take such images.
        PluginError: if it fails, or gives other features than before.
    """
    with encoding(encoder):
        writer.add(encoder.encode(images))


def encoding(encoder: Encoder) -> AbstractContextManager[None]:
    """Names an encoder in what the block, which takes features of it, raises: as `plugin_boundary`."""
    return plugin_boundary(f"{type(encoder).__name__}.features", MetricUnavailable)


def _read(folder: Path) -> FeatureSet:
    rows = folder / "rows.f32"
    kept = read_arrays(folder / "statistics.npz")
    if "rows_sha256" not in kept:
        raise DamagedFileError(f"{rows} was written by an older version, without a checksum")
    if not rows.exists() or sha256_of(rows) != str(kept["rows_sha256"]):
        raise DamagedFileError(f"{rows} has not the content that was written to it: its checksum differs")
    return FeatureSet(FeatureStatistics(int(kept["count"]), kept["mean"], kept["scatter"]), rows)
