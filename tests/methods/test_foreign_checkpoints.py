"""Weights files as people publish them: every wrapping and age of torch is taken, and what is no such file is named."""

import argparse
import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn.utils import spectral_norm

from methods.checkpoint import CheckpointError, load_strictly, read_state_dict, spelled_as
from methods.layers.perceptual import SLICES, PerceptualLoss


def network() -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Conv2d(4, 3, 1))


def filled(module: nn.Module, value: float) -> nn.Module:
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.fill_(value)
    return module


STATE = filled(network(), 2.0).state_dict()
OTHER = filled(network(), 3.0).state_dict()
OPTIMIZER = torch.optim.Adam(network().parameters())
sum(parameter.sum() for parameter in OPTIMIZER.param_groups[0]["params"]).backward()
OPTIMIZER.step()  # so that it has tensors by name, as a network has


def prefixed(prefix: str, state: dict[str, Tensor] = STATE) -> dict[str, Tensor]:
    return {f"{prefix}{key}": value for key, value in state.items()}


@pytest.mark.parametrize(
    "content",
    [
        STATE,
        prefixed("module."),
        prefixed("_orig_mod."),
        prefixed("module._orig_mod."),
        prefixed("net."),
        {key.replace("0.", "0._orig_mod."): value for key, value in STATE.items()},
        {key: value.half() if value.is_floating_point() else value for key, value in STATE.items()},
        {"model": STATE, "optimizer": OPTIMIZER.state_dict(), "epoch": 3},
        {"model_state_dict": prefixed("module."), "optimizer_state_dict": OPTIMIZER.state_dict(), "loss": 0.1},
        {"state_dict": {"net": STATE}, "callbacks": {"average": {"decay": 0.9}}},
        {"generator_state": STATE, "loss": torch.zeros(3)},
        {key: value for key, value in STATE.items() if not key.endswith("num_batches_tracked")},
    ],
    ids=lambda content: next(iter(content)),
)
def test_the_only_network_is_taken_whatever_it_is_wrapped_in(tmp_path: Path, content: Any) -> None:
    torch.save(content, tmp_path / "published.pth")
    module = network()
    load_strictly(module, read_state_dict(tmp_path / "published.pth", "generator"))
    assert all(value.eq(2).all() for value in module.parameters())


@pytest.mark.parametrize("name", ["published.safetensors", "published.pth"])
def test_safetensors_are_read_whatever_their_name(tmp_path: Path, name: str) -> None:
    save_file(prefixed("module."), tmp_path / name)
    module = network()
    load_strictly(module, read_state_dict(tmp_path / name))
    assert all(value.eq(2).all() for value in module.parameters())
    (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:-8])
    with pytest.raises(CheckpointError, match="is damaged or was cut short at"):
        read_state_dict(tmp_path / name)


@pytest.mark.parametrize(
    "content",
    [{"G": STATE, "D": OTHER}, {"state_dict": {"G": STATE, "D": OTHER}}, {**prefixed("G."), **prefixed("D.", OTHER)}],
    ids=["beside", "nested", "in one"],
)
def test_a_key_names_one_of_several_networks(tmp_path: Path, content: Any) -> None:
    file = tmp_path / "both.pth"
    torch.save(content, file)
    assert read_state_dict(file, key="G")["0.bias"].eq(2).all()
    assert read_state_dict(file, key="D")["0.bias"].eq(3).all()
    with pytest.raises(CheckpointError, match="holds no network 'E'"):
        read_state_dict(file, key="E")


def test_without_a_key_the_networks_are_listed(tmp_path: Path) -> None:
    torch.save({"G": STATE, "D": {"net": OTHER, "ema": STATE}}, tmp_path / "several.pth")
    with pytest.raises(CheckpointError, match=r"the networks 'G', 'D.net', 'D.ema', and no 'generator'.*G:generator"):
        read_state_dict(tmp_path / "several.pth", "generator")


def test_spectral_norm_of_torch_0_4_gets_its_second_vector() -> None:
    module = spectral_norm(nn.Linear(4, 3))
    current = {key: value.clone() for key, value in module.state_dict().items()}
    sigma = torch.dot(current["weight_u"], current["weight_orig"] @ current["weight_v"])
    older = {key: value for key, value in current.items() if key != "weight_v"}
    older["weight"] = current["weight_orig"] / sigma
    restored = spectral_norm(nn.Linear(4, 3))
    load_strictly(restored, older)
    state = restored.state_dict()
    torch.testing.assert_close(
        torch.dot(state["weight_u"], state["weight_orig"] @ state["weight_v"]), sigma, rtol=1e-4, atol=1e-6
    )


def test_what_no_version_of_torch_lacked_is_refused_and_nothing_is_loaded() -> None:
    module = network()
    before = {key: value.clone() for key, value in module.state_dict().items()}
    short = {key: value for key, value in STATE.items() if key != "2.bias" and "tracked" not in key}
    with pytest.raises(CheckpointError, match=r"missing 1\.num_batches_tracked, 2\.bias"):
        load_strictly(module, short)
    assert all(torch.equal(value, before[key]) for key, value in module.state_dict().items())


def test_a_prefix_is_stripped_only_where_the_network_lacks_it() -> None:
    names = {"net.a": torch.zeros(1), "net.b": torch.zeros(1)}
    assert spelled_as(names, ["net.a", "net.b"]) == names
    assert spelled_as(names, ["a", "b"]).keys() == {"a", "b"}


def test_perceptual_weights_may_carry_a_prefix(tmp_path: Path) -> None:
    state, index, channels = {}, 0, 3
    for layer in (layer for part in SLICES for layer in part):
        if layer == "pool":
            index += 1
            continue
        state[f"module.features.{index}.weight"] = torch.zeros(layer, channels, 3, 3)
        state[f"module.features.{index}.bias"] = torch.ones(layer)
        index, channels = index + 2, layer
    torch.save(state, tmp_path / "vgg19.pth")
    assert PerceptualLoss(tmp_path / "vgg19.pth").get_buffer("bias_0").eq(1).all()


def zipped(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, b"")
    return file.getvalue()


def tarred(*names: str) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name in names:
            archive.addfile(tarfile.TarInfo(name))
    return file.getvalue()


def saved(content: object, **options: Any) -> bytes:
    file = io.BytesIO()
    torch.save(content, file, **options)
    return file.getvalue()


def scripted() -> bytes:
    file = io.BytesIO()
    torch.jit.save(torch.jit.trace(nn.Linear(2, 2), torch.zeros(1, 2)), file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: b"", "is empty"),
        (lambda: b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "git lfs pull"),
        (lambda: b"\n<!DOCTYPE html><html>can't scan this file for viruses</html>", "is a web page"),
        (lambda: zipped("G.pth", "D.pth"), "is a zip archive .G.pth, D.pth.; unpack it"),
        (lambda: tarred("G.pth"), "is a tar archive; unpack it"),
        (lambda: tarred("storages", "tensors", "pickle"), "torch 0.1"),
        (lambda: b"\x1f\x8b\x08" + bytes(50), "is a gzip archive; unpack it"),
        (lambda: b"\x89HDF\r\n\x1a\n" + bytes(50), "is an HDF5 file"),
        (lambda: b"\x93NUMPY" + bytes(50), "is a NumPy array"),
        (lambda: "Größe\n".encode() * 200, "is a text file, which begins 'größe"),
        (lambda: b"\x80\x04K\x01.", "is a pickle of Python objects, which was not read"),
        (lambda: b"\xff" * 600, "is no file of torch.save or safetensors"),
        (lambda: saved(STATE)[:2000], "is damaged or was cut short at 2,000 bytes"),
        (lambda: saved({"state_dict": STATE, "args": argparse.Namespace()}), "plain values .argparse.Namespace."),
        (lambda: saved({"state_dict": STATE, "best": np.float64(3)}), "holds other objects .*scalar"),
        (
            lambda: saved({"w": STATE, "a": argparse.Namespace()}, _use_new_zipfile_serialization=False),
            "holds other objects .*argparse.Namespace",
        ),
        pytest.param(
            scripted, "is a TorchScript program", marks=pytest.mark.filterwarnings("ignore:.*torch.jit:FutureWarning")
        ),
    ],
)
def test_the_sentence_says_what_the_file_is_and_what_to_do(
    tmp_path: Path, make: Callable[[], bytes], said: str
) -> None:
    file = tmp_path / "given.pth"
    file.write_bytes(make())
    with pytest.raises(CheckpointError, match=said) as caught:
        read_state_dict(file)
    assert str(caught.value).startswith(f"{file}: ")
    assert "\n" not in str(caught.value)


def test_a_folder_is_no_weights_file(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="is a folder; give the weights file in it"):
        read_state_dict(tmp_path)


WHOLE = [saved({"a": torch.ones(3), "b": torch.zeros(2)}, _use_new_zipfile_serialization=new) for new in (True, False)]


def damaged_bytes(file: Path, content: bytes, flips: list[tuple[int, int]], end: int) -> None:
    piece = bytearray(content)
    for place, value in flips:
        piece[place % len(piece)] = value
    file.write_bytes(piece[: max(len(piece) - end, 0)])
    try:
        read_state_dict(file)
    except CheckpointError as error:
        assert str(error).startswith(str(file))  # noqa: PT017 - whether it raises depends on what was hit


DAMAGE = {
    "content": st.sampled_from(WHOLE),
    "flips": st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), max_size=4),
    "end": st.sampled_from([0, 0, 1, 40, 800]),
}


@pytest.mark.integration
@settings(max_examples=60, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(**DAMAGE)
def test_a_damaged_file_is_read_or_refused_in_a_sentence(
    tmp_path: Path, content: bytes, flips: list[tuple[int, int]], end: int
) -> None:
    damaged_bytes(tmp_path / "damaged.pth", content, flips, end)


@pytest.mark.slow
@settings(max_examples=5000, deadline=None, suppress_health_check=list(HealthCheck))
@given(**DAMAGE)
def test_thousands_of_damaged_files_are_read_or_refused(
    tmp_path: Path, content: bytes, flips: list[tuple[int, int]], end: int
) -> None:
    damaged_bytes(tmp_path / "damaged.pth", content, flips, end)
