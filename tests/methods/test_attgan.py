"""AttGAN and STGAN under the contract: what the generator is given, which losses weigh what, and what edits change."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from torch import Tensor
from torch.nn import functional

from methods.attgan.generator import Generator
from methods.attgan.model import AttGAN
from methods.attgan.options import AttGANOptions
from methods.attgan.transfer_unit import SelectiveTransferUnit
from methods.base import CannotEdit, EditBatch, FaceBatch
from methods.labels import ATTRIBUTES
from methods.published import build
from tests.methods.faces import SMILING, random_faces, random_tasks
from tests.methods.steps import check_autocast_step, train
from tests.places import ROOT

TINY = {
    "attributes": ("Blond_Hair", "Smiling"),
    "ngf": 4,
    "n_downsampling": 3,
    "ndf": 4,
    "hidden": 8,
    "generator_lr": 2e-3,
    "discriminator_lr": 2e-3,
    "n_critic": 1,
}
BLOND, BANGS = ATTRIBUTES.index("Blond_Hair"), ATTRIBUTES.index("Bangs")
CARD = yaml.safe_load((ROOT / "methods" / "attgan" / "method.yaml").read_text())
VARIANTS = CARD["variants"] | {"published": {}}


def _tiny(size: int = 32, **options: Any) -> AttGAN:
    torch.manual_seed(0)
    return AttGAN(size, **(TINY | options)).train()


def _faces(count: int = 4, size: int = 32) -> FaceBatch:
    """Faces of which every other one smiles, and half are blond."""
    attributes = torch.zeros(count, len(ATTRIBUTES))
    attributes[::2, SMILING] = 1
    attributes[: count // 2, BLOND] = 1
    return replace(random_faces(count, size), attributes=attributes)


def _tasks(*changed: int, size: int = 32) -> EditBatch:
    """Two tasks that ask for the attributes of those columns."""
    tasks = random_tasks(2, size)
    attributes = tasks.target.attributes.clone()
    attributes[:, list(changed)] = 1
    return replace(tasks, attributes=attributes)


def test_generators_have_the_published_sizes() -> None:
    with torch.device("meta"):
        attgan = Generator(13)
        stgan = Generator(13, num_skips=4, num_injections=4, selective=True)

    def size(network: torch.nn.Module) -> int:
        return sum(parameter.numel() for parameter in network.parameters())

    assert size(attgan) == 43_459_203
    assert size(stgan) == 74_998_771
    assert size(stgan.transfer_units) == 30_145_280


def test_the_variant_of_the_card_is_stgan() -> None:
    options = AttGANOptions(attributes=AttGANOptions().attributes[:13], **CARD["variants"]["stgan"])
    with torch.device("meta"):
        model = AttGAN(128, attributes=options.attributes, **CARD["variants"]["stgan"])
    assert sum(parameter.numel() for parameter in model.generator.parameters()) == 74_998_771
    (schedule,) = options.schedule(200)
    assert (schedule["milestones"], schedule["gamma"]) == ([100], 0.1)


def test_a_transfer_unit_passes_on_its_reset_state_and_mixes_by_its_update_gate() -> None:
    torch.manual_seed(0)
    unit = SelectiveTransferUnit(6, 4, 2)
    features, state, difference = torch.randn(2, 4, 8, 8), torch.randn(2, 6, 4, 4), torch.tensor([[1.0, 0], [0, -1]])
    planes = difference[:, :, None, None].expand(2, 2, 4, 4)
    up = functional.conv_transpose2d(torch.cat([state, planes], 1), unit.up.weight, unit.up.bias, stride=2, padding=1)

    def conv(layer: torch.nn.Conv2d, other: Tensor) -> Tensor:
        return functional.conv2d(torch.cat([features, other], 1), layer.weight, layer.bias, padding=1)

    reset = conv(unit.reset_gate, up).sigmoid() * up
    update = conv(unit.update_gate, up).sigmoid()
    selected, passed_up = unit(features, state, difference)
    torch.testing.assert_close(passed_up, reset)
    torch.testing.assert_close(selected, up + update * (conv(unit.candidate, reset).tanh() - up))


def test_what_the_generator_is_given_is_signed_and_edits_exceed_it_where_they_change() -> None:
    own, requested = torch.tensor([[0.0, 1.0]]), torch.tensor([[1.0, 1.0]])
    plain, difference = _tiny(), _tiny(difference=True)
    assert plain.vector(requested, own).tolist() == [[0.5, 0.5]]
    assert plain.vector(requested, own, 2.0).tolist() == [[1.0, 0.5]]
    assert difference.vector(requested, own).tolist() == [[1.0, 0.0]]
    assert difference.vector(requested, own, 2.0).tolist() == [[1.5, 0.0]]
    assert difference.vector(own, own, 2.0).tolist() == [[0.0, 0.0]]


@pytest.mark.integration
@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_learns_to_rebuild_and_to_read_attributes(variant: str) -> None:
    losses = train(_tiny(**VARIANTS[variant]), _faces(), steps=25)
    assert losses[-1]["classification_real"] < losses[0]["classification_real"]
    if variant == "no-reconstruction":
        assert "reconstruction" not in losses[0]
    else:
        assert losses[-1]["reconstruction"] < 0.9 * losses[0]["reconstruction"]


def test_losses_are_the_published_means_with_their_weights() -> None:
    model, faces = _tiny(generator_lr=0.0, discriminator_lr=0.0, gradient_penalty_weight=0.0), _faces()
    own = faces.attributes[:, [BLOND, SMILING]]
    (losses,) = train(model, _faces(), steps=1)
    torch.manual_seed(0)
    AttGAN(32, **TINY)  # draws what building the model drew
    requested = own[torch.randperm(4)]
    features = model.generator.encode(faces.image)
    fake, rebuilt = (model.generator.decode(features, values - 0.5) for values in (requested, own))
    of_real, logits = model.discriminator(faces.image)
    of_fake, fake_logits = model.discriminator(fake)
    entropy = functional.binary_cross_entropy_with_logits
    expected = {
        "critic": of_fake.mean() - of_real.mean(),
        "classification_real": entropy(logits, own),
        "adversarial": -of_fake.mean(),
        "classification_fake": 10 * entropy(fake_logits, requested),
        "reconstruction": 100 * functional.l1_loss(rebuilt, faces.image),
    }
    assert losses == pytest.approx({name: value.item() for name, value in expected.items()}, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("variant", ["published", "stgan"])
def test_edits_are_their_own_faces_in_range_and_survive_saving(variant: str, tmp_path: Path) -> None:
    model, tasks = _tiny(**VARIANTS[variant]), _tasks(SMILING)
    train(model, _faces(), steps=2)
    torch.save(model.state_dict(), tmp_path / "model.pth")
    restored = AttGAN(32, **(TINY | VARIANTS[variant])).eval()
    restored.load_state_dict(torch.load(tmp_path / "model.pth", weights_only=True))
    model.eval()
    with torch.inference_mode():
        edited, again = model.edit(tasks), restored.edit(tasks)
        with torch.autocast("cpu", torch.bfloat16):
            halved = model.edit(tasks)
        own = torch.zeros(1, 2)
        alone = model.edited(tasks.target.image[:1], torch.tensor([[0.0, 1.0]]), own, torch.ones(1, 1))
        stronger = model.generator(tasks.target.image[:1], model.vector(torch.tensor([[0.0, 1.0]]), own, 4.0))
    assert torch.equal(edited, again)
    assert halved.dtype == torch.float32
    assert edited.abs().max() <= 1
    torch.testing.assert_close(alone, edited[:1], rtol=1e-4, atol=1e-5)
    assert not torch.allclose(alone, stronger, atol=1e-4)


def test_a_task_that_asks_for_no_change_keeps_its_target_and_an_unknown_one_is_refused() -> None:
    model, tasks = _tiny().eval(), _tasks(SMILING)
    tasks.attributes[0] = tasks.target.attributes[0]
    edited = model.edit(tasks)
    assert torch.equal(edited[0], tasks.target.image[0])
    assert not torch.equal(edited[1], tasks.target.image[1])
    with pytest.raises(CannotEdit, match="a task asks for Bangs"):
        model.edit(_tasks(BANGS))


@pytest.mark.integration
def test_published_roles_load_published_weights() -> None:
    model = AttGAN(128, attributes=AttGANOptions().attributes[:13], leak=0.01)
    for role, network in model.published_networks().items():
        network.load_state_dict(build(f"attgan_{role}").network.state_dict())


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_step_under_autocast_and_channels_last(variant: str) -> None:
    check_autocast_step(_tiny(**VARIANTS[variant]), _faces())


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("n_downsampling", 1),
        ("n_downsampling", 5),
        ("num_skips", -1),
        ("attribute_scale", 0.0),
        ("edit_strength", -1.0),
        ("decay_factor", 1.0),
        ("n_critic", 0),
        ("hidden", 0),
    ],
)
def test_options_that_do_not_fit_are_refused(option: str, value: object) -> None:
    with pytest.raises(ValueError, match=option):
        _tiny(**{option: value})


def test_transfer_units_need_skips() -> None:
    with pytest.raises(ValueError, match="num_skips must be at least 1 with selective"):
        _tiny(selective=True, num_skips=0)
