"""Weights files of every form, told by the network that they fill, and the facts about published ones."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from benchmark.editing.build_method import build_editor
from benchmark.editing.fitting_networks import Candidate, fitting_networks, read_weights
from benchmark.weights.published_checkpoints import PublishedCheckpoint, published_checkpoints
from methods.published import build
from registry.catalogue import METHOD_CARDS
from registry.errors import InputError
from tests.commands import bench

FIVE = ["Black_Hair", "Blond_Hair", "Brown_Hair", "Male", "Young"]
FILES = published_checkpoints().files


@pytest.fixture(scope="module")
def state() -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    return build("stargan_generator").network.state_dict()


def optimizer(state: dict[str, torch.Tensor]) -> dict[str, Any]:
    parameter = torch.nn.Parameter(torch.zeros(3))
    adam = torch.optim.Adam([parameter])
    parameter.sum().backward()
    adam.step()
    return adam.state_dict()


def zipped(state: dict[str, torch.Tensor], path: Path) -> None:
    torch.save(state, path)


def before_zip(state: dict[str, torch.Tensor], path: Path) -> None:
    torch.save(state, path, _use_new_zipfile_serialization=False)


def parallel(state: dict[str, torch.Tensor], path: Path) -> None:
    torch.save({f"module.{key}": value for key, value in state.items()}, path)


def compiled_half(state: dict[str, torch.Tensor], path: Path) -> None:
    halved = {key: value.half() if value.is_floating_point() else value for key, value in state.items()}
    torch.save({f"_orig_mod.{key}": value for key, value in halved.items()}, path)


def with_optimizer(state: dict[str, torch.Tensor], path: Path) -> None:
    torch.save({"G": state, "optim_G": optimizer(state), "iteration": 7}, path)


def tensors_alone(state: dict[str, torch.Tensor], path: Path) -> None:
    save_file({key: value.contiguous() for key, value in state.items()}, path)


FORMS = [
    (zipped, "torch zip", ""),
    (before_zip, "torch, before 1.6", ""),
    (parallel, "torch zip", ""),
    (compiled_half, "float16", ""),
    (with_optimizer, "beside optim_G, iteration", "G"),
    (tensors_alone, "safetensors", ""),
]


@pytest.mark.parametrize(("write", "said", "key"), FORMS, ids=lambda value: getattr(value, "__name__", None))
def test_a_file_of_any_form_fills_the_network_it_is_of(
    write: Any, said: str, key: str, state: dict[str, torch.Tensor], tmp_path: Path
) -> None:
    path = tmp_path / "weights"
    write(state, path)
    content = read_weights(path)
    assert said in content.described()
    (fit, *_) = fitting_networks(content, "stargan")
    assert (fit.role, fit.key, fit.edits) == ("generator", key, True)
    assert list(fit.candidate.options["attributes"]) == FIVE


def test_of_all_methods_the_one_is_found_and_edits(state: dict[str, torch.Tensor], tmp_path: Path) -> None:
    path = tmp_path / "200000-G.ckpt"
    zipped(state, path)
    outcome = bench("checkpoints", "check", path, "--json", "--device", "cpu")
    assert outcome.code == 0, outcome.err
    found = json.loads(outcome.out)
    assert {row["method"].partition("+")[0] for row in found["fits"]} == {"stargan"}
    assert 0 < found["mean_change"] < 255


def test_a_discriminator_is_named_and_edits_nothing(tmp_path: Path) -> None:
    path = tmp_path / "latest_net_D.pth"
    zipped(build("maskgan_discriminator").network.state_dict(), path)
    outcome = bench("checkpoints", "check", path, "--method", "maskgan")
    assert outcome.code == 0, outcome.err
    assert "fits\tmaskgan\tdiscriminator" in outcome.out
    assert "it is no network that makes edits" in outcome.out


def test_what_fits_none_is_told_the_nearest(state: dict[str, torch.Tensor], tmp_path: Path) -> None:
    lacking, path = dict(state), tmp_path / "lacking.pth"
    lost = next(key for key in state if key.endswith("weight"))
    del lacking[lost]
    zipped(lacking, path)
    outcome = bench("checkpoints", "check", path, "--method", "stargan")
    assert outcome.code == 2
    assert "fits no network of stargan; the nearest is the generator of stargan" in outcome.sentence
    zipped({"a.weight": torch.zeros(3, 3)}, path)
    with pytest.raises(InputError, match=r"fits no network of stargan$"):
        fitting_networks(read_weights(path), "stargan")


def test_what_is_no_network_is_said(tmp_path: Path) -> None:
    path = tmp_path / "page.pth"
    path.write_text("<!doctype html>")
    with pytest.raises(InputError, match="is a web page"):
        read_weights(path)
    torch.save({"iteration": 3}, path)
    with pytest.raises(InputError, match="holds no network"):
        read_weights(path)
    torch.save({"state_dict": {"a": torch.zeros(1)}, "meta": {"finished": True}}, path)
    with pytest.raises(InputError, match="fills the whole method of that run"):
        read_weights(path)


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.method} {file.network}")
def test_what_is_listed_is_true_of_the_networks(file: PublishedCheckpoint) -> None:
    candidate = Candidate(file.method, file.size, file.options)
    with torch.device("meta"):
        network = build_editor(candidate.experiment(), {}).model.published_networks()[file.network]
    if file.parameters is not None:
        assert sum(parameter.numel() for parameter in network.parameters()) == file.parameters


def test_the_list_says_where_each_file_is_and_where_there_is_none() -> None:
    outcome = bench("checkpoints", "list")
    assert "maskgan\tgenerator\tlatest_net_G.pth\tabout 359 MB\thttps://github.com/" in outcome.out
    assert "diat\tnone of faces: nothing was published" in outcome.out
    found = json.loads(bench("checkpoints", "list", "--json").out)
    assert len(found["files"]) == len(FILES)
    assert found["none"].keys() <= {entry.card.name for entry in METHOD_CARDS}
