"""A run from the checkpoint of another: its results say so, and the file is hashed once."""

from pathlib import Path

import pytest

from benchmark.results.find_results import FinishedRun
from benchmark.results.schema import read_result
from benchmark.runtime import atomic_files
from benchmark.tables.build_tables import tabulate
from reports.leaderboard.wording import provenance, row_facts
from tests.commands import TINY, TINY_METHOD, bench

WORDS = ("--method", "tiny", "--plugin", TINY_METHOD, *TINY, "--set", "dataset.size=32", "--protocol", "reconstruction")


def test_a_checkpoint_of_another_run_is_not_called_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trained = bench("train", *WORDS, "--runs", tmp_path / "trained")
    assert trained.code == 0, trained.err
    checkpoint = tmp_path / "trained" / "rendered-faces" / "tiny" / "seed0" / "checkpoints" / "paint.pth"
    hashed: list[Path] = []
    sha256_of = atomic_files.sha256_of

    def counted(path: Path) -> str:
        hashed.append(path)
        return sha256_of(path)

    monkeypatch.setattr(atomic_files, "sha256_of", counted)
    scored = bench("score", *WORDS, "--checkpoint", checkpoint, "--runs", tmp_path / "runs")
    assert scored.code == 0, scored.err
    assert hashed.count(checkpoint) == 1
    path = tmp_path / "runs" / "rendered-faces" / "tiny" / "seed0" / "result.json"
    result = read_result(path)
    assert (result.weights_origin, result.weights_sha256) == ("checkpoint", sha256_of(checkpoint))
    assert result.cost.train_seconds is None
    (table,) = tabulate([FinishedRun(path, result)])
    assert row_facts(table.rows[0]) == "trained in another run · demo"
    assert ("Weights, trained in another run", result.title) in provenance(table)


def test_a_file_that_changes_is_hashed_again(tmp_path: Path) -> None:
    path = tmp_path / "weights.pth"
    path.write_bytes(b"one")
    before = atomic_files.sha256_of_given(path)
    path.write_bytes(b"another")
    assert before != atomic_files.sha256_of_given(path) == atomic_files.sha256_of(path)
    assert atomic_files.sha256_of_given(tmp_path / "absent") is atomic_files.sha256_of_given(None) is None
