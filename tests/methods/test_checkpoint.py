"""Checkpoint files are read without executing them, and what does not fit is said in a sentence."""

import os
import pickle
from pathlib import Path

import pytest
import torch
from torch import nn

from methods.checkpoint import CheckpointError, load_strictly, read_state_dict


class _Trap:
    def __init__(self, witness: Path) -> None:
        self.witness = witness

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.witness),)


def test_bare_and_nested_state_dicts(tmp_path: Path) -> None:
    state = nn.Linear(2, 3).state_dict()
    torch.save(state, tmp_path / "bare.pth")
    torch.save({"state_dict": state, "epoch": 3}, tmp_path / "nested.pth")
    for name in ("bare.pth", "nested.pth"):
        read = read_state_dict(tmp_path / name)
        assert list(read) == ["weight", "bias"]
        assert torch.equal(read["weight"], state["weight"])


def test_one_of_several_networks(tmp_path: Path) -> None:
    generator, discriminator = nn.Linear(2, 3).state_dict(), nn.Linear(4, 5).state_dict()
    optimiser = torch.optim.Adam(nn.Linear(2, 3).parameters()).state_dict()
    file = tmp_path / "both.pth"
    both = {"generator": generator, "discriminator": {"state_dict": discriminator}, "optimizer": optimiser, "epoch": 3}
    for content in (both, {"state_dict": both}):
        torch.save(content, file)
        assert torch.equal(read_state_dict(file, "generator")["weight"], generator["weight"])
        assert torch.equal(read_state_dict(file, "discriminator")["weight"], discriminator["weight"])
        with pytest.raises(CheckpointError, match=r"both.pth: holds the networks 'generator', 'discriminator', and no"):
            read_state_dict(file, "encoder")
        with pytest.raises(CheckpointError, match="'generator', 'discriminator'; name the one to take"):
            read_state_dict(file)


@pytest.mark.parametrize("legacy", [False, True])
def test_malicious_pickle_is_refused_unexecuted(tmp_path: Path, legacy: bool) -> None:
    witness = tmp_path / "executed"
    torch.save(
        {"weight": _Trap(witness)}, tmp_path / "trap.pth", pickle_protocol=2, _use_new_zipfile_serialization=not legacy
    )
    with pytest.raises(CheckpointError, match=r"trap\.pth"):
        read_state_dict(tmp_path / "trap.pth")
    (tmp_path / "plain.pkl").write_bytes(pickle.dumps(_Trap(witness), protocol=2))
    with pytest.raises(CheckpointError, match=r"plain\.pkl"):
        read_state_dict(tmp_path / "plain.pkl")
    assert not witness.exists()


def test_damaged_files_are_one_sentence(tmp_path: Path) -> None:
    whole = tmp_path / "whole.pth"
    torch.save(nn.Linear(64, 64).state_dict(), whole)
    content = whole.read_bytes()
    files = {"cut.pth": content[: len(content) // 2], "empty.pth": b"", "text.pth": b"<html>not found</html>"}
    for name, piece in files.items():
        (tmp_path / name).write_bytes(piece)
        with pytest.raises(CheckpointError, match=name) as caught:
            read_state_dict(tmp_path / name)
        assert "\n" not in str(caught.value)
    with pytest.raises(CheckpointError, match="no such"):
        read_state_dict(tmp_path / "absent.pth")


@pytest.mark.parametrize(
    "content", [[1, 2], {}, {"epoch": 3}, {"weight": torch.zeros(1), "nested": {}}, torch.zeros(2)]
)
def test_anything_but_tensors_by_name_is_refused(tmp_path: Path, content: object) -> None:
    torch.save(content, tmp_path / "odd.pth")
    with pytest.raises(CheckpointError, match=r"odd\.pth"):
        read_state_dict(tmp_path / "odd.pth")


def test_another_width_names_the_first_shapes() -> None:
    state = nn.Sequential(*(nn.Linear(4, 4) for _ in range(8))).state_dict()
    wide = nn.Sequential(*(nn.Linear(8, 8) for _ in range(8)))
    with pytest.raises(CheckpointError, match=r"0\.weight \(4, 4\) for \(8, 8\).* and 11 more"):
        load_strictly(wide, state)


def test_another_kind_of_number_is_refused() -> None:
    module = nn.Linear(2, 2)
    with pytest.raises(CheckpointError, match=r"bias torch\.int64"):
        load_strictly(module, {"weight": torch.zeros(2, 2), "bias": torch.zeros(2, dtype=torch.int64)})
    load_strictly(module, {"weight": torch.ones(2, 2).half(), "bias": torch.zeros(2)})
    assert module.weight.dtype == torch.float32


def test_two_keys_for_one_are_refused_and_nothing_is_loaded() -> None:
    module = nn.Linear(2, 2)
    before = {key: value.clone() for key, value in module.state_dict().items()}
    state = {"weight": torch.ones(2, 2), "old_weight": torch.zeros(2, 2), "bias": torch.zeros(2)}
    with pytest.raises(CheckpointError, match="two keys for weight"):
        load_strictly(module, state, lambda key: key.removeprefix("old_"))
    assert all(torch.equal(value, before[key]) for key, value in module.state_dict().items())


def test_renaming_comes_after_the_prefix() -> None:
    module = nn.Linear(2, 2)
    state = {"module.w": torch.ones(2, 2), "module.b": torch.ones(2)}
    load_strictly(module, state, {"w": "weight", "b": "bias"}.__getitem__)
    assert module.weight.eq(1).all()
