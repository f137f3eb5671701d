"""ELEGANT under the contract: pairs that differ, the published objective, and edits by a source's part of the code."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional

from methods.base import CannotEdit, EditBatch, FaceBatch
from methods.elegant.losses import adversarial_loss, discriminator_loss
from methods.elegant.model import Elegant
from methods.elegant.options import ElegantOptions
from methods.elegant.pairs import draw_pairs
from methods.elegant.swap import AttributeSwap
from methods.labels import ATTRIBUTES
from methods.published import build
from registry.errors import UnknownNameError
from tests.methods.faces import random_faces, random_tasks

TINY = {
    "attributes": ("Bangs", "Smiling"),
    "widths": (4, 6, 8, 8, 8),
    "ndf": 4,
    "generator_lr": 2e-3,
    "discriminator_lr": 2e-3,
}
BANGS, SMILING, BLOND = (ATTRIBUTES.index(name) for name in ("Bangs", "Smiling", "Blond_Hair"))
CARD = yaml.safe_load((Path(__file__).parents[2] / "methods" / "elegant" / "method.yaml").read_text())


def _tiny(size: int = 32, **options: Any) -> Elegant:
    torch.manual_seed(0)
    return Elegant(size, **(TINY | options)).train()


def _faces(count: int = 4, size: int = 32) -> FaceBatch:
    """Faces of which every other one smiles, and half have bangs."""
    faces = random_faces(count, size)
    attributes = torch.zeros(count, len(ATTRIBUTES))
    attributes[::2, SMILING] = 1
    attributes[: count // 2, BANGS] = 1
    return replace(faces, attributes=attributes)


def _tasks(*changed: int, size: int = 32) -> EditBatch:
    """Two tasks that ask for the attributes of those columns."""
    tasks = random_tasks(2, size)
    attributes = tasks.target.attributes.clone()
    attributes[:, list(changed)] = 1
    return replace(tasks, attributes=attributes)


def _train(model: Elegant, steps: int) -> list[dict[str, float]]:
    (stage,) = model.stages()
    model.begin_stage(stage)
    optim, faces = model.optimizers(stage), _faces()
    return [{name: value.item() for name, value in model.train_step(faces, optim).items()} for _ in range(steps)]


def _snapshot(model: nn.Module) -> dict[str, Tensor]:
    return {key: value.clone() for key, value in model.state_dict().items()}


def test_card_states_the_options_and_their_defaults() -> None:
    defaults = vars(ElegantOptions())
    assert CARD["options"] == {
        key: list(value) if isinstance(value, tuple) else value for key, value in defaults.items()
    }
    for changes in (*CARD["variants"].values(), *CARD["presets"].values()):
        assert set(changes) <= set(defaults)
    assert not CARD["presets"]["paper"]


@pytest.mark.parametrize("preset", CARD["presets"])
def test_every_preset_can_be_built_and_knows_smiling(preset: str) -> None:
    with torch.device("meta"):
        model = Elegant(256, **(CARD["options"] | CARD["presets"][preset]))
    assert "Smiling" in model.options.attributes


@given(st.lists(st.lists(st.booleans(), min_size=3, max_size=3), min_size=2, max_size=12), st.integers(0, 1000))
def test_pairs_differ_in_their_attribute_wherever_faces_do(rows: list[list[bool]], seed: int) -> None:
    torch.manual_seed(seed)
    attributes = torch.tensor(rows).float()
    pairs = draw_pairs(attributes)
    assert len(pairs.first) == len(pairs.second) == len(rows) // 2
    divided = attributes.min(0).values != attributes.max(0).values
    if divided.any():
        assert attributes[pairs.first, pairs.attribute].eq(1).all()
        assert attributes[pairs.second, pairs.attribute].eq(0).all()
    else:
        assert torch.cat([pairs.first, pairs.second]).unique().numel() == 2 * (len(rows) // 2)


def test_every_dividing_attribute_gets_its_turn_and_no_other_does() -> None:
    torch.manual_seed(0)
    attributes = torch.tensor([[1.0, 0.0, 1.0], [1.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    assert {draw_pairs(attributes).attribute for _ in range(30)} == {1, 2}


def test_the_short_side_of_a_batch_is_shown_again() -> None:
    torch.manual_seed(0)
    pairs = draw_pairs(torch.tensor([[0.0], [0.0], [1.0], [0.0], [0.0], [0.0]]))
    assert pairs.first.tolist() == [2, 2, 2]
    assert pairs.second.unique().numel() == 3


def test_discriminator_loss_is_a_quarter_of_the_published_sums() -> None:
    model = _tiny()
    full, half = model.discriminators
    faces, made = _faces(), random_faces(4, 32, seed=4).image
    own = faces.attributes[:, [BANGS, SMILING]]
    asked = own.flip(0)
    loss = discriminator_loss((full, half), (1.0, 0.5), (faces.image, own), (made, asked))
    expected = torch.zeros(())
    for weight, network in ((1.0, full), (0.5, half)):
        for part in (slice(0, 2), slice(2, 4)):
            real, fake = network(faces.image[part], own[part]), network(made[part], asked[part])
            terms = [functional.binary_cross_entropy(real, torch.ones_like(real))]
            terms += [functional.binary_cross_entropy(fake, torch.zeros_like(fake))]
            expected = expected + weight * torch.stack(terms).sum()
    torch.testing.assert_close(loss, expected / 4)


def test_adversarial_loss_is_the_sum_over_both_faces() -> None:
    full, half = _tiny().discriminators
    made, asked = random_faces(4, 32, seed=4).image, _faces().attributes[:, [BANGS, SMILING]]
    expected = torch.zeros(())
    for weight, network in ((1.0, full), (0.5, half)):
        for part in (slice(0, 2), slice(2, 4)):
            verdicts = network(made[part], asked[part])
            expected = expected + weight * functional.binary_cross_entropy(verdicts, torch.ones_like(verdicts))
    torch.testing.assert_close(adversarial_loss((full, half), (1.0, 0.5), made, asked), expected)


def test_one_pass_over_both_faces_gives_what_separate_passes_do() -> None:
    torch.manual_seed(0)
    network = AttributeSwap(2, (4, 6, 8, 8, 8))
    first, second = random_faces(2, 32, seed=1).image, random_faces(2, 32, seed=2).image
    (code_a, skips_a), (code_b, skips_b) = network.encoder(first), network.encoder(second)
    code_c, code_d = network.exchange(code_a, code_b, 1)
    residuals = network(first, second, 1)
    torch.testing.assert_close(residuals["A"], network.decoder(code_a, code_a, skips_a))
    torch.testing.assert_close(residuals["B"], network.decoder(code_b, code_b, skips_b))
    torch.testing.assert_close(residuals["C"], network.decoder(code_c, code_a, skips_a))
    torch.testing.assert_close(residuals["D"], network.decoder(code_d, code_b, skips_b))
    wanted = torch.tensor([[False, True]] * 2)
    torch.testing.assert_close(network.transfer(first, second, wanted), residuals["C"])


def test_faces_are_rebuilt_better_with_training() -> None:
    losses = _train(_tiny(), steps=30)
    assert losses[-1]["reconstruction"] < 0.9 * losses[0]["reconstruction"]


def test_each_side_of_the_game_gains_while_the_other_stands_still() -> None:
    judged = _train(_tiny(generator_lr=0.0), steps=20)
    assert judged[-1]["discriminators"] < judged[0]["discriminators"]
    fooled = _train(_tiny(discriminator_lr=0.0, reconstruction_weight=0.0, attributes=("Smiling",)), steps=20)
    assert fooled[-1]["adversarial"] < fooled[0]["adversarial"]


@pytest.mark.parametrize("variant", [None, *CARD["variants"]])
def test_a_step_under_autocast_and_channels_last(variant: str | None) -> None:
    model = _tiny(**(CARD["variants"][variant] if variant else {})).to(memory_format=torch.channels_last)
    faces = _faces().to("cpu", channels_last=True)
    (stage,) = model.stages()
    model.begin_stage(stage)
    before, optim = _snapshot(model), model.optimizers(stage)
    with torch.autocast("cpu", torch.bfloat16):
        losses = model.train_step(faces, optim)
    assert all(value.dtype == torch.float32 and value.isfinite() for value in losses.values())
    assert all(parameter.isfinite().all() for parameter in model.parameters())
    assert {key.partition(".")[0] for key in before if not torch.equal(before[key], model.state_dict()[key])} == {
        "generator",
        "discriminators",
    }


def test_edits_are_deterministic_and_in_range() -> None:
    model, tasks = _tiny(), _tasks(SMILING)
    _train(model, steps=2)
    model.eval()
    before = _snapshot(model)
    with torch.inference_mode():
        once, again = model.edit(tasks), model.edit(tasks)
        with torch.autocast("cpu", torch.bfloat16):
            halved = model.edit(tasks)
    assert torch.equal(once, again)
    assert once.abs().max() <= 1
    assert halved.dtype == torch.float32
    assert all(torch.equal(before[key], value) for key, value in model.state_dict().items())


def test_an_edit_takes_the_sources_part_of_what_is_asked_for_alone() -> None:
    model = _tiny().eval()
    smile, both = _tasks(SMILING), _tasks(SMILING, BANGS)
    image, source = smile.target.image, smile.source.image
    expected = (image + model.generator(image, source, 1)["C"]).clamp(-1, 1)
    torch.testing.assert_close(model.edit(smile), expected)
    assert not torch.allclose(model.edit(both), expected)
    lent = replace(smile.source, image=random_faces(2, 32, seed=9).image)
    assert not torch.allclose(model.edit(replace(smile, source=lent)), expected)


def test_a_row_that_asks_for_no_change_stays_as_it_is() -> None:
    model, tasks = _tiny().eval(), _tasks(SMILING)
    tasks.attributes[0] = tasks.target.attributes[0]
    edited = model.edit(tasks)
    assert torch.equal(edited[0], tasks.target.image[0])
    assert not torch.equal(edited[1], tasks.target.image[1])


def test_a_task_for_an_attribute_it_was_not_trained_on_cannot_be_edited() -> None:
    with pytest.raises(CannotEdit) as refusal:
        _tiny().eval().edit(_tasks(BLOND))
    assert str(refusal.value) == "it was trained on Bangs, Smiling, and a task asks for Blond_Hair"


def test_unknown_attributes_are_refused_with_near_matches() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'Bangs'"):
        _tiny(attributes=("Bang", "Smiling"))


def test_weights_survive_saving_and_loading(tmp_path: Path) -> None:
    model, tasks = _tiny(), _tasks(SMILING)
    _train(model, steps=2)
    torch.save(model.state_dict(), tmp_path / "model.pth")
    restored = Elegant(32, **TINY)
    restored.load_state_dict(torch.load(tmp_path / "model.pth", weights_only=True))
    assert torch.equal(restored.eval().edit(tasks), model.eval().edit(tasks))


def test_published_roles_load_published_weights() -> None:
    with torch.device("meta"):
        roles = Elegant(256, attributes=("Bangs", "Smiling")).published_networks()
    names = {"encoder": "encoder", "decoder": "decoder", "discriminator_1": "d1", "discriminator_2": "d2"}
    assert list(roles) == list(names)
    for role, network in roles.items():
        published = build(f"elegant_{names[role]}").network
        network.to_empty(device="cpu").load_state_dict(published.state_dict())


@pytest.mark.parametrize("size", [16, 48, 100])
def test_sizes_that_do_not_fit_are_refused(size: int) -> None:
    with pytest.raises(ValueError, match=str(size)):
        Elegant(size)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("widths", (8, 8)),
        ("widths", (4, 4, 4, 4, 1)),
        ("batch_size", 1),
        ("lr_step", 0),
        ("ema_decay", 1.0),
        ("half_size_weight", -0.5),
    ],
)
def test_options_that_do_not_fit_are_refused(option: str, value: object) -> None:
    with pytest.raises(ValueError, match=option):
        _tiny(**{option: value})


def test_rates_fall_in_steps_for_both_sides() -> None:
    (stage,) = _tiny(lr_step=7).stages()
    assert set(stage.schedulers) == {"generator", "discriminators"}
    for (schedule,) in stage.schedulers.values():
        assert (schedule["type"], schedule["step_size"], schedule["gamma"]) == ("StepLR", 7, 0.97)
