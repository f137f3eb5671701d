"""Networks that `torch.compile` takes for training: named by their models, and plain again afterwards."""

import shutil
from pathlib import Path

import pytest
import torch

from benchmark.config.experiment import Experiment
from benchmark.config.flags import sources_of
from benchmark.config.resolve import resolve
from benchmark.config.training_length import over_faces
from benchmark.editing.build_method import build_editor
from benchmark.training.compile_networks import compiled
from methods.base import Trainable
from registry.catalogue import METHOD_CARDS
from tests.commands import TINY, bench, settings

LEARNED = [entry.card.name for entry in METHOD_CARDS if entry.card.kind == "learned"]
STARGAN = ("options.ngf=4", "options.ndf=4", "options.n_blocks=1", "options.iterations=6", "options.batch_size=4")


def experiment(method: str, *assignments: str) -> Experiment:
    return over_faces(resolve(sources_of({"method": method}, assignments=assignments)), 24)


@pytest.mark.parametrize("method", LEARNED)
def test_the_names_are_those_of_modules(method: str) -> None:
    with torch.device("meta"):
        model = build_editor(experiment(method)).model
    assert set(model.compiled_networks) <= {name for name, _ in model.named_modules()}


def test_a_method_that_names_none_is_refused(tmp_path: Path) -> None:
    refused = bench("train", "--method", "crn", "--runs", tmp_path, *TINY, "--set", "compile=true")
    assert refused.sentence.startswith("crn names no network that may be compiled; train it without compile=true")


class Doubling(Trainable):
    """A model with one network, which counts how often its Python runs."""

    compiled_networks = ("network",)

    def __init__(self) -> None:
        super().__init__()
        self.network = torch.nn.Linear(2, 2)

    def forward(self, numbers: torch.Tensor) -> torch.Tensor:
        return self.network(numbers)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("g++") is None, reason="torch compiles by a C++ compiler, and there is none")
def test_a_network_is_compiled_within_the_block_and_plain_after_it() -> None:
    model, numbers = Doubling(), torch.ones(1, 2)
    plain = model(numbers)
    torch._dynamo.reset()
    with compiled(model, "doubling", True):
        torch.testing.assert_close(model(numbers), plain)
        assert len(torch._dynamo.utils.counters["stats"]) > 0
    torch._dynamo.utils.counters.clear()
    assert torch.equal(model(torch.ones(3, 2))[0], plain[0])
    assert not torch._dynamo.utils.counters["stats"]
    assert list(model.state_dict()) == ["network.weight", "network.bias"]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("g++") is None, reason="torch compiles by a C++ compiler, and there is none")
def test_a_compiled_training_learns_the_same(tmp_path: Path) -> None:
    words = ["train", "--method", "stargan", *TINY, *settings(*STARGAN)]
    states = []
    for name, further in (("plain", []), ("compiled", ["--set", "compile=true"])):
        assert bench(*words, *further, "--runs", tmp_path / name).code == 0
        (path,) = (tmp_path / name).glob("rendered-faces/stargan/seed0/checkpoints/*.pth")
        states.append(torch.load(path, weights_only=True)["state_dict"])
    assert states[0].keys() == states[1].keys()
    for key, value in states[0].items():
        torch.testing.assert_close(states[1][key], value, rtol=0.02, atol=2e-3)


def test_a_setting_that_is_off_changes_no_hash() -> None:
    plain, off, on = (experiment("spade", *words) for words in ((), ("compile=false",), ("compile=true",)))
    assert plain.sha256() == off.sha256() != on.sha256()
    deterministic = experiment("spade", "compute.deterministic=true")
    assert plain.sha256() == experiment("spade", "compute.deterministic=false").sha256() != deterministic.sha256()
    assert plain.sha256() == experiment("spade", "compute.num_workers=3").sha256()
