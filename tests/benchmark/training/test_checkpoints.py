"""Training checkpoints: exact, safe to load, and refused with a sentence when they are damaged."""

import os
import random
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmark.training.checkpoints import (
    DamagedCheckpointError,
    TrainingCheckpointError,
    random_state,
    read_checkpoint,
    read_or_discard,
    restore_random_state,
    weights_sha256,
    write_checkpoint,
)


class Payload:
    """Runs a command when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.mark}",)


def test_every_generator_goes_on_where_it_was(tmp_path: Path) -> None:
    for seed in (random.seed, np.random.seed, torch.manual_seed):
        seed(7)
    random.gauss(0, 1)  # leaves a spare number inside Python's and numpy's generators
    np.random.normal()
    write_checkpoint(tmp_path / "state.pth", {"state_dict": {}, "meta": {}, "random_state": random_state()})
    expected = [random.gauss(0, 1), random.random(), np.random.normal(), np.random.rand(), torch.rand(3).tolist()]
    for seed in (random.seed, np.random.seed, torch.manual_seed):
        seed(8)
    restore_random_state(read_checkpoint(tmp_path / "state.pth")["random_state"])
    assert [
        random.gauss(0, 1),
        random.random(),
        np.random.normal(),
        np.random.rand(),
        torch.rand(3).tolist(),
    ] == expected


@pytest.mark.parametrize("damage", ["truncated", "garbage", "empty", "absent"])
def test_a_damaged_checkpoint_is_refused_with_a_sentence(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "stage.pth"
    write_checkpoint(path, {"state_dict": {"weight": torch.rand(100)}, "meta": {}})
    content = path.read_bytes()
    if damage == "absent":
        path.unlink()
    else:
        path.write_bytes(
            {"truncated": content[: len(content) // 2], "garbage": b"\x80\x02garbage" * 9, "empty": b""}[damage]
        )
    with pytest.raises(TrainingCheckpointError, match=r"stage\.pth is damaged or not a checkpoint of this project"):
        read_checkpoint(path)


@pytest.mark.integration
def test_no_flipped_bit_changes_what_is_read(tmp_path: Path) -> None:
    """PyTorch compares no checksums, and zipfile not all of an archive's headers; together they let nothing through."""
    path = tmp_path / "stage.pth"
    weights = torch.rand(10)
    write_checkpoint(path, {"state_dict": {"weight": weights}, "meta": {"iter": 3}})
    content, refused = path.read_bytes(), 0
    for position in range(0, len(content), 5):
        changed = bytearray(content)
        changed[position] ^= 1 << position % 8
        path.write_bytes(changed)
        try:
            found = read_checkpoint(path)
        except DamagedCheckpointError:
            refused += 1
        else:  # bytes between entries, and their dates
            assert torch.equal(found["state_dict"]["weight"], weights)
            assert found["meta"] == {"iter": 3}
    assert refused > len(content) / 5 / 4


def test_equal_content_gives_equal_files(tmp_path: Path) -> None:
    for name in ("one.pth", "other.pth"):
        write_checkpoint(tmp_path / name, {"state_dict": {"weight": torch.arange(9.0)}, "meta": {}})
    assert (tmp_path / "one.pth").read_bytes() == (tmp_path / "other.pth").read_bytes()


def test_nothing_in_a_checkpoint_is_executed(tmp_path: Path) -> None:
    path, mark = tmp_path / "stage.pth", tmp_path / "executed"
    torch.save({"state_dict": {}, "meta": {}, "extra": Payload(mark)}, path)
    with pytest.raises(TrainingCheckpointError):
        read_checkpoint(path)
    assert not mark.exists()


@pytest.mark.parametrize("failure", [KeyError("3"), AttributeError("no _rebuild"), IndexError("pop"), TypeError("str")])
def test_whatever_a_damaged_pickle_fails_with_is_the_same_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise failure

    write_checkpoint(tmp_path / "stage.pth", {"state_dict": {}, "meta": {}})
    monkeypatch.setattr(torch, "load", fail)
    with pytest.raises(TrainingCheckpointError, match=r"stage\.pth is damaged or not a checkpoint of this project"):
        read_checkpoint(tmp_path / "stage.pth")


@pytest.mark.parametrize("content", [{"weight": 1}, {"state_dict": {}}, {"meta": {}}, [1]], ids=str)
def test_a_file_of_plain_values_without_training_state_is_refused(tmp_path: Path, content: object) -> None:
    torch.save(content, tmp_path / "stage.pth")
    with pytest.raises(TrainingCheckpointError, match="holds no training state"):
        read_checkpoint(tmp_path / "stage.pth")


def test_the_hash_of_weights_is_that_of_names_types_shapes_and_values() -> None:
    weights = {"a": torch.arange(6.0).view(2, 3), "b": torch.tensor(3)}
    digest = weights_sha256(weights)
    assert weights_sha256(dict(reversed(weights.items()))) == digest
    assert weights_sha256({**weights, "a": weights["a"].clone(memory_format=torch.contiguous_format)}) == digest
    assert weights_sha256({**weights, "a": weights["a"].view(3, 2)}) != digest
    assert weights_sha256({**weights, "a": weights["a"].double()}) != digest
    assert weights_sha256({**weights, "b": torch.tensor(4)}) != digest
    assert weights_sha256({"c": weights["a"], "b": weights["b"]}) != digest


def test_the_hash_of_weights_does_not_see_the_memory_layout() -> None:
    weight = torch.rand(4, 3, 5, 5)
    assert weights_sha256({"w": weight}) == weights_sha256({"w": weight.to(memory_format=torch.channels_last)})


@contextmanager
def no_more_files() -> Iterator[None]:
    """The process may open no further file, as where a limit is low or much is open."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_a_checkpoint_that_cannot_be_read_now_is_not_thrown_away(tmp_path: Path) -> None:
    path = tmp_path / "stage.pth"
    write_checkpoint(path, {"state_dict": {"a": torch.ones(3)}, "meta": {"finished": True}})
    with pytest.raises(OSError, match="Too many open files"), no_more_files():
        read_or_discard(path, pytest.fail)
    assert path.exists()
