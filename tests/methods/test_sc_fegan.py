"""SC-FEGAN: its published size, its norm, and fillings that follow the hints they are given."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from methods.base import CannotEdit
from methods.layers.gan_losses import Hinge
from methods.sc_fegan.generator import Generator, ResponseNorm
from methods.sc_fegan.model import ScFegan
from methods.shared.conditional_gan import GANTrainer, LossWeights
from methods.shared.hints import outlines, sketch_of
from tests.methods.faces import random_faces
from tests.methods.regions import check_fillings, holed_tasks
from tests.methods.steps import check_autocast_step, train

TINY: dict[str, Any] = {"width": 8, "ndf": 4, "n_layers_d": 3, "lr": 5e-3, "d_lr": 2e-3}


def _tiny(size: int = 32, **options: Any) -> ScFegan:
    torch.manual_seed(0)
    return ScFegan(size, **(TINY | options)).train()


def test_the_generator_has_the_published_size() -> None:
    with torch.device("meta"):
        network = Generator()
    # the published doublings have second biases, which nothing reads
    unread = sum(doubling.features.out_channels for doubling in network.up)
    assert sum(parameter.numel() for parameter in network.parameters()) + unread == 92_886_100


def test_the_norm_divides_by_the_root_of_summed_squares_of_neighbouring_channels() -> None:
    features = torch.randn(2, 20, 3, 4)
    expected = torch.empty_like(features)
    for channel in range(20):
        near = features[:, max(channel - 5, 0) : channel + 6]
        expected[:, channel] = features[:, channel] / (5e-5 + near.square().sum(dim=1)).sqrt()
    torch.testing.assert_close(ResponseNorm()(features), expected)


@pytest.mark.parametrize("own_gates", [False, True])
def test_doublings_are_gated_by_themselves_or_by_their_own_convolution(own_gates: bool) -> None:
    doubling = Generator(8, 2, own_gates=own_gates).up[0]
    seen = []
    doubling.joined.register_forward_pre_hook(lambda _module, inputs: seen.append(inputs[0]))
    inputs, skipped = torch.randn(1, 16, 4, 4), torch.randn(1, 8, 8, 8)
    assert doubling(inputs, skipped).shape == (1, 8, 8, 8)
    passed = doubling.activation(doubling.norm(doubling.features(inputs)))
    gate = doubling.gate(inputs) if own_gates else passed
    torch.testing.assert_close(seen[0], torch.cat([passed * gate.sigmoid(), skipped], dim=1))


def test_fillings_keep_what_is_known_and_never_see_what_is_hidden() -> None:
    check_fillings(_tiny())


def test_larger_images_are_filled_at_the_working_size() -> None:
    model = _tiny(64, max_size=32)
    assert "32 pixels" in model.provenance()["working_size"]
    train(model, random_faces(2, 64), steps=1)
    check_fillings(model, 64)


def test_fillings_follow_sketch_and_colours() -> None:
    model, tasks = _tiny().eval(), holed_tasks()
    assert tasks.sketch is not None
    assert tasks.colour is not None
    with torch.inference_mode():
        edited = model.edit(tasks)
        assert not torch.equal(model.edit(replace(tasks, sketch=torch.zeros_like(tasks.sketch))), edited)
        assert not torch.equal(model.edit(replace(tasks, colour=-tasks.colour)), edited)
        outside = (~tasks.region[:, None]).float()
        strewn = replace(tasks, sketch=torch.maximum(tasks.sketch, outside[:, 0]), colour=tasks.colour + outside)
        assert torch.equal(model.edit(strewn), edited), "hints outside the region say nothing"


def test_tasks_without_hints_cannot_be_edited() -> None:
    model, tasks = _tiny().eval(), holed_tasks()
    for missing in ("sketch", "colour"):
        with pytest.raises(CannotEdit, match="sketch and colours"):
            model.edit(replace(tasks, **{missing: None}))


def test_training_learns_from_hints_of_what_it_hides() -> None:
    model, seen = _tiny(), []
    faces = random_faces(4, 32)
    model.generator.register_forward_pre_hook(lambda _module, inputs: seen.append(inputs[0].detach()))
    train(model, faces, steps=2)
    (first, second) = seen
    image, sketch, colour, hole, noise = first.split([3, 1, 3, 1, 1], dim=1)
    inside = (hole > 0).expand_as(image)
    assert not image[inside].any()
    assert torch.equal(image[~inside], faces.image[~inside])
    sketches = (sketch_of(faces.image, inside[:, 0]), outlines(faces.mask, inside[:, 0]))
    assert all(any(torch.equal(drawn[0], wanted[face]) for wanted in sketches) for face, drawn in enumerate(sketch))
    # a random face's parts are of one colour each
    torch.testing.assert_close(colour[inside], faces.image[inside])
    assert sketch.any()
    for hint in (sketch, colour, noise):
        assert not hint[~inside[:, : hint.shape[1]]].any()
    assert not torch.equal(hole, second[:, 7:8])
    assert not torch.equal(noise, second[:, 8:])


def test_half_of_the_sketches_are_outlines_of_parts_as_requested_masks_give_them() -> None:
    model, faces = _tiny(), random_faces(100, 32)
    hole, hints = model.holed(faces)
    wanted = outlines(faces.mask, hole[:, 0] > 0)
    outlined = (hints[:, 0] == wanted).flatten(1).all(1)
    assert not torch.equal(wanted, sketch_of(faces.image, hole[:, 0] > 0))
    assert outlined.float().mean().item() == pytest.approx(0.5, abs=0.2)


def test_without_an_adversarial_term_no_discriminator_is_run_or_trained() -> None:
    model, faces = _tiny(adversarial_weight=0.0), random_faces(2, 32)
    (stage,) = model.stages()
    assert set(stage.schedulers) == set(model.optimizers(stage).keys()) == {"generator"}
    model.discriminator.register_forward_pre_hook(lambda *_: pytest.fail("the discriminator was run"))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    (losses,) = train(model, faces, steps=1)
    assert set(losses) == {"valid", "hole", "total_variation"}
    moved = {
        name.partition(".")[0] for name, value in model.state_dict().items() if not torch.equal(value, before[name])
    }
    assert moved == {"generator"}


def test_the_penalty_is_on_the_slope_of_a_samples_mean_verdict() -> None:
    class Halves(torch.nn.Module):
        def forward(self, pairs: torch.Tensor) -> list[list[torch.Tensor]]:
            return [[3 * pairs[:, 1:2]]]

    trainer = GANTrainer(Halves(), Hinge(), LossWeights(gradient_penalty=10.0))
    label, real, fake = torch.zeros(2, 1, 4, 4), torch.ones(2, 3, 4, 4), -torch.ones(2, 3, 4, 4)
    # 16 verdicts, each of slope 3 by a pixel of its own: their mean has 16 slopes of 3 / 16
    penalty = 10 * (3 / 16 * 16**0.5 - 1) ** 2
    told = trainer.discriminator_loss(label, fake, real)
    torch.testing.assert_close(told, torch.tensor(penalty))


@pytest.mark.integration
def test_the_loss_falls_on_a_fixed_batch() -> None:
    losses = train(_tiny(), random_faces(4, 32), steps=40)
    for term in ("valid", "hole"):
        before, after = (sum(step[term] for step in part) for part in (losses[:5], losses[-5:]))
        assert after < 0.8 * before, term


def test_the_discriminators_slope_is_penalised() -> None:
    losses = {weight: train(_tiny(gradient_penalty_weight=weight), random_faces(2, 32), 1)[0] for weight in (0, 10)}
    assert losses[10]["discriminator"] > losses[0]["discriminator"] + 1


def test_a_step_under_autocast_and_channels_last() -> None:
    check_autocast_step(_tiny(), random_faces(2, 32))


def test_edits_survive_saving(tmp_path: Path) -> None:
    model, restored, tasks = _tiny().eval(), ScFegan(32, **TINY).eval(), holed_tasks()
    torch.save(model.state_dict(), tmp_path / "model.pth")
    restored.load_state_dict(torch.load(tmp_path / "model.pth", weights_only=True))
    with torch.inference_mode():
        assert torch.equal(restored.edit(tasks), model.edit(tasks))


@pytest.mark.parametrize(
    ("said", "options"), [("width", {"width": 0}), ("hole_weight", {"hole_weight": -1}), ("not 24", {"size": 24})]
)
def test_options_and_sizes_that_do_not_fit_are_refused(said: str, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=said):
        _tiny(**options)
