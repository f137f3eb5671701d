"""SPADE under the contract: every variant trains, styles count where there are any, training resumes exactly."""

import math
import os
import signal
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from mmengine.optim import OptimWrapperDict
from torch import Tensor, nn
from torch.nn.utils import spectral_norm

from benchmark.config.resolve import resolve
from benchmark.config.sources import COMMAND, ConfigSource
from benchmark.datasets.rendered_faces.dataset import RenderedFaces
from benchmark.editing.build_method import build_editor
from benchmark.runtime.device import Compute
from benchmark.runtime.interruption import Interrupted
from benchmark.runtime.progress import Reporter
from benchmark.training.train import train
from methods.base import FaceBatch, one_hot
from methods.layers.gaussian import gaussian_divergence
from methods.layers.initialisation import init_xavier
from methods.spade.model import Spade
from tests.methods.faces import random_faces, random_tasks
from tests.methods.golden import read_golden
from tests.places import ROOT

TINY = {
    "ngf": 2,
    "hidden": 4,
    "latent": 8,
    "encoder_ngf": 4,
    "encoder_size": 32,
    "style_widths": (4, 4, 8),
    "outer_kernel": 3,
    "init_gain": 1.0,
    "ndf": 4,
    "n_layers_d": 2,
    "lr": 2e-3,
    "d_lr": 8e-3,
}
CARD = yaml.safe_load((ROOT / "methods" / "spade" / "method.yaml").read_text())
M, NO_STYLE = CARD["variants"]["m"], CARD["variants"]["no-vae"]


def _tiny(size: int = 64, **options: Any) -> Spade:
    torch.manual_seed(0)
    return Spade(size, **(TINY | options)).train()


def _train(model: Spade, steps: int = 1) -> list[dict[str, float]]:
    optim = model.optimizers(model.stages()[0])
    faces = random_faces(2)
    return [{name: value.item() for name, value in model.train_step(faces, optim).items()} for _ in range(steps)]


def _painted(model: Spade, style_seed: int) -> Tensor:
    """A fixed mask in the style of a random face."""
    style = random_faces(seed=style_seed)
    with torch.inference_mode():
        return model.eval().generate(one_hot(random_faces().mask), one_hot(style.mask), style.image)


@pytest.mark.parametrize("variant", [None, *CARD["variants"]])
def test_every_variant_trains_its_networks(variant: str | None) -> None:
    model = _tiny(**(CARD["variants"][variant] if variant else {}))
    before = {key: value.clone() for key, value in model.named_parameters()}
    losses = _train(model, steps=2)[-1]
    assert all(math.isfinite(value) for value in losses.values())
    assert ("kld" in losses) == model.options.use_vae
    assert ("feature_matching" in losses) == (variant != "no-feature-matching")
    moved = {key.partition(".")[0] for key, value in model.named_parameters() if not torch.equal(value, before[key])}
    assert moved == set(model.published_networks()) == set(model.optimizers(model.stages()[0]).keys())
    assert ("encoder" in moved) == (variant != "no-vae")


@pytest.mark.integration
@pytest.mark.parametrize("options", [{}, M, NO_STYLE])
def test_losses_fall_on_a_fixed_batch(options: dict[str, bool]) -> None:
    history = _train(_tiny(**options, l1_weight=10.0), steps=12)
    assert history[-1]["l1"] < 0.9 * history[0]["l1"]


@pytest.mark.parametrize(("options", "counts"), [({}, True), (M, True), (NO_STYLE, False)])
def test_styles_count_where_there_are_any(options: dict[str, bool], counts: bool) -> None:
    model = _tiny(**options)
    _train(model, steps=2)
    assert torch.equal(_painted(model, 1), _painted(model, 2)) != counts


def test_the_vae_draws_styles_in_training_and_edits_by_their_mean() -> None:
    model = _tiny()
    faces = random_faces()
    label = one_hot(faces.mask)
    with torch.no_grad():
        once, again = (model.reconstruct(label, faces.image)[0] for _ in range(2))
        assert not torch.equal(once, again)
        nn.init.zeros_(model.encoder.fc_var.weight)
        nn.init.constant_(model.encoder.fc_var.bias, -100.0)
        model.eval()
        torch.testing.assert_close(model.reconstruct(label, faces.image)[0], model.generate(label, label, faces.image))


def test_the_divergence_is_the_closed_form_summed_over_the_batch() -> None:
    mean, log_variance = torch.tensor([[1.0, 0.0], [0.0, 2.0]]), torch.tensor([[0.0, 0.0], [math.log(2.0), 0.0]])
    # Half of mean² + variance − 1 − ln(variance): 1/2, 0, (1 − ln 2)/2, 2.
    expected = 0.5 + (1 - math.log(2.0)) / 2 + 2
    assert gaussian_divergence(mean, log_variance).sum().item() == pytest.approx(expected)
    model = _tiny(kld_weight=0.25)
    for layer in (model.encoder.fc_mu, model.encoder.fc_var):
        nn.init.zeros_(layer.weight)
    nn.init.constant_(model.encoder.fc_mu.bias, 2.0)
    faces = random_faces(3)
    _, extra = model.reconstruct(one_hot(faces.mask), faces.image)
    assert extra["kld"].item() == pytest.approx(0.25 * 3 * TINY["latent"] * 2.0)


def test_the_published_rates_are_of_two_time_scales_and_constant() -> None:
    model = Spade(64, **{key: value for key, value in TINY.items() if not key.endswith("lr")})
    (stage,) = model.stages()
    groups = {name: wrapper.optimizer.param_groups[0] for name, wrapper in model.optimizers(stage).items()}
    assert {name: group["lr"] for name, group in groups.items()} == {
        "generator": 1e-4,
        "encoder": 1e-4,
        "discriminator": 4e-4,
    }
    assert all(group["betas"] == (0.0, 0.9) for group in groups.values())
    assert not any(stage.schedulers.values())
    assert stage.iterations == 50 * 24_183 // stage.batch_size


@pytest.mark.parametrize("options", [{}, M, NO_STYLE])
def test_edits_are_deterministic_and_in_range(options: dict[str, bool]) -> None:
    model = _tiny(**options).eval()
    tasks = random_tasks()
    with torch.inference_mode():
        once, again = model.edit(tasks), model.edit(tasks)
        with torch.autocast("cpu", torch.bfloat16):
            halved = model.edit(tasks)
    assert once.shape == tasks.target.image.shape
    assert torch.equal(once, again)
    assert once.abs().max() <= 1
    assert halved.dtype == torch.float32


@pytest.mark.parametrize(("size", "options"), [(32, {}), (64, M), (96, NO_STYLE), (96, {})])
def test_a_step_under_autocast_and_channels_last(size: int, options: dict[str, bool]) -> None:
    model = _tiny(size, **options).to(memory_format=torch.channels_last)
    faces = random_faces(2, size).to("cpu", channels_last=True)
    optim = model.optimizers(model.stages()[0])
    with torch.autocast("cpu", torch.bfloat16):
        losses = model.train_step(faces, optim)
    assert all(value.dtype == torch.float32 and value.isfinite() for value in losses.values())


@pytest.mark.parametrize("size", [0, 16, 80, 100])
def test_sizes_that_do_not_fit_are_refused(size: int) -> None:
    with pytest.raises(ValueError, match=f"SPADE needs a size that is a multiple of 32, not {size}"):
        Spade(size)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("hidden", 0),
        ("kld_weight", -1.0),
        ("encoder_size", 48),
        ("encoder_size", 4),
        ("style_widths", [8, 8]),
        ("outer_kernel", 4),
        ("init_gain", 0.0),
        ("maskgan_style", True),
    ],
)
def test_options_that_do_not_fit_are_refused(option: str, value: object) -> None:
    with pytest.raises(ValueError, match=option):
        _tiny(**{option: value})


def test_xavier_draws_the_tensor_that_spectral_norm_divides() -> None:
    torch.manual_seed(0)
    layers = nn.Sequential(spectral_norm(nn.Conv2d(32, 32, 3)), nn.Linear(64, 192), nn.BatchNorm2d(3))
    init_xavier(layers, gain=0.5)
    assert layers[0].weight_orig.std().item() == pytest.approx(0.5 * math.sqrt(2 / (64 * 9)), rel=0.05)
    assert layers[1].weight.std().item() == pytest.approx(0.5 * math.sqrt(2 / 256), rel=0.05)
    assert not layers[0].bias.any()
    drawn = layers[0].weight_orig.detach().clone()
    layers[0](torch.randn(1, 32, 3, 3))
    assert torch.equal(layers[0].weight_orig, drawn)
    largest = torch.linalg.matrix_norm(layers[0].weight.flatten(1), 2).item()
    assert 1 <= largest < 2, "the weight in use is the drawn one over an estimate of its norm"


class _Stopping(Spade):
    """Sends this process a Ctrl-C in its third step."""

    steps = 0

    def train_step(self, faces: FaceBatch, optim: OptimWrapperDict) -> dict[str, Tensor]:
        self.steps += 1
        if self.steps == 3:
            os.kill(os.getpid(), signal.SIGINT)
        return super().train_step(faces, optim)


@pytest.mark.integration
def test_interrupted_and_resumed_with_spectral_norms_it_ends_in_the_same_bits(tmp_path: Path) -> None:
    compute = Compute(torch.device("cpu"), "fp32", channels_last=False)
    faces = RenderedFaces(None, 64, tmp_path / "faces", train=8, val=1, test=1)
    options = TINY | {"iterations": 5, "batch_size": 2}

    def trained(model: Spade, name: str) -> dict[str, Tensor]:
        train(model, faces, tmp_path / name, seed=0, compute=compute, reporter=Reporter(quiet=True))
        return model.state_dict()

    torch.manual_seed(0)
    model = Spade(64, **options)
    followed = {key: value.clone() for key, value in model.state_dict().items()}
    whole = trained(model, "whole")
    torch.manual_seed(0)
    with pytest.raises(Interrupted):
        trained(_Stopping(64, **options), "parts")
    resumed = trained(Spade(64, **options), "parts")
    assert all(torch.equal(value, resumed[key]) for key, value in whole.items())
    assert not torch.equal(whole["generator.up_3.conv_0.weight_orig"], followed["generator.up_3.conv_0.weight_orig"])


@pytest.mark.integration
def test_trained_weights_edit_the_same_after_a_round_trip(tmp_path: Path) -> None:
    model = _tiny()
    _train(model, steps=2)
    torch.save(model.state_dict(), tmp_path / "model.pth")
    other = Spade(64, **TINY).eval()
    other.load_state_dict(torch.load(tmp_path / "model.pth", weights_only=True))
    with torch.inference_mode():
        assert torch.equal(model.eval().edit(random_tasks()), other.edit(random_tasks()))


@pytest.mark.parametrize("role", ["generator", "encoder", "discriminator"])
def test_every_published_key_has_its_place(role: str) -> None:
    model = _tiny(n_layers_d=3, encoder_size=256)
    golden = read_golden("spade_generator_vae" if role == "generator" else f"spade_{role}")
    renamed = {model.published_key(role, key) for key, *_ in golden["state_dict"]}
    assert renamed == set(model.published_networks()[role].state_dict())


def test_a_published_discriminator_fills_ours(tmp_path: Path) -> None:
    network = _tiny().discriminator
    published = {}
    for key, value in network.state_dict().items():
        scale, _, rest = key.partition("_layer")
        layer, _, tensor = rest.partition(".0.")
        nested = "0.0." if layer in ("1", "2") else "0."
        published[f"discriminator_{1 - int(scale.removeprefix('scale'))}.model{layer}.{nested}{tensor}"] = value
    torch.save(published, tmp_path / "latest_net_D.pth")
    options = {key: list(value) if isinstance(value, tuple) else value for key, value in TINY.items()}
    flags = {
        "method": "spade",
        "options": options,
        "checkpoint": str(tmp_path / "latest_net_D.pth"),
        "network": "discriminator",
        "seed": 1,
    }
    model = build_editor(resolve([ConfigSource(flags, COMMAND)])).model
    loaded = model.published_networks()["discriminator"].state_dict()
    assert all(torch.equal(value, loaded[key]) for key, value in network.state_dict().items())
