"""Fader under the contract: codes hide the attribute, the decoder is told it, and edits slide beyond training."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch.nn import functional

from methods.base import CannotEdit
from methods.fader.model import Fader, values
from methods.fader.networks import Decoder, Encoder, LatentDiscriminator
from methods.labels import ATTRIBUTES
from tests.methods.faces import SMILING, half_smiling, one_task_asks_for
from tests.methods.steps import check_autocast_step, train

TINY = {"width": 4, "lr": 2e-3, "d_lr": 2e-3, "iterations": 100, "latent_weight": 0.1}
BANGS = ATTRIBUTES.index("Bangs")


def _tiny(size: int = 32, **options: Any) -> Fader:
    torch.manual_seed(0)
    return Fader(size, **(TINY | options)).train()


def test_networks_have_the_published_sizes() -> None:
    with torch.device("meta"):
        sizes = [
            sum(parameter.numel() for network in networks for parameter in network.parameters())
            for networks in ((Encoder(), Decoder()), (LatentDiscriminator(),))
        ]
    assert sizes == [14_000_512, 8_655_362]


def test_every_layer_of_the_decoder_is_told_the_attribute() -> None:
    decoder = Decoder(4, 3).eval()
    told = []
    for layer in decoder.layers:
        layer.register_forward_pre_hook(lambda _layer, inputs: told.append(inputs[0][:, -2:, 0, 0]))
    decoder(torch.zeros(1, 16, 4, 4), torch.tensor([[-1.0, 2.0]]))
    assert [each.tolist() for each in told] == [[[-1.0, 2.0]]] * 3


@pytest.mark.integration
def test_losses_are_the_published_ones_and_hiding_grows() -> None:
    model, faces = _tiny(lr=0.0, d_lr=0.0, dropout=0.0, latent_ramp=0.5), half_smiling()
    present = faces.attributes[:, SMILING]
    losses = train(model, half_smiling(), steps=60)
    model.discriminator.eval()
    code = model.encoder(faces.image)
    deceived = functional.cross_entropy(model.discriminator(code), 1 - present.long()).item()
    rebuilt = model.decoder(code, values(present))
    assert losses[-1]["reconstruction"] == pytest.approx(functional.mse_loss(rebuilt, faces.image).item(), rel=1e-4)
    assert losses[0]["hidden"] == 0
    assert losses[55]["hidden"] == pytest.approx(0.1 * deceived, rel=0.05)
    weights = [model.options.latent_weight_at(iteration) for iteration in (0, 25, 50, 90)]
    assert weights == pytest.approx([0, 0.05, 0.1, 0.1])


@pytest.mark.integration
def test_the_adversary_learns_to_read_and_the_encoder_to_hide() -> None:
    reading = train(_tiny(lr=0.0, latent_weight=0.0), half_smiling(), steps=40)
    assert reading[-1]["discriminator"] < 0.5 * reading[0]["discriminator"]
    hiding = train(_tiny(d_lr=0.0, latent_weight=10.0, latent_ramp=0.0), half_smiling(), steps=40)
    assert hiding[-1]["hidden"] < 0.5 * hiding[0]["hidden"]


def test_gradients_are_clipped(monkeypatch: pytest.MonkeyPatch) -> None:
    norms = []
    clip = torch.nn.utils.clip_grad_norm_

    def clipped(parameters: list[torch.nn.Parameter], max_norm: float) -> torch.Tensor:
        before = clip(parameters, max_norm)
        gradients = [weight.grad.norm() for weight in parameters if weight.grad is not None]
        norms.append(torch.stack(gradients).norm().item())
        return before

    monkeypatch.setattr(torch.nn.utils, "clip_grad_norm_", clipped)
    train(_tiny(clip_norm=1e-4), half_smiling(), steps=1)
    assert len(norms) == 3
    assert max(norms) <= 1.001e-4


def test_edits_slide_beyond_training_and_survive_saving(tmp_path: Path) -> None:
    model, tasks = _tiny(), one_task_asks_for()
    train(model, half_smiling(), steps=3)
    torch.save(model.state_dict(), tmp_path / "model.pth")
    restored = Fader(32, **TINY).eval()
    restored.load_state_dict(torch.load(tmp_path / "model.pth", weights_only=True))
    assert restored.iteration == 3
    model.eval()
    assert model.slid(torch.tensor([0.0, 1.0])).tolist() == [[2.0, -1.0], [-1.0, 2.0]]
    with torch.inference_mode():
        edited = model.edit(tasks)
        assert torch.equal(restored.edit(tasks), edited)
        expected = model.decoder(model.encoder(tasks.target.image), torch.tensor([[-1.0, 2.0]] * 2))
    torch.testing.assert_close(edited[0], expected[0])
    assert torch.equal(edited[1], tasks.target.image[1])
    with pytest.raises(CannotEdit, match="it was trained on Smiling, and a task asks for Bangs"):
        model.edit(one_task_asks_for(BANGS))


def test_a_step_under_autocast_and_channels_last() -> None:
    check_autocast_step(_tiny(), half_smiling())


@pytest.mark.parametrize(
    ("said", "options"),
    [
        ("clip_norm", {"clip_norm": 0.0}),
        ("latent_ramp", {"latent_ramp": 2.0}),
        ("dropout", {"dropout": 1.0}),
        ("edit_strength", {"edit_strength": 0.5}),
        ("batch_size", {"batch_size": 1}),
        ("not 48", {"size": 48}),
    ],
)
def test_options_and_sizes_that_do_not_fit_are_refused(said: str, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=said):
        _tiny(**options)
