"""Published checkpoints in each form that people share them in, loaded whole or refused in a sentence."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from benchmark.config.resolve import resolve
from benchmark.config.sources import COMMAND, ConfigSource
from benchmark.editing.build_method import Checkpoint, Editor, build_editor
from benchmark.runtime.atomic_files import sha256_of
from methods.base import EditBatch, FaceEditor
from registry import METHODS
from registry.errors import InputError

CARD = {
    "name": "two-networks",
    "title": "Two networks",
    "summary": "A painter and a critic.",
    "kind": "learned",
    "licence": "free",
    "takes": ["image"],
}


class TwoNetworks(FaceEditor):
    """Its critic's published keys are called otherwise."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.painter, self.critic = nn.Conv2d(3, 3, 1), nn.Sequential(nn.Conv2d(3, 1, 1))

    def edit(self, tasks: EditBatch) -> Tensor:
        return self.painter(tasks.target.image)

    def published_networks(self) -> Mapping[str, nn.Module]:
        return {"painter": self.painter, "critic": self.critic}

    def published_key(self, role: str, key: str) -> str:
        return key.replace("layer.", "0.") if role == "critic" else key


@pytest.fixture(scope="module", autouse=True)
def _registered() -> None:
    METHODS.register(card=CARD)(TwoNetworks)


PAINTER = {"weight": torch.full((3, 3, 1, 1), 2.0), "bias": torch.full((3,), 3.0)}
CRITIC = {"layer.weight": torch.full((1, 3, 1, 1), 4.0), "layer.bias": torch.full((1,), 5.0)}
BOTH = {"painter": PAINTER, "critic": CRITIC}


def built(tmp_path: Path, content: object, network: str | None = None) -> Editor:
    path = tmp_path / "published.pth"
    torch.save(content, path)
    asked: dict[str, Any] = {"method": "two-networks", "checkpoint": str(path), "network": network}
    return build_editor(resolve([ConfigSource(asked, COMMAND)]))


def loaded(tmp_path: Path, content: object, network: str | None = None) -> FaceEditor:
    return built(tmp_path, content, network).model


def prefixed(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {f"module.{key}": value for key, value in state.items()}


@pytest.mark.parametrize("network", [None, "painter"])
@pytest.mark.parametrize(
    "content",
    [
        PAINTER,
        prefixed(PAINTER),
        {"state_dict": PAINTER, "epoch": 3},
        {"state_dict": prefixed(PAINTER)},
        BOTH,
        {"painter": prefixed(PAINTER), "critic": CRITIC, "epoch": 3},
        {"state_dict": BOTH},
    ],
    ids=["bare", "prefixed", "nested", "nested and prefixed", "several", "several, prefixed", "nested, several"],
)
def test_every_form_fills_the_network_asked_for(tmp_path: Path, content: object, network: str | None) -> None:
    editor = built(tmp_path, content, network)
    assert editor.checkpoint is not None
    assert editor.checkpoint.origin == "published"
    networks = editor.model.published_networks()
    assert {key: value.unique().tolist() for key, value in networks["painter"].state_dict().items()} == {
        "weight": [2.0],
        "bias": [3.0],
    }
    assert not networks["critic"].state_dict()["0.weight"].eq(4).any()


@pytest.mark.parametrize("content", [CRITIC, prefixed(CRITIC), BOTH], ids=["bare", "prefixed", "several"])
def test_another_network_is_picked_and_its_keys_translated(tmp_path: Path, content: object) -> None:
    networks = loaded(tmp_path, content, "critic").published_networks()
    assert networks["critic"].state_dict()["0.weight"].eq(4).all()
    assert networks["critic"].state_dict()["0.bias"].eq(5).all()
    assert not networks["painter"].state_dict()["weight"].eq(2).any()


@pytest.mark.parametrize(
    ("content", "network", "said"),
    [
        ({"G": PAINTER, "D": CRITIC}, None, "holds the networks 'G', 'D', and no 'painter'"),
        ({"painter": PAINTER}, "critic", "holds the networks 'painter', and no 'critic'"),
        ({"weight": PAINTER["weight"]}, None, "missing bias"),
        ({**PAINTER, "scale": torch.ones(1)}, None, "left over scale"),
        ({**PAINTER, "bias": torch.ones(4)}, None, r"of another shape bias \(4,\) for \(3,\)"),
        ({"painter": {"weight": PAINTER["weight"]}, "critic": CRITIC}, None, "missing bias"),
        (CRITIC, None, r"of another shape weight \(1, 3, 1, 1\)"),
    ],
    ids=["no such entry", "not the one asked for", "missing", "left over", "shape", "of several, missing", "another's"],
)
def test_what_does_not_fit_is_refused_in_one_sentence(
    tmp_path: Path, content: object, network: str | None, said: str
) -> None:
    with pytest.raises(InputError, match=said) as caught:
        loaded(tmp_path, content, network)
    assert str(caught.value).startswith(f"--checkpoint {tmp_path / 'published.pth'}, network {network or 'painter'}: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "content", [{"G": PAINTER, "D": CRITIC}, {**{f"G.{k}": v for k, v in PAINTER.items()}, **CRITIC}]
)
def test_a_key_of_the_file_goes_before_the_role_that_it_fills(tmp_path: Path, content: object) -> None:
    assert loaded(tmp_path, content, "G:painter").state_dict()["painter.bias"].eq(3).all()
    with pytest.raises(InputError, match="holds no network 'E'"):
        loaded(tmp_path, content, "E:painter")
    with pytest.raises(InputError, match="unknown network of two-networks 'paintre'; did you mean 'painter'"):
        loaded(tmp_path, content, "G:paintre")


def test_what_a_stage_left_fills_the_whole_method(tmp_path: Path) -> None:
    whole = {f"painter.{key}": value for key, value in PAINTER.items()}
    whole |= {f"critic.{key.replace('layer', '0')}": value for key, value in CRITIC.items()}
    content = {"state_dict": whole, "meta": {"stage": "paint", "finished": True, "seconds": 1.0}}
    editor = built(tmp_path, content)
    assert editor.model.state_dict()["painter.bias"].eq(3).all()
    assert editor.model.state_dict()["critic.0.bias"].eq(5).all()
    assert editor.checkpoint == Checkpoint("checkpoint", sha256_of(tmp_path / "published.pth"))
    with pytest.raises(InputError, match="is no checkpoint of two-networks: its stage is not finished"):
        loaded(tmp_path, {**content, "meta": {"finished": False}})


def test_a_published_generator_of_torch_0_3_fills_the_method(tmp_path: Path) -> None:
    def filled(checkpoint: Path | None) -> FaceEditor:
        given: dict[str, Any] = {"method": "stargan", "checkpoint": checkpoint and str(checkpoint)}
        return build_editor(resolve([ConfigSource(given, COMMAND)])).model

    state = filled(None).published_networks()["generator"].state_dict()
    older = {key: value for key, value in state.items() if not key.endswith("num_batches_tracked")}
    assert len(older) < len(state)
    torch.save(older, tmp_path / "200000-G.pth", _use_new_zipfile_serialization=False)
    assert filled(tmp_path / "200000-G.pth").published_networks()["generator"].state_dict().keys() == state.keys()
