"""GeoGAN under the contract: flows warp as they should, faces stay where nothing is selected, losses are its own."""

import math
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from torch.nn import functional

from methods.base import CannotEdit, one_hot
from methods.geogan.discriminator import Discriminator
from methods.geogan.flow import LANDMARKS, landmark_loss, landmarks, total_variation, warp
from methods.geogan.generator import FLOW_DIVISOR, Generator, Transfer
from methods.geogan.model import GeoGAN
from methods.geogan.options import GeoGANOptions
from methods.labels import ATTRIBUTES, LABELS
from tests.methods.faces import half_smiling, one_task_asks_for, smile_stop_and_stay
from tests.methods.steps import check_autocast_step, train
from tests.places import ROOT

TINY = {
    "ngf": 4,
    "n_downsampling": 2,
    "n_blocks": 1,
    "outer_kernel": 3,
    "ndf": 4,
    "n_layers_d": 1,
    "num_d": 2,
    "iterations": 20,
    "lr": 2e-3,
    "d_lr": 2e-3,
}
CARD = yaml.safe_load((ROOT / "methods" / "geogan" / "method.yaml").read_text())
VARIANTS = CARD["variants"] | {"published": {}}


def _tiny(size: int = 32, **options: Any) -> GeoGAN:
    torch.manual_seed(0)
    return GeoGAN(size, **(TINY | options)).train()


def _fixed(generator: Generator, *, flow: float = 0.0, selected: float = 0.0, residual: float = 0.0) -> None:
    """Let the networks give the same values everywhere."""
    outputs = zip(generator.displacer.tails, (flow, residual), strict=True)
    for tail, value in (*outputs, (generator.selector.tails[0], selected)):
        torch.nn.init.zeros_(tail.output.weight)
        torch.nn.init.constant_(tail.output.bias, value)


def test_networks_have_the_published_widths_and_the_size_that_is_said_of_them() -> None:
    with torch.device("meta"):
        generator = Generator()
    for network in (generator.displacer, generator.selector, generator.remover):
        assert [[layer.conv.out_channels for layer in head] for head in network.heads] == [[16, 32, 64, 128]] * 2
        assert len(network.blocks) == 1 + 3
    assert sum(parameter.numel() for parameter in generator.parameters()) == 3_631_545


def test_no_flow_is_the_identity() -> None:
    image = torch.rand(2, 3, 12, 16)
    torch.testing.assert_close(warp(image, torch.zeros(2, 2, 12, 16)), image)


def test_a_flow_of_a_pixel_looks_at_the_neighbour() -> None:
    image = torch.rand(1, 3, 6, 9)
    flow = torch.zeros(1, 2, 6, 9)
    flow[:, 0] = 2 / 8
    flow[:, 1] = -2 / 5
    torch.testing.assert_close(warp(image, flow)[:, :, 1:, :-1], image[:, :, :-1, 1:], atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(warp(image, flow)[:, :, 0, :-1], image[:, :, 0, 1:], atol=1e-5, rtol=1e-4)


def test_variation_is_in_pixels() -> None:
    # a pixel a column, in one of two components
    flow = torch.zeros(1, 2, 5, 9)
    flow[0, 0] = torch.arange(9) * (2 / 8)
    torch.testing.assert_close(total_variation(flow), torch.tensor(1 / 2))


def test_landmarks_are_centres_of_parts_where_a_warp_finds_them() -> None:
    mask = torch.zeros(1, 9, 9, dtype=torch.uint8)
    mask[0, 2:5, 6:9] = LABELS.index("nose")
    points, present = landmarks(one_hot(mask))
    nose = LANDMARKS.index("nose")
    assert present[0].nonzero().flatten().tolist() == [nose]
    torch.testing.assert_close(points[0, nose], torch.tensor([7 / 4 - 1, 3 / 4 - 1]))
    image = torch.zeros(1, 1, 9, 9)
    image[0, 0, 3, 7] = 1
    there = functional.grid_sample(image, points[:, None], align_corners=True)
    torch.testing.assert_close(there[0, 0, 0, nose], torch.tensor(1.0))


def test_landmarks_ask_the_flow_to_point_from_one_face_to_the_other() -> None:
    own = torch.tensor([[[-0.5, 0.5], [0.0, 0.0]]])
    others = own + torch.tensor([[[0.25, 0.0], [0.5, -0.5]]])
    right = torch.zeros(1, 2, 5, 5)
    right[0, 0] = 0.25
    first, both = torch.tensor([[True, False]]), torch.tensor([[True, True]])
    torch.testing.assert_close(landmark_loss(right, own, others, first), torch.tensor(0.0))
    error = (0.25**2 + 0.5**2) / 2
    torch.testing.assert_close(landmark_loss(right, own, others, both), torch.tensor(256 * error / 2))
    assert landmark_loss(right, own, others, ~both) == 0


def test_where_nothing_is_selected_the_face_stays() -> None:
    generator = Generator(4, 2, 1, 3)
    lacking, having = torch.rand(2, 2, 3, 16, 16) * 2 - 1
    _fixed(generator, flow=3.0, selected=-200.0, residual=5.0)
    torch.testing.assert_close(generator.transfer(lacking, having, 0.1).image, lacking)


def test_what_is_selected_is_warped_by_a_tenth_of_the_output_and_refined_by_the_weight() -> None:
    generator = Generator(4, 2, 1, 3)
    lacking, having = torch.rand(2, 2, 3, 17, 17)[:, :, :, :16, :16] - 0.5
    _fixed(generator, flow=2 * FLOW_DIVISOR / 15, selected=200.0, residual=5.0)
    plain, refined = (generator.transfer(lacking, having, weight) for weight in (0.0, 0.1))
    torch.testing.assert_close(plain.flow, torch.full_like(plain.flow, 2 / 15))
    torch.testing.assert_close(plain.image[:, :, :-1, :-1], having[:, :, 1:, 1:], atol=1e-5, rtol=1e-4)
    shift = 0.1 * 2 * torch.tanh(torch.tensor(5.0))
    torch.testing.assert_close(refined.image, (plain.image + shift).clamp(-1, 1))


def test_the_remover_is_shown_the_mask_where_the_flow_came_from() -> None:
    generator = Generator(4, 2, 1, 3)
    mask = torch.rand(1, 1, 16, 16)
    flow = torch.full((1, 2, 16, 16), 2 / 15)
    shown = []
    generator.remover.register_forward_pre_hook(lambda _module, inputs: shown.append(inputs[1]))
    having = torch.rand(1, 3, 16, 16)
    removed = generator.remove(having, Transfer(having, flow, mask))
    torch.testing.assert_close(shown[0][:, :, 1:, 1:], mask[:, :, :-1, :-1], atol=1e-5, rtol=1e-4)
    assert removed.abs().max() <= 1


def test_refinement_begins_late_and_grows_to_its_weight() -> None:
    options = GeoGANOptions(iterations=2000, refinement_from=0.5, refinement_ramp=0.05)
    weights = [options.refinement(iteration) for iteration in (0, 1000, 1050, 1100, 2000)]
    assert weights == pytest.approx([0, 0, 0.05, 0.1, 0.1])
    epochs = [min(0.1, 0.1 * max(epoch - 10, 0)) for epoch in (0, 10, 10.5, 11, 20)]
    assert weights == pytest.approx(epochs), "as published, at 100 iterations an epoch"


def test_edits_refine_at_the_weight_that_training_ends_with_whatever_its_length() -> None:
    # a card's epochs may take the place of iterations, which are then 0 or a default that nobody trained for
    models = [_tiny(iterations=iterations, refinement_weight=0.5).eval() for iterations in (1, 20, 2000)]
    tasks = smile_stop_and_stay()
    with torch.inference_mode():
        first, *others = (model.edit(tasks) for model in models)
        given = models[0].generator.transfer(tasks.target.image[:1], tasks.source.image[:1], 0.5).image
    torch.testing.assert_close(first[:1], given)
    assert all(torch.equal(other, first) for other in others)


@pytest.mark.integration
def test_the_discriminator_finds_the_attribute_of_faces() -> None:
    weight = 0.5
    model = _tiny(lr=0.0, d_lr=5e-3, attribute_weight=weight)
    losses = train(model, half_smiling(), steps=20)
    assert losses[0]["attribute_real"] < 3 * weight * math.log(2)
    assert losses[-1]["attribute_real"] < 0.25 * weight * math.log(2)


def test_the_attribute_is_read_where_it_is() -> None:
    torch.manual_seed(0)
    reader, image = Discriminator(32, 4, 1, 1), torch.zeros(2, 3, 32, 32)
    image[0, :, 4:8, 4:8] = 1
    image[1, :, 20:24, 20:24] = 1
    with torch.no_grad():
        _, (first, second) = reader(image)
    assert (first - second).abs() > 1e-3, "the same mark at two places"


@pytest.mark.integration
def test_losses_are_those_of_the_swapped_cycle() -> None:
    model, faces = _tiny(lr=0.0, d_lr=0.0), half_smiling()
    model.begin_stage(model.stages()[0])
    (losses,) = train(model, faces, steps=1)
    having, lacking = faces.image[:2], faces.image[2:]
    generator, options = model.generator, model.options
    # the step pairs faces in an order of its own: here every pairing gives its part
    pairs = [(torch.tensor(order), lacked) for order in ([0, 1], [1, 0]) for lacked in ([0, 1], [1, 0])]
    expected = []
    for order, lacked in pairs:
        first, second = having[order], lacking[torch.tensor(lacked)]
        given = generator.transfer(second, first, 0.0)
        removed = generator.remove(first, given)
        back = generator.transfer(removed, given.image, 0.0)
        freed = generator.remove(given.image, back)
        cycle = 5 * (functional.l1_loss(back.image, first) + functional.l1_loss(freed, second))
        expected.append((cycle.item(), 0.1 * given.mask.mean().item(), total_variation(given.flow).item()))
    found = losses["cycle"], losses["mask"], losses["smoothness"]
    assert any(found == pytest.approx(each, rel=1e-4) for each in expected)
    assert options.smoothness_weight == 1


def test_the_discriminator_learns_nothing_from_the_making_of_edits() -> None:
    model, faces = _tiny(lr=0.0), half_smiling()
    before = {name: value.clone() for name, value in model.generator.named_parameters()}
    marks = model.discriminator.patches.scale0_layer0[0].weight.clone()
    train(model, faces, steps=2)
    assert all(torch.equal(value, before[name]) for name, value in model.generator.named_parameters())
    assert not torch.equal(model.discriminator.patches.scale0_layer0[0].weight, marks)
    assert all(value.grad is None for value in model.discriminator.parameters())


def test_the_stage_is_balanced_by_its_attribute() -> None:
    (stage,) = _tiny(attribute="Bald").stages()
    assert stage.balanced_by == "Bald"


@pytest.mark.integration
@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_trains_and_the_way_back_shortens(variant: str) -> None:
    losses = train(_tiny(**VARIANTS[variant]), half_smiling(), steps=20)
    assert ("landmarks" in losses[0]) == ("landmark_weight" not in VARIANTS[variant])
    assert losses[-1]["cycle"] < 0.9 * losses[0]["cycle"]


def test_each_task_gives_or_takes_what_it_asks_for() -> None:
    model, tasks = _tiny().eval(), smile_stop_and_stay()
    image, other = tasks.target.image, tasks.source.image
    with torch.inference_mode():
        edited = model.edit(tasks)
        given = model.generator.transfer(image[:1], other[:1], 0.1).image
        taken = model.generator.remove(image[1:2], model.generator.transfer(other[1:2], image[1:2], 0.1))
    torch.testing.assert_close(edited[:1], given)
    torch.testing.assert_close(edited[1:2], taken)
    assert torch.equal(edited[2], image[2])


def test_a_change_of_another_attribute_is_refused() -> None:
    with pytest.raises(CannotEdit, match="it was trained on Smiling, and a task asks for Bangs"):
        _tiny().eval().edit(one_task_asks_for(ATTRIBUTES.index("Bangs")))


@pytest.mark.integration
def test_edits_and_the_iteration_survive_saving(tmp_path: Path) -> None:
    model, tasks = _tiny(), smile_stop_and_stay()
    train(model, half_smiling(), steps=3)
    torch.save(model.state_dict(), tmp_path / "model.pth")
    restored = GeoGAN(32, **TINY)
    restored.load_state_dict(torch.load(tmp_path / "model.pth", weights_only=True))
    assert restored.iteration == 3
    with torch.inference_mode():
        assert torch.equal(restored.eval().edit(tasks), model.eval().edit(tasks))


@pytest.mark.integration
@pytest.mark.parametrize("variant", VARIANTS)
def test_a_step_under_autocast_and_channels_last(variant: str) -> None:
    check_autocast_step(_tiny(**VARIANTS[variant]), half_smiling())


@pytest.mark.parametrize(
    ("said", "options"),
    [
        ("outer_kernel", {"outer_kernel": 4}),
        ("batch_size", {"batch_size": 1}),
        ("refinement_from", {"refinement_from": 1.5}),
        ("at most 1 together", {"refinement_from": 0.98}),
        ("not 36", {"size": 36, "n_downsampling": 3}),
        ("not 8", {"size": 8, "n_downsampling": 3}),
    ],
)
def test_options_and_sizes_that_do_not_fit_are_refused(said: str, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=said):
        _tiny(**options)
