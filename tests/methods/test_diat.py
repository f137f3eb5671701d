"""DIAT-style transfer under the contract: a masked transform, four terms that keep a face, and what learns when."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional

from methods.base import CannotEdit
from methods.checkpoint import CheckpointError
from methods.diat.face_features import BLOCKS, FaceFeatures
from methods.diat.model import DIAT
from methods.diat.networks import MaskedTransform, binary
from methods.labels import ATTRIBUTES
from methods.layers.blur import blurred
from registry.catalogue import METHOD_CARDS
from tests.methods.faces import half_smiling, one_task_asks_for, random_faces
from tests.methods.steps import check_autocast_step, train

TINY = {
    "ngf": 4,
    "n_downsampling": 1,
    "n_blocks": 1,
    "outer_kernel": 3,
    "mask_width": 2,
    "mask_side": 8,
    "ndf": 4,
    "d_downsampling": 3,
    "n_critic": 1,
    "denoiser_width": 4,
    "denoiser_depth": 3,
    "lr": 2e-3,
    "d_lr": 2e-3,
}
CARD = METHOD_CARDS.find("diat").card
VARIANTS: dict[str, dict[str, Any]] = CARD.variants | {"full": {}}


def _tiny(**options: Any) -> DIAT:
    torch.manual_seed(0)
    return DIAT(32, **(TINY | options)).train()


def _vgg_face(folder: Path) -> Path:
    """A file like VGG-Face's, with random weights."""
    torch.manual_seed(0)
    state, channels = {"fc8.bias": torch.zeros(10)}, 3
    for block, (width, count) in enumerate(BLOCKS, 1):
        for place in range(1, count + 1):
            state[f"conv{block}_{place}.weight"] = torch.randn(width, channels, 3, 3) * (2 / (9 * channels)) ** 0.5
            state[f"conv{block}_{place}.bias"] = torch.zeros(width)
            channels = width
    torch.save(state, folder / "vgg_face_dag.pth")
    return folder / "vgg_face_dag.pth"


def test_a_face_is_replaced_where_the_smoothed_mask_lets_it() -> None:
    torch.manual_seed(0)
    network, image = MaskedTransform(4, 1, 1, 3, 2, 2), random_faces(2, 32).image
    made, mask = network(image)
    on = (network.mask(image) > 0).float()
    expected = functional.interpolate(blurred(on), (32, 32), mode="bilinear", align_corners=False)
    assert 0 < on.mean() < 1
    torch.testing.assert_close(mask, expected)
    torch.testing.assert_close(made, mask * network.transform(image) + (1 - mask) * image)


def test_a_closed_mask_leaves_the_face_and_an_open_one_nothing_of_it() -> None:
    network, image = MaskedTransform(4, 1, 1, 3, 2, 2), random_faces(2, 32).image
    torch.nn.init.zeros_(network.mask[-1].weight)
    for bias, expected in ((-1.0, image), (1.0, network.transform(image))):
        torch.nn.init.constant_(network.mask[-1].bias, bias)
        torch.testing.assert_close(network(image)[0], expected)


def test_masks_are_binary_with_the_gradient_of_a_sigmoid() -> None:
    logits = torch.tensor([-2.0, -0.1, 0.1, 3.0], requires_grad=True)
    mask = binary(logits)
    assert mask.tolist() == [0, 0, 1, 1]
    mask.sum().backward()
    share = torch.sigmoid(logits.detach())
    torch.testing.assert_close(logits.grad, share * (1 - share))


@pytest.mark.integration
def test_losses_are_those_of_separate_passes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    weights = {"perceptual_weight": 2.0, "identity_weight": 1e-6, "denoiser_weight": 3.0, "mask_weight": 0.5}
    model = _tiny(lr=0.0, d_lr=0.0, face_weights=str(_vgg_face(tmp_path)), **weights)
    faces = half_smiling()
    monkeypatch.setattr(torch, "rand", lambda *_args, **_kwargs: torch.full((2, 1, 1, 1), 0.25))
    (losses,) = train(model, faces, steps=1, stage=model.stages()[1])
    smiling, others = faces.image[:2], faces.image[2:]
    recognised = FaceFeatures(tmp_path / "vgg_face_dag.pth")
    expected = dict.fromkeys(losses, 0.0)
    mse = functional.mse_loss
    for domain, real, source in (("with", smiling, others), ("without", others, smiling)):
        critic = model.discriminators[domain]
        made, mask = model.generators[domain](source)
        between = (0.25 * real + 0.75 * made).detach().requires_grad_()
        (slope,) = torch.autograd.grad(critic(between).mean((1, 2, 3)).sum(), between)
        penalty = (slope.flatten(1).norm(dim=1) - 1).square().mean()
        expected["discriminators"] += (critic(made).mean() - critic(real).mean() + 10 * penalty).item()
        expected["adversarial"] -= critic(made).mean().item()
        for mine, theirs in zip(critic.features(made)[1:], critic.features(source)[1:], strict=True):
            expected["perceptual"] += 2 * mse(mine, theirs).item()
        expected["mask"] += 0.5 * mask.mean().item()
        expected["denoiser"] += 3 * mse(made, model.denoiser(made)).item()
        expected["identity"] += 1e-6 * mse(recognised(made), recognised(source)).item()
    assert losses == pytest.approx(expected, rel=1e-3)


def test_enlargements_leave_no_chequerboard() -> None:
    torch.manual_seed(0)
    layers = list(MaskedTransform(4, 2, 1, 3, 2, 2).transform)
    doublings = [number for number, layer in enumerate(layers) if isinstance(layer, nn.Upsample)]
    assert len(doublings) == 2
    for number in doublings:
        convolution = layers[number + 1]
        features = torch.rand(1, convolution.in_channels, 1, 1).expand(-1, -1, 8, 8)
        doubled = convolution(layers[number](features))
        assert doubled.shape[2:] == (16, 16)
        torch.testing.assert_close(doubled, doubled[..., :1, :1].expand_as(doubled))


def test_the_denoiser_learns_first_and_then_stays() -> None:
    model = _tiny()
    first, second = model.stages()
    losses = train(model, random_faces(4, 32), steps=30, stage=first)
    assert losses[-1]["noise"] < 0.8 * losses[0]["noise"]
    before = {name: value.clone() for name, value in model.state_dict().items()}
    train(model, half_smiling(), steps=2, stage=second)
    changed = {
        name.partition(".")[0] for name, value in model.state_dict().items() if not torch.equal(value, before[name])
    }
    assert changed == {"generators", "discriminators", "_extra_state"}
    assert not any(parameter.requires_grad for parameter in model.denoiser.parameters())


def test_generators_learn_in_every_so_many_iterations() -> None:
    model = _tiny(n_critic=3)
    stage = model.stages()[1]
    model.begin_stage(stage)
    optim = model.optimizers(stage)
    seen = [[value.clone() for value in model.generators.parameters()]]
    for _ in range(4):
        model.train_step(half_smiling(), optim)
        seen.append([value.clone() for value in model.generators.parameters()])
    moved = [
        any(not torch.equal(one, other) for one, other in zip(before, after, strict=True))
        for before, after in pairwise(seen)
    ]
    assert moved == [True, False, False, True]


@pytest.mark.integration
@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_trains_and_replaces_less_of_the_face(variant: str) -> None:
    # the denoiser has learnt nothing here: at its usual weight it would outweigh all else
    model = _tiny(**({"mask_weight": 20.0, "denoiser_weight": 1.0} | VARIANTS[variant]))
    losses = train(model, half_smiling(), steps=25, stage=model.stages()[1])
    assert ("denoiser" in losses[0]) == (variant != "no-denoiser")
    assert model.stages()[0].iterations == (0 if variant == "no-denoiser" else 10_000)
    if variant != "no-mask-area":
        assert losses[-1]["mask"] < 0.8 * losses[0]["mask"]


def test_edits_go_to_the_domain_that_a_task_asks_for_and_refuse_another_attribute() -> None:
    model, tasks = _tiny().eval(), one_task_asks_for()
    with torch.inference_mode():
        edited = model.edit(tasks)
        torch.testing.assert_close(edited[:1], model.translate("with", tasks.target.image[:1]))
    assert torch.equal(edited[1], tasks.target.image[1])
    with pytest.raises(CannotEdit, match="it was trained on Smiling"):
        model.edit(one_task_asks_for(ATTRIBUTES.index("Bangs")))


def test_a_short_training_begins_with_the_face_itself() -> None:
    tasks = one_task_asks_for()
    torch.testing.assert_close(_tiny(residual=True).eval().edit(tasks), tasks.target.image)


def test_a_recognition_network_takes_part_only_where_its_file_is_given(tmp_path: Path) -> None:
    path = str(_vgg_face(tmp_path))
    assert _tiny().provenance()["identity_term"].startswith("off: no VGG-Face weights were given")
    assert _tiny(face_weights=path, identity_weight=0.0).provenance()["identity_term"] == "off: identity_weight is 0"
    model = _tiny(face_weights=path)
    assert model.provenance()["identity_term"] == "on: VGG-Face"
    assert not any(name.startswith("face_features") for name in model.state_dict())
    torch.save({"conv1_1.weight": torch.zeros(64, 3, 3, 3)}, tmp_path / "other.pth")
    with pytest.raises(CheckpointError, match=r"other.pth: not VGG-Face: conv1_1.bias is nothing, not \(64,\)"):
        _tiny(face_weights=str(tmp_path / "other.pth"))


def test_networks_and_edits_survive_saving(tmp_path: Path) -> None:
    model = _tiny()
    train(model, half_smiling(), steps=2, stage=model.stages()[1])
    torch.save(model.state_dict(), tmp_path / "model.pth")
    restored = DIAT(32, **TINY)
    restored.load_state_dict(torch.load(tmp_path / "model.pth", weights_only=True))
    assert restored.iteration == 2
    tasks = one_task_asks_for()
    with torch.inference_mode():
        assert torch.equal(restored.eval().edit(tasks), model.eval().edit(tasks))


def test_a_step_of_each_stage_under_autocast_and_channels_last() -> None:
    check_autocast_step(_tiny(), half_smiling())


@pytest.mark.parametrize(
    ("said", "options"),
    [
        ("outer_kernel", {"outer_kernel": 4}),
        ("n_critic", {"n_critic": 0}),
        ("denoiser_depth", {"denoiser_depth": 1}),
        ("mask_side must be a half, a quarter", {"mask_side": 12}),
        ("mask_side must be a half, a quarter", {"mask_side": 64}),
        ("needs a size of at least 64", {"d_downsampling": 6}),
    ],
)
def test_options_that_do_not_fit_are_refused(said: str, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=said):
        _tiny(**options)
