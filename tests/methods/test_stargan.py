"""StarGAN under the contract: its objective by hand, whose turn it is, and edits that depend on their face alone."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from torch import Tensor, nn

from methods.base import CannotEdit, EditBatch, FaceBatch
from methods.labels import ATTRIBUTES, attribute_columns
from methods.layers.attribute_critic import classification_loss, discriminator_losses
from methods.layers.gradient_penalty import gradient_penalty
from methods.published import build
from methods.shared.requested_attributes import requested_changes
from methods.stargan.model import StarGAN
from registry.errors import InputError, UnknownNameError
from tests.methods.faces import random_faces, random_tasks
from tests.places import ROOT

TINY = {
    "attributes": ("Blond_Hair", "Smiling"),
    "ngf": 4,
    "n_downsampling": 1,
    "n_blocks": 1,
    "outer_kernel": 3,
    "ndf": 4,
    "d_downsampling": 4,
    "generator_lr": 2e-3,
    "discriminator_lr": 2e-3,
    "n_critic": 1,
}
SMILING, BLOND, BANGS = (ATTRIBUTES.index(name) for name in ("Smiling", "Blond_Hair", "Bangs"))
CARD = yaml.safe_load((ROOT / "methods" / "stargan" / "method.yaml").read_text())


def _tiny(size: int = 32, **options: Any) -> StarGAN:
    torch.manual_seed(0)
    return StarGAN(size, **(TINY | options)).train()


def _faces(count: int = 4, size: int = 32) -> FaceBatch:
    """Faces of which every other one smiles, and half are blond."""
    faces = random_faces(count, size)
    attributes = torch.zeros(count, len(ATTRIBUTES))
    attributes[::2, SMILING] = 1
    attributes[: count // 2, BLOND] = 1
    return replace(faces, attributes=attributes)


def _tasks(*changed: int, size: int = 32) -> EditBatch:
    """Two tasks that ask for the attributes of those columns."""
    tasks = random_tasks(2, size)
    attributes = tasks.target.attributes.clone()
    attributes[:, list(changed)] = 1
    return replace(tasks, attributes=attributes)


def _train(model: StarGAN, steps: int) -> list[dict[str, float]]:
    (stage,) = model.stages()
    model.begin_stage(stage)
    optim, faces = model.optimizers(stage), _faces()
    return [{name: value.item() for name, value in model.train_step(faces, optim).items()} for _ in range(steps)]


def _changed(before: Mapping[str, Tensor], model: nn.Module) -> set[str]:
    after = model.state_dict()
    return {key.partition(".")[0] for key in before if not torch.equal(before[key], after[key])}


def _snapshot(model: nn.Module) -> dict[str, Tensor]:
    return {key: value.clone() for key, value in model.state_dict().items()}


def test_the_paper_preset_changes_size_and_start_alone() -> None:
    assert CARD["presets"]["paper"] == {"max_size": 128, "d_he_init": False}


@pytest.mark.parametrize("preset", CARD["presets"])
def test_every_preset_can_be_built_and_knows_smiling(preset: str) -> None:
    with torch.device("meta"):
        model = StarGAN(128, **CARD["presets"][preset])
    assert "Smiling" in model.options.attributes


def test_gradient_penalty_of_a_linear_critic_is_the_distance_of_its_slope_from_one() -> None:
    weight = torch.randn(3, 4, 4)
    real, fake = torch.randn(5, 3, 4, 4), torch.randn(5, 3, 4, 4)
    penalty = gradient_penalty(lambda image: (image * weight).sum((1, 2, 3)), real, fake)
    torch.testing.assert_close(penalty, (weight.norm() - 1).square())


def test_gradient_penalty_is_taken_between_the_images_and_spares_what_made_them() -> None:
    real, fake = torch.zeros(64, 1, 1, 1), torch.ones(64, 1, 1, 1, requires_grad=True)
    scale = torch.tensor(1.0, requires_grad=True)
    seen: list[Tensor] = []

    def squares(image: Tensor) -> Tensor:
        seen.append(image.detach())
        return scale * image.square().sum((1, 2, 3)) / 2

    # The slope of x²/2 is x itself.
    penalty = gradient_penalty(squares, real, fake)
    torch.testing.assert_close(penalty, (seen[0].abs() - 1).square().mean())
    assert seen[0].min() >= 0
    assert seen[0].max() <= 1
    assert seen[0].unique().numel() == 64
    penalty.backward()
    assert fake.grad is None
    assert scale.grad is not None
    assert scale.grad.abs() > 0


def test_gradient_penalty_is_computed_in_single_precision_under_autocast() -> None:
    critic = nn.Conv2d(3, 1, 3)
    real, fake = torch.randn(2, 3, 8, 8), torch.randn(2, 3, 8, 8)
    torch.manual_seed(1)
    expected = gradient_penalty(critic, real, fake)
    torch.manual_seed(1)
    with torch.autocast("cpu", torch.bfloat16):
        penalty = gradient_penalty(critic, real, fake)
    assert torch.equal(penalty, expected)


def test_classification_sums_over_attributes_and_averages_over_faces() -> None:
    logits, attributes = torch.tensor([[0.0, 2.0], [-1.0, 3.0]]), torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    probabilities = logits.sigmoid()
    likelihoods = torch.where(attributes.bool(), probabilities, 1 - probabilities)
    torch.testing.assert_close(classification_loss(logits, attributes), -likelihoods.log().sum() / 2)


def test_discriminator_losses_are_those_of_separate_passes() -> None:
    discriminator = _tiny().discriminator
    faces, fake = _faces(), random_faces(4, 32, seed=3).image
    own = faces.attributes[:, [BLOND, SMILING]]
    losses = discriminator_losses(discriminator, faces.image, fake, own, 2.0, 0.0)
    of_real, logits = discriminator(faces.image)
    torch.testing.assert_close(losses["critic"], discriminator(fake)[0].mean() - of_real.mean())
    torch.testing.assert_close(losses["classification_real"], 2 * classification_loss(logits, own))
    assert set(losses) == {"critic", "classification_real"}


@pytest.mark.integration
def test_the_discriminator_learns_to_read_attributes_and_the_generator_to_rebuild() -> None:
    losses = _train(_tiny(), steps=40)
    for name in ("classification_real", "reconstruction"):
        assert losses[-1][name] < 0.9 * losses[0][name]


@pytest.mark.integration
def test_the_generator_moves_towards_the_requested_attributes() -> None:
    model = _tiny(discriminator_lr=0.0, reconstruction_weight=0.0)
    losses = _train(model, steps=20)
    assert losses[-1]["classification_fake"] < losses[0]["classification_fake"]
    assert "reconstruction" not in losses[0]


@pytest.mark.integration
def test_the_generator_takes_every_fifth_turn_from_the_first() -> None:
    model = _tiny(n_critic=5)
    (stage,) = model.stages()
    model.begin_stage(stage)
    optim, faces, turns = model.optimizers(stage), _faces(), []
    for iteration in range(11):
        before = {name: value.clone() for name, value in model.generator.named_parameters()}
        critic = _snapshot(model.discriminator)
        model.train_step(faces, optim)
        if any(not torch.equal(before[name], value) for name, value in model.generator.named_parameters()):
            turns.append(iteration)
        assert _changed(critic, model.discriminator)
    assert turns == [0, 5, 10]


def test_a_resumed_training_keeps_the_generators_turn() -> None:
    model, resumed = _tiny(n_critic=3), _tiny(n_critic=3)
    _train(model, steps=2)
    (stage,) = resumed.stages()
    resumed.begin_stage(stage)
    resumed.load_state_dict(model.state_dict())
    optim, faces = resumed.optimizers(stage), _faces()
    moved = []
    for _ in range(2):
        before = {name: value.clone() for name, value in resumed.generator.named_parameters()}
        resumed.train_step(faces, optim)
        moved.append(any(not torch.equal(before[name], value) for name, value in resumed.generator.named_parameters()))
    assert moved == [False, True]


@pytest.mark.parametrize("residual", [False, True])
def test_edits_are_deterministic_and_leave_running_statistics_alone(residual: bool) -> None:
    model = _tiny(residual=residual)
    _train(model, steps=2)
    model.eval()
    before, tasks = _snapshot(model), _tasks(SMILING)
    with torch.inference_mode():
        once, again = model.edit(tasks), model.edit(tasks)
        with torch.autocast("cpu", torch.bfloat16):
            halved = model.edit(tasks)
    assert torch.equal(once, again)
    assert not torch.equal(once, tasks.target.image)
    assert once.abs().max() <= 1
    assert halved.dtype == torch.float32
    assert not _changed(before, model)


def test_an_edit_is_what_train_mode_gives_and_depends_on_its_own_face_alone() -> None:
    model, tasks = _tiny(), _tasks(SMILING)
    requested = tasks.attributes[:, [BLOND, SMILING]]
    expected = model.generator(tasks.target.image, requested)
    model.eval()
    torch.testing.assert_close(model.edit(tasks), expected)
    alone = model.translate(tasks.target.image[:1], requested[:1])
    torch.testing.assert_close(alone, expected[:1], rtol=1e-4, atol=1e-5)


def test_running_statistics_follow_training() -> None:
    model = _tiny()
    before = _snapshot(model.generator)
    _train(model, steps=1)
    moved = [key for key in before if "running_mean" in key]
    assert moved
    assert all(not torch.equal(before[key], model.generator.state_dict()[key]) for key in moved)


def test_a_short_training_begins_with_the_face_itself() -> None:
    model, tasks = _tiny(residual=True).eval(), _tasks(SMILING)
    torch.testing.assert_close(model.edit(tasks), tasks.target.image)


def test_a_row_that_asks_for_no_change_stays_as_it_is() -> None:
    model, tasks = _tiny().eval(), _tasks(SMILING)
    tasks.attributes[0] = tasks.target.attributes[0]
    edited = model.edit(tasks)
    assert torch.equal(edited[0], tasks.target.image[0])
    assert not torch.equal(edited[1], tasks.target.image[1])


def test_changes_are_where_a_task_differs_from_its_target() -> None:
    tasks = _tasks(SMILING)
    tasks.target.attributes[:, BLOND] = 1
    assert requested_changes(tasks, ("Blond_Hair", "Smiling")).tolist() == [[True, True]] * 2
    tasks.attributes[0, BLOND] = 1
    assert requested_changes(tasks, ("Smiling", "Blond_Hair")).tolist() == [[True, False], [True, True]]


def test_a_task_for_an_attribute_it_was_not_trained_on_cannot_be_edited() -> None:
    model = _tiny().eval()
    sentence = "it was trained on Blond_Hair, Smiling, and a task asks for Bangs"
    with pytest.raises(CannotEdit) as refusal:
        model.edit(_tasks(BANGS))
    assert str(refusal.value) == sentence
    assert model.edit(_tasks(BANGS, SMILING)).isfinite().all()


def test_a_transfer_of_what_it_did_not_learn_is_refused_whatever_else_changes() -> None:
    model = _tiny().eval()
    tasks = replace(_tasks(BANGS, SMILING), transferred=("Bangs", "Bangs"))
    with pytest.raises(CannotEdit, match=r"^it was trained on Blond_Hair, Smiling, not on Bangs$"):
        model.edit(tasks)
    assert model.edit(replace(tasks, transferred=("Smiling", "Smiling"))).isfinite().all()


def test_unknown_attributes_are_refused_with_near_matches() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'Smiling'"):
        attribute_columns(("Smilling",))
    with pytest.raises(InputError, match="twice"):
        attribute_columns(("Smiling", "Smiling"))
    with pytest.raises(InputError, match="at least one"):
        attribute_columns(())


def test_weights_survive_saving_and_loading(tmp_path: Path) -> None:
    model, tasks = _tiny(residual=True), _tasks(SMILING)
    _train(model, steps=2)
    torch.save(model.state_dict(), tmp_path / "model.pth")
    restored = StarGAN(32, **(TINY | {"residual": True}))
    restored.load_state_dict(torch.load(tmp_path / "model.pth", weights_only=True))
    assert torch.equal(restored.eval().edit(tasks), model.eval().edit(tasks))


@pytest.mark.parametrize("variant", [None, *CARD["variants"]])
def test_a_step_under_autocast_and_channels_last(variant: str | None) -> None:
    model = _tiny(**(CARD["variants"][variant] if variant else {})).to(memory_format=torch.channels_last)
    faces = _faces().to("cpu", channels_last=True)
    (stage,) = model.stages()
    model.begin_stage(stage)
    optim = model.optimizers(stage)
    with torch.autocast("cpu", torch.bfloat16):
        losses = model.train_step(faces, optim)
    assert all(value.dtype == torch.float32 and value.isfinite() for value in losses.values())
    assert all(parameter.isfinite().all() for parameter in model.parameters())


@pytest.mark.integration
def test_published_roles_load_published_weights() -> None:
    model = StarGAN(128, attributes=("Black_Hair", "Blond_Hair", "Brown_Hair", "Male", "Young"))
    roles = model.published_networks()
    assert list(roles) == ["generator", "discriminator"]
    for role, network in roles.items():
        published = build(f"stargan_{role}").network
        network.load_state_dict(published.state_dict())


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("outer_kernel", 4),
        ("ema_decay", 1.0),
        ("decay_from", 1.5),
        ("n_critic", 0),
        ("n_downsampling", 6),
        ("n_downsampling", 5),
        ("d_downsampling", 6),
        ("classification_weight", -1.0),
    ],
)
def test_options_that_do_not_fit_are_refused(option: str, value: object) -> None:
    with pytest.raises(ValueError, match=option):
        _tiny(**{option: value})


def test_rates_fall_to_zero_for_both_networks() -> None:
    (stage,) = _tiny(iterations=100, decay_from=0.5).stages()
    assert set(stage.schedulers) == {"generator", "discriminator"}
    for (schedule,) in stage.schedulers.values():
        assert (schedule["begin"], schedule["end_factor"]) == (50, 0.0)
    (constant,) = _tiny(decay_from=1.0).stages()
    assert not any(constant.schedulers.values())
