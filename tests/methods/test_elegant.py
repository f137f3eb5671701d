"""ELEGANT under the contract: pairs differ, its losses are the published ones, its edits are sound."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from methods.base import CannotEdit, EditBatch, FaceBatch
from methods.elegant.discriminator import Discriminator
from methods.elegant.initialisation import init_signal_keeping
from methods.elegant.losses import adversarial_loss, discriminator_loss
from methods.elegant.model import Elegant
from methods.elegant.options import ElegantOptions
from methods.elegant.swap import AttributeSwap
from methods.labels import ATTRIBUTES
from methods.layers.gan_losses import verdict_loss
from methods.shared.attribute_pairs import draw_pairs
from tests.methods.faces import random_faces, random_tasks
from tests.places import ROOT

NAMES = ("Bangs", "Smiling")
TINY = {"attributes": NAMES, "widths": (4, 6, 8, 8, 8), "ndf": 4, "generator_lr": 2e-3, "discriminator_lr": 2e-3}
CARD = yaml.safe_load((ROOT / "methods" / "elegant" / "method.yaml").read_text())


def _tiny(size: int = 32, **options: Any) -> Elegant:
    torch.manual_seed(0)
    return Elegant(size, **(TINY | options)).train()


def _faces(count: int = 4, size: int = 32) -> FaceBatch:
    faces = random_faces(count, size)
    faces.attributes[::2, ATTRIBUTES.index("Smiling")] = 1
    return faces


def _tasks(count: int = 2, size: int = 32, **requested: list[int]) -> EditBatch:
    """Edits that ask for attributes that no target has, each by the rows that ask."""
    tasks = random_tasks(count, size)
    wanted = tasks.target.attributes.clone()
    for name, rows in requested.items():
        wanted[rows, ATTRIBUTES.index(name)] = 1
    return replace(tasks, attributes=wanted)


def _train(model: Elegant, steps: int, faces: FaceBatch | None = None) -> list[dict[str, float]]:
    (stage,) = model.stages()
    model.begin_stage(stage)
    optim = model.optimizers(stage)
    faces = faces or _faces()
    return [{name: value.item() for name, value in model.train_step(faces, optim).items()} for _ in range(steps)]


def test_every_preset_learns_smiling() -> None:
    assert all("Smiling" in ElegantOptions(**changes).attributes for changes in CARD["presets"].values())


@pytest.mark.integration
@settings(deadline=None, max_examples=60)
@given(
    bits=st.integers(1, 3).flatmap(
        lambda width: st.lists(st.lists(st.integers(0, 1), min_size=width, max_size=width), min_size=2, max_size=9)
    ),
    seed=st.integers(0, 99),
)
def test_pairs_differ_in_their_attribute_wherever_faces_do(bits: list[list[int]], seed: int) -> None:
    attributes = torch.tensor(bits, dtype=torch.float32)
    torch.manual_seed(seed)
    first, second, attribute = draw_pairs(attributes)
    assert len(first) == len(second) == len(bits) // 2
    if (attributes != attributes[0]).any():
        assert (attributes[first, attribute] == 1).all()
        assert (attributes[second, attribute] == 0).all()
    else:
        assert not set(first.tolist()) & set(second.tolist())


def test_every_face_that_fits_is_used_before_any_is_used_again() -> None:
    attributes = torch.tensor([[1.0], [0], [0], [0], [0], [0], [1], [0]])
    first, second, _ = draw_pairs(attributes)
    assert sorted(first.tolist()) == [0, 0, 6, 6]
    assert len(set(second.tolist())) == 4


def test_every_attribute_that_divides_the_faces_has_its_turn() -> None:
    attributes = torch.tensor([[1.0, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 0]])
    torch.manual_seed(0)
    assert {draw_pairs(attributes).attribute for _ in range(30)} == {0, 1}


def test_the_losses_are_the_published_sums() -> None:
    torch.manual_seed(0)
    networks = [Discriminator(2, side, 4) for side in (32, 16)]
    for network in networks:
        init_signal_keeping(network)
    faces = [random_faces(2, 32, seed).image for seed in range(4)]
    bits = [torch.randint(0, 2, (2, 2)).float() for _ in range(4)]

    def entropy(network: Discriminator, which: int, target: float) -> torch.Tensor:
        return functional.binary_cross_entropy(network(faces[which], bits[which]), torch.full((2, 1), target))

    one, two = (
        sum(entropy(network, which, target) for which, target in enumerate((1.0, 1.0, 0.0, 0.0)))
        for network in networks
    )
    real, fake = ((torch.cat(faces[at : at + 2]), torch.cat(bits[at : at + 2])) for at in (0, 2))
    torch.testing.assert_close(discriminator_loss(networks, (1.0, 0.5), real, fake), (one + 0.5 * two) / 4)
    one, two = (entropy(network, 2, 1.0) + entropy(network, 3, 1.0) for network in networks)
    torch.testing.assert_close(adversarial_loss(networks, (1.0, 0.5), *fake), one + 0.5 * two)


def test_a_sure_verdict_keeps_its_slope_in_half_precision() -> None:
    logits = torch.full((2, 1), -30.0, dtype=torch.bfloat16, requires_grad=True)
    loss = verdict_loss(logits, 1.0)
    assert loss.item() == pytest.approx(30.0)
    assert torch.autograd.grad(loss, logits)[0].abs().sum().item() == pytest.approx(1.0)


def test_no_gradient_of_the_discriminators_reaches_the_generator() -> None:
    network, fake = Discriminator(2, 32, 4), random_faces(2, 32).image.requires_grad_()
    discriminator_loss([network], [1.0], (fake.detach(), torch.ones(2, 2)), (fake, torch.zeros(2, 2))).backward()
    assert fake.grad is None
    assert all(each.grad is not None for each in network.parameters())


def test_the_shared_pass_gives_the_faces_of_several() -> None:
    torch.manual_seed(0)
    network = AttributeSwap(2, TINY["widths"])
    one, other = random_faces(2, 32, seed=1).image, random_faces(2, 32, seed=2).image
    made = network(one, other, 1)
    (code_a, skips_a), (code_b, skips_b) = network.encoder(one), network.encoder(other)
    code_c, code_d = network.exchange(code_a, code_b, 1)
    torch.testing.assert_close(made["A"], network.decoder(code_a, code_a, skips_a))
    torch.testing.assert_close(made["B"], network.decoder(code_b, code_b, skips_b))
    torch.testing.assert_close(made["C"], network.decoder(code_c, code_a, skips_a))
    torch.testing.assert_close(made["D"], network.decoder(code_d, code_b, skips_b))


def test_a_transfer_takes_what_each_row_wants() -> None:
    torch.manual_seed(0)
    network = AttributeSwap(3, (4, 6, 8, 8, 8))
    one, other = random_faces(4, 32, seed=1).image, random_faces(4, 32, seed=2).image
    wanted = torch.tensor([[1, 0, 0], [0, 0, 1], [0, 0, 0], [1, 1, 1]], dtype=torch.bool)
    made = network.transfer(one, other, wanted, torch.ones(len(one), 1))
    for row, name, attribute in ((0, "C", 0), (1, "C", 2), (2, "A", 0)):
        torch.testing.assert_close(made[row], network(one, other, attribute)[name][row])
    (code, skips), (lent, _) = network.encoder(one), network.encoder(other)
    torch.testing.assert_close(made[3], network.decoder(lent, code, skips)[3])


def test_a_fresh_network_returns_its_faces_and_its_discriminators_answer_to_theirs() -> None:
    model, faces = _tiny(64), random_faces(2, 64)
    residuals = model.generator(faces.image, faces.image.flip(0), 0)
    assert max(each.abs().max() for each in residuals.values()) < 0.1
    logits = model.discriminators[0].logits(faces.image, torch.ones(2, 2))
    assert (logits[0] - logits[1]).abs() > 0.01


@pytest.mark.integration
def test_reconstruction_is_learnt_and_both_sides_move() -> None:
    model = _tiny(residual=False, generator_lr=1e-2)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    losses = _train(model, 30)
    assert losses[-1]["reconstruction"] < 0.7 * losses[0]["reconstruction"]
    moved = {key.split(".")[1] for key, value in model.state_dict().items() if not torch.equal(value, before[key])}
    assert moved == {"encoder", "decoder", "0", "1"}


@pytest.mark.integration
def test_the_discriminators_learn_which_attributes_a_face_has() -> None:
    faces = _faces(8)
    faces.image[::2, :, 16:] = 0.9
    model = _tiny(generator_lr=1e-6, discriminator_lr=1e-2, attributes=("Smiling",))
    losses = _train(model, 40, faces)
    # the generator hardly moves: what tells real from fake is only that the exchanged bit is not the face's own
    assert losses[-1]["discriminators"] < 0.5 * losses[0]["discriminators"]


@pytest.mark.parametrize("smiling", [0.0, 1.0])
def test_a_batch_of_one_side_alone_trains(smiling: float) -> None:
    faces = random_faces(3, 32)
    faces.attributes[:, ATTRIBUTES.index("Smiling")] = smiling
    (losses,) = _train(_tiny(), 1, faces)
    assert all(torch.isfinite(torch.tensor(value)) for value in losses.values())


@pytest.mark.parametrize("variant", [None, *CARD["variants"]])
def test_every_variant_trains_and_edits(variant: str | None) -> None:
    model = _tiny(**(CARD["variants"][variant] if variant else {}))
    (losses,) = _train(model, 1)
    assert set(losses) == {"reconstruction", "adversarial", "discriminators"}
    roles = ["encoder", "decoder", "discriminator_1", "discriminator_2"]
    assert list(model.published_networks()) == (roles[:3] if variant == "one-discriminator" else roles)
    with torch.inference_mode():
        assert model.eval().edit(_tasks(2, Smiling=[0, 1])).abs().max() <= 1


def test_the_same_seed_gives_the_same_weights() -> None:
    first, second = _tiny(), _tiny()
    for model in (first, second):
        torch.manual_seed(3)
        _train(model, 2)
    for one, other in zip(first.state_dict().values(), second.state_dict().values(), strict=True):
        assert torch.equal(one, other)


@pytest.mark.parametrize("size", [64, 96])
def test_a_step_under_autocast_and_channels_last(size: int) -> None:
    model = _tiny(size).to(memory_format=torch.channels_last)
    (stage,) = model.stages()
    model.begin_stage(stage)
    with torch.autocast("cpu", torch.bfloat16):
        losses = model.train_step(_faces(4, size).to("cpu", channels_last=True), model.optimizers(stage))
    assert all(value.dtype == torch.float32 and value.isfinite() for value in losses.values())


def test_edits_are_deterministic_and_in_range() -> None:
    model = _tiny()
    _train(model, 2)
    model.eval()
    tasks = _tasks(2, Smiling=[0, 1])
    with torch.inference_mode():
        once, again = model.edit(tasks), model.edit(tasks)
        with torch.autocast("cpu", torch.bfloat16):
            halved = model.edit(tasks)
    assert torch.equal(once, again)
    assert once.abs().max() <= 1
    assert halved.dtype == torch.float32


def test_only_rows_that_ask_are_edited_and_by_their_own_source() -> None:
    model = _tiny()
    _train(model, 2)
    model.eval()
    tasks = _tasks(4, Smiling=[1], Bangs=[3])
    source = replace(tasks.source, image=tasks.source.image.clone())
    source.image[3] = -source.image[3]
    with torch.inference_mode():
        edited, other = model.edit(tasks), model.edit(replace(tasks, source=source))
    for row, same in enumerate([True, False, True, False]):
        assert torch.equal(edited[row], tasks.target.image[row]) == same
    assert torch.equal(edited[1], other[1])
    assert not torch.equal(edited[3], other[3])


def test_an_attribute_that_was_not_trained_on_is_refused() -> None:
    with pytest.raises(CannotEdit, match="trained on Bangs, Smiling, and a task asks for Young"):
        _tiny().eval().edit(_tasks(3, Smiling=[0], Young=[2]))


def test_weights_survive_a_round_trip(tmp_path: Path) -> None:
    model = _tiny()
    _train(model, 2)
    torch.save(model.state_dict(), tmp_path / "weights.pth")
    other = _tiny()
    other.load_state_dict(torch.load(tmp_path / "weights.pth", weights_only=True))
    tasks = _tasks(2, Smiling=[0, 1])
    with torch.inference_mode():
        assert torch.equal(model.eval().edit(tasks), other.eval().edit(tasks))


def test_rates_fall_in_steps() -> None:
    (stage,) = _tiny().stages()
    assert set(stage.schedulers) == {"generator", "discriminators"}
    for (schedule,) in stage.schedulers.values():
        assert (schedule["step_size"], schedule["gamma"]) == (3000, 0.97)


@pytest.mark.parametrize("size", [16, 48, 100])
def test_sizes_that_do_not_fit_are_refused(size: int) -> None:
    with pytest.raises(ValueError, match=str(size)):
        Elegant(size)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"attributes": ("Smiling", "Smiling")}, "names 'Smiling' twice"),
        ({"widths": (4, 4, 4, 4)}, "widths must be 5"),
        ({"widths": (4, 4, 4, 4, 1)}, "too few for 2 attributes"),
        ({"batch_size": 1}, "batch_size"),
        ({"half_size_weight": -0.5}, "half_size_weight"),
        ({"ema_decay": 1.0}, "ema_decay"),
    ],
)
def test_options_that_do_not_fit_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        _tiny(**options)
