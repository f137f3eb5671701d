"""Features of real images on disk, found again by the images, the encoder and the code that decided them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
from filelock import FileLock

from benchmark.features.encoder import Encoder
from benchmark.features.feature_set import FeatureSet, FeatureWriter
from benchmark.features.moments import FeatureStatistics
from benchmark.images.convert import Pixels
from benchmark.runtime.atomic_files import replacing
from benchmark.runtime.interruption import deferred_interruption
from benchmark.runtime.prefetch import read_ahead
from benchmark.runtime.progress import Reporter


def cached_features(folder: Path, write: Callable[[FeatureWriter], None]) -> FeatureSet:
    """The features kept in `folder`, which is named for all that decides them; written there first where it is empty.

    Processes that need the same features wait for the one that writes them.

    Args:
        folder: holds `rows.f32` and, once those are whole, `statistics.npz`.
        write: adds all rows.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        found = _read(folder)
        if found is not None:
            return found
        shutil.rmtree(folder, ignore_errors=True)
        writer = FeatureWriter(folder / "rows.f32")
        write(writer)
        features = writer.finish()
        kept = features.statistics
        with replacing(folder / "statistics.npz") as temporary, temporary.open("wb") as file:
            np.savez(file, count=kept.count, mean=kept.mean, scatter=kept.scatter)
        return features


def write_features(
    writers: Mapping[str, FeatureWriter],
    encoders: Mapping[str, Encoder],
    batches: Iterable[Iterable[Pixels]],
    number: int,
    reporter: Reporter,
    title: str,
) -> None:
    """Encode images, a batch read while the one before is encoded.

    Args:
        writers: take the features, by the encoder's name.
        encoders: make them; each image is read once for all.
        batches: of images (H, W, 3).
        number: of images in all.
        reporter: shows a bar.
        title: of the bar.

    Raises:
        Interrupted: if a stop was requested.
    """
    done = 0
    with reporter.bar(title, number) as advance, deferred_interruption() as stop:
        for batch in read_ahead(batches):
            images = list(batch)
            for name, writer in writers.items():
                writer.add(encoders[name].encode(images))
            done += len(images)
            advance(done)
            stop.check(f"encoding images ({title})")


def _read(folder: Path) -> FeatureSet | None:
    """None where the features are absent, or not whole."""
    rows = folder / "rows.f32"
    try:
        with np.load(folder / "statistics.npz", allow_pickle=False) as kept:
            statistics = FeatureStatistics(int(kept["count"]), kept["mean"], kept["scatter"])
        whole = rows.stat().st_size == statistics.count * len(statistics.mean) * np.float32().itemsize
    except (OSError, ValueError, KeyError):
        return None
    return FeatureSet(statistics, rows) if whole else None
