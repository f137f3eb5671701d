"""Features of a set: statistics that merge, rows on disk, and the cache of real images' features."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.features.cache import cached_features
from benchmark.features.feature_set import BLOCK, FeaturePair, FeatureSet, FeatureWriter
from benchmark.features.moments import FeatureStatistics
from benchmark.runtime.prefetch import read_ahead
from tests.damaged_files import DAMAGES


def rows_of(count: int, dimensions: int = 6, seed: int = 0) -> np.ndarray:
    return (np.random.default_rng(seed).normal(size=(count, dimensions)) + 3).astype(np.float32)


@given(st.lists(st.integers(1, 20), min_size=1, max_size=6), st.integers(0, 100))
def test_statistics_of_shards_merge_to_those_of_the_whole(sizes: list[int], seed: int) -> None:
    rows = rows_of(sum(sizes) + 1, seed=seed)
    shards = np.split(rows, np.cumsum(sizes))
    merged = FeatureStatistics.of(shards[0])
    for shard in shards[1:]:
        merged = merged.merge(FeatureStatistics.of(shard))
    assert merged.count == len(rows)
    np.testing.assert_allclose(merged.mean, rows.mean(axis=0, dtype=np.float64), rtol=1e-12)
    np.testing.assert_allclose(merged.covariance, np.cov(rows.astype(np.float64), rowvar=False), rtol=1e-9, atol=1e-12)


def test_the_covariance_of_features_that_hardly_vary_is_not_lost() -> None:
    rows = 1000 + 1e-4 * np.random.default_rng(0).normal(size=(3000, 2))
    halves = FeatureStatistics.of(rows[:1000]).merge(FeatureStatistics.of(rows[1000:]))
    np.testing.assert_allclose(halves.covariance, np.cov(rows, rowvar=False), rtol=1e-6, atol=1e-13)


def test_rows_on_disk_are_those_that_were_added(tmp_path: Path) -> None:
    rows = rows_of(2 * BLOCK + 77)
    writer = FeatureWriter(tmp_path / "rows")
    for start in range(0, len(rows), 100):
        writer.add(rows[start : start + 100])
    found = writer.finish()
    assert (len(found), found.dimensions) == rows.shape
    np.testing.assert_array_equal(np.concatenate(list(found.blocks())), rows)
    np.testing.assert_array_equal(found.take(np.array([5, 2000, 0])), rows[[5, 2000, 0]])
    np.testing.assert_allclose(found.statistics.covariance, np.cov(rows.astype(np.float64), rowvar=False), rtol=1e-9)


def test_what_two_metrics_ask_of_a_pair_is_computed_once() -> None:
    calls = []

    def compute(outputs: FeatureSet, real: FeatureSet) -> int:
        calls.append((len(outputs), len(real)))
        return len(calls)

    pair = FeaturePair(FeatureSet.of(rows_of(3)), FeatureSet.of(rows_of(4)))
    assert [pair.cached(compute), pair.cached(compute)] == [1, 1]
    assert calls == [(3, 4)]


def test_features_are_written_once(tmp_path: Path) -> None:
    rows, written = rows_of(50), []

    def write(writer: FeatureWriter) -> None:
        written.append(1)
        writer.add(rows)

    for _ in range(2):
        found = cached_features(tmp_path / "key", write, pytest.fail)
        np.testing.assert_array_equal(np.concatenate(list(found.blocks())), rows)
        np.testing.assert_allclose(found.statistics.mean, rows.mean(axis=0, dtype=np.float64))
    assert len(written) == 1


@pytest.mark.parametrize("name", ["rows.f32", "statistics.npz"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_features_are_made_anew_and_said(tmp_path: Path, name: str, damage: Callable[[Path], None]) -> None:
    rows, folder, said = rows_of(50), tmp_path / "key", list[str]()
    whole = cached_features(folder, lambda writer: writer.add(rows), said.append)
    content = (folder / name).read_bytes()
    assert said == []
    damage(folder / name)
    again = cached_features(folder, lambda writer: writer.add(rows), said.append)
    np.testing.assert_array_equal(again.take(slice(None)), rows)
    np.testing.assert_array_equal(again.statistics.scatter, whole.statistics.scatter)
    assert (folder / name).read_bytes() == content
    (sentence,) = said
    assert sentence.startswith(str(folder / name))
    assert sentence.endswith("; the features are made anew")


def test_what_a_killed_writer_left_is_made_anew_without_a_word(tmp_path: Path) -> None:
    rows, folder = rows_of(50), tmp_path / "key"
    cached_features(folder, lambda writer: writer.add(rows[:20]), pytest.fail)
    (folder / "statistics.npz").unlink()
    found = cached_features(folder, lambda writer: writer.add(rows), pytest.fail)
    np.testing.assert_array_equal(found.take(slice(None)), rows)


def _write_and_report(folder: Path, started: float, answers: multiprocessing.Queue[tuple[bytes, int]]) -> None:
    written = 0

    def slowly(writer: FeatureWriter) -> None:
        nonlocal written
        for block in np.array_split(rows_of(50), 10):
            written += len(block)
            writer.add(block)
            time.sleep(0.02)

    time.sleep(max(0.0, started - time.time()))
    answers.put((cached_features(folder, slowly, print).take(slice(None)).tobytes(), written))


@pytest.mark.integration
def test_of_two_processes_at_once_one_writes_and_both_read_the_same(tmp_path: Path) -> None:
    fork = multiprocessing.get_context("fork")
    answers: multiprocessing.Queue[tuple[bytes, int]] = fork.Queue()
    started = time.time() + 0.3
    processes = [fork.Process(target=_write_and_report, args=(tmp_path / "key", started, answers)) for _ in range(2)]
    for process in processes:
        process.start()
    found = [answers.get(timeout=30) for _ in processes]
    for process in processes:
        process.join(30)
    assert {content for content, _ in found} == {rows_of(50).tobytes()}
    assert sorted(written for _, written in found) == [0, 50]


def test_reading_ahead_keeps_the_order_and_reads_while_the_last_item_is_used() -> None:
    made = threading.Event()

    def items() -> Iterator[int]:
        yield 1
        made.set()
        yield 2

    found = []
    for item in read_ahead(items()):
        assert made.wait(5)
        found.append(item)
    assert found == [1, 2]


def test_reading_ahead_passes_errors_on() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise OSError("gone")

    reading = read_ahead(items())
    assert next(reading) == 1
    with pytest.raises(OSError, match="gone"):
        next(reading)
