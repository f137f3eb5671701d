"""MaskGAN under the contract: every switch trains, the stages touch what they should, edits are sound."""

from collections.abc import Mapping
from typing import Any

import pytest
import torch
import yaml
from torch import Tensor

from methods.base import Stage, one_hot
from methods.maskgan.editing_behavior import mask_vae_losses, other_faces, simulated_edits
from methods.maskgan.mask_vae import MaskVAE, mean_iou, stage_widths
from methods.maskgan.model import MaskGAN
from methods.maskgan.options import MaskGANOptions
from tests.methods.faces import random_faces, random_tasks
from tests.places import ROOT

TINY = {
    "ngf": 4,
    "n_downsampling": 2,
    "n_blocks": 1,
    "style_widths": (4, 4, 8),
    "blender_ngf": 4,
    "blender_n_downsampling": 1,
    "blender_n_blocks": 1,
    "vae_width": 4,
    "latent": 8,
    "ndf": 4,
    "n_layers_d": 2,
    "mask_vae_lr": 2e-3,
    "dense_mapping_lr": 2e-3,
    "editing_behavior_lr": 2e-3,
}
CARD = yaml.safe_load((ROOT / "methods" / "maskgan" / "method.yaml").read_text())


def _tiny(size: int = 64, **options: Any) -> MaskGAN:
    torch.manual_seed(0)
    return MaskGAN(size, **(TINY | options)).train()


def _train(model: MaskGAN, stage: Stage, steps: int = 1, count: int = 2) -> list[dict[str, float]]:
    model.begin_stage(stage)
    optim = model.optimizers(stage)
    faces = random_faces(count)
    return [{name: value.item() for name, value in model.train_step(faces, optim).items()} for _ in range(steps)]


def _snapshot(model: MaskGAN) -> dict[str, Tensor]:
    return {key: value.clone() for key, value in model.state_dict().items()}


def _changed(before: Mapping[str, Tensor], model: MaskGAN) -> set[str]:
    after = model.state_dict()
    return {key.partition(".")[0] for key in before if not torch.equal(before[key], after[key])}


def _stage(model: MaskGAN, name: str) -> Stage:
    return next(stage for stage in model.stages() if stage.name == name)


@pytest.mark.parametrize("variant", [None, *CARD["variants"]])
def test_every_variant_takes_a_step_of_every_stage(variant: str | None) -> None:
    model = _tiny(**(CARD["variants"][variant] if variant else {}))
    names = [stage.name for stage in model.stages()]
    every = ["mask_vae", "dense_mapping", "editing_behavior"]
    assert names == {"no-ebst": every[1:2], "stage1-only": every[1:]}.get(variant or "", every)
    for stage in model.stages():
        (losses,) = _train(model, stage)
        assert losses
        assert all(torch.isfinite(torch.tensor(value)) for value in losses.values())
        assert ("feature_matching" in losses) == (variant != "no-feature-matching" and stage.name != "mask_vae")


@pytest.mark.integration
@pytest.mark.parametrize(
    ("stage", "trained"),
    [
        ("mask_vae", {"mask_vae"}),
        ("dense_mapping", {"generator", "discriminator"}),
        ("editing_behavior", {"generator", "discriminator", "blender"}),
    ],
)
def test_a_stage_changes_its_own_networks_only(stage: str, trained: set[str]) -> None:
    model = _tiny(lambda_inter=0.01)
    # A MaskVAE that knows nothing decodes every edit to the same mask, and the blender then has nothing to learn.
    _train(model, _stage(model, "mask_vae"), steps=10)
    before = _snapshot(model)
    _train(model, _stage(model, stage), steps=2, count=4)
    assert _changed(before, model) == trained
    assert set(model.optimizers(_stage(model, stage)).keys()) == trained


def test_mask_vae_statistics_stay_fixed_through_mode_changes() -> None:
    model = _tiny()
    model.begin_stage(_stage(model, "editing_behavior"))
    model.eval()
    model.train()
    assert not model.mask_vae.training
    assert model.generator.training
    model.begin_stage(_stage(model, "mask_vae"))
    assert model.mask_vae.training


@pytest.mark.integration
def test_reconstruction_losses_fall() -> None:
    model = _tiny(l1_weight=10.0)
    vae = _train(model, _stage(model, "mask_vae"), steps=8)
    assert vae[-1]["cross_entropy"] < 0.9 * vae[0]["cross_entropy"]
    mapping = _train(model, _stage(model, "dense_mapping"), steps=8)
    assert mapping[-1]["l1"] < 0.9 * mapping[0]["l1"]


def test_blended_loss_reaches_the_generator_and_the_blender() -> None:
    losses = _train(_tiny(), _stage(_tiny(), "editing_behavior"))[0]
    assert {"adversarial", "feature_matching", "blended_adversarial", "blended_feature_matching"} <= set(losses)


def test_without_simulated_edits_the_last_stage_goes_on_with_the_second() -> None:
    control = _tiny(simulated_edits=False, editing_behavior_lr=2e-3)
    assert not hasattr(control, "mask_vae")
    assert not hasattr(control, "blender")
    last = _stage(control, "editing_behavior")
    assert (last.iterations, last.batch_size) == (150_000, 8), "as long as the training with edits"
    losses = _train(control, last, steps=2)
    assert not any(name.startswith("blended") for step in losses for name in step)
    second = _tiny(simulated_edits=False, dense_mapping_lr=2e-3)
    assert losses == _train(second, _stage(second, "dense_mapping"), steps=2)


@pytest.mark.parametrize("count", [2, 3, 8])
def test_a_distinct_reference_is_another_face_and_each_is_one_once(count: int) -> None:
    drawn = {tuple(other_faces(count, torch.device("cpu")).tolist()) for _ in range(50)}
    for reference in drawn:
        assert sorted(reference) == list(range(count))
        assert all(place != face for face, place in enumerate(reference))
    assert len(drawn) > 1 or count == 2


def test_a_face_alone_is_its_own_reference() -> None:
    assert other_faces(1, torch.device("cpu")).tolist() == [0]


@pytest.mark.integration
@pytest.mark.parametrize("distinct", [True, False])
def test_the_references_of_a_step_are_those_of_its_option(distinct: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    model = _tiny(distinct_references=distinct)
    seen: list[Tensor] = []

    def noting(vae: MaskVAE, label: Tensor, reference: Tensor, lambda_inter: float) -> tuple[Tensor, Tensor]:
        seen.append(reference)
        return simulated_edits(vae, label, reference, lambda_inter)

    monkeypatch.setattr("methods.maskgan.model.simulated_edits", noting)
    _train(model, _stage(model, "editing_behavior"), steps=12, count=3)
    own = [bool((reference == torch.arange(3)).any()) for reference in seen]
    assert len(own) == 12
    assert not any(own) if distinct else any(own)


def test_edits_of_an_untrained_mask_vae_are_refused() -> None:
    with pytest.raises(ValueError, match="mask_vae_iterations must be at least 1 with ebst, not 0"):
        MaskGANOptions(mask_vae_iterations=0)
    for changes in ({"ebst": False}, {"simulated_edits": False}, {"editing_behavior_iterations": 0}):
        MaskGANOptions(mask_vae_iterations=0, **changes)
    MaskGANOptions(mask_vae_iterations=0, mask_vae_epochs=1.0)
    with pytest.raises(ValueError, match="mask_vae_iterations"):
        MaskGANOptions(mask_vae_iterations=0, editing_behavior_iterations=0, editing_behavior_epochs=1.0)


def test_edits_are_deterministic_and_in_range() -> None:
    model = _tiny().eval()
    tasks = random_tasks()
    with torch.inference_mode():
        once, again = model.edit(tasks), model.edit(tasks)
        with torch.autocast("cpu", torch.bfloat16):
            halved = model.edit(tasks)
    assert once.shape == tasks.target.image.shape
    assert torch.equal(once, again)
    assert once.abs().max() <= 1
    assert halved.dtype == torch.float32


@pytest.mark.integration
@pytest.mark.parametrize("size", [64, 128])
def test_a_step_under_autocast_and_channels_last(size: int) -> None:
    model = _tiny(size).to(memory_format=torch.channels_last)
    faces = random_faces(2, size).to("cpu", channels_last=True)
    for stage in model.stages():
        model.begin_stage(stage)
        optim = model.optimizers(stage)
        with torch.autocast("cpu", torch.bfloat16):
            losses = model.train_step(faces, optim)
        assert all(value.dtype == torch.float32 and value.isfinite() for value in losses.values())


@pytest.mark.parametrize("size", [32, 96, 100])
def test_sizes_that_do_not_fit_are_refused(size: int) -> None:
    with pytest.raises(ValueError, match=str(size)):
        MaskGAN(size)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("lambda_inter", 0.0),
        ("decay_from", 1.5),
        ("style_widths", [8, 8]),
        ("outer_kernel", 4),
        ("editing_behavior_batch_size", 1),
    ],
)
def test_options_that_do_not_fit_are_refused(option: str, value: object) -> None:
    with pytest.raises(ValueError, match=option):
        _tiny(**{option: value})


def test_rates_fall_to_zero_for_every_network() -> None:
    model = _tiny(decay_from=0.5, editing_behavior_iterations=100)
    schedulers = _stage(model, "editing_behavior").schedulers
    assert set(schedulers) == {"generator", "discriminator", "blender"}
    for (schedule,) in schedulers.values():
        assert (schedule["begin"], schedule["end_factor"]) == (50, 0.0)
    assert not any(_stage(_tiny(decay_from=1.0), "dense_mapping").schedulers.values())


def test_published_networks_are_those_of_the_variant() -> None:
    assert list(_tiny().published_networks()) == ["generator", "blender", "mask_vae", "discriminator"]
    assert list(_tiny(ebst=False).published_networks()) == ["generator", "discriminator"]


def test_provenance_says_why_the_perceptual_term_is_off() -> None:
    assert "no VGG-19 weights" in _tiny().provenance()["perceptual_term"]
    assert "switched off" in _tiny(perceptual=False).provenance()["perceptual_term"]


def test_style_depends_on_the_mask_only_with_the_mask_branch() -> None:
    faces, other = random_faces(2, seed=1), random_faces(2, seed=2)
    for branch in (True, False):
        generator = _tiny(style_mask_branch=branch).generator
        codes = [generator.encode_style(one_hot(each.mask), faces.image) for each in (faces, other)]
        assert torch.equal(*codes) != branch


def test_a_pointwise_start_has_neutral_styles() -> None:
    generator = _tiny(pointwise_init=True).generator
    torch.nn.init.zeros_(generator.enc_style.model_last[1].weight)
    code = generator.encode_style(one_hot(random_faces().mask), random_faces().image)
    channels = TINY["ngf"] * 2 ** TINY["n_downsampling"]
    assert torch.equal(code.view(2, -1, 2, channels)[:, :, 0], torch.zeros(2, 2, channels))
    assert torch.equal(code.view(2, -1, 2, channels)[:, :, 1], torch.ones(2, 2, channels))


class _LinearCodec:
    """A stand-in whose latent is the mask itself, so that its edits can be worked out by hand."""

    def encode(self, label: Tensor) -> tuple[Tensor, Tensor]:
        return label.flatten(1), torch.zeros(len(label), 1)

    def decode(self, latent: Tensor) -> Tensor:
        return latent.view(len(latent), 19, 1, 1)


def test_simulated_edits_step_towards_and_away() -> None:
    label = one_hot(torch.tensor([[[3]], [[7]]]))
    reference = torch.tensor([1, 0])
    small = simulated_edits(_LinearCodec(), label, reference, 2.5)
    assert [edit.argmax(1).flatten().tolist() for edit in small] == [[3, 7], [3, 7]]
    large = simulated_edits(_LinearCodec(), label, reference, 1.5)
    assert [edit.argmax(1).flatten().tolist() for edit in large] == [[7, 3], [3, 7]]
    assert all(edit.sum(1).eq(1).all() and edit.dtype == label.dtype for edit in large)


def test_mask_vae_losses_are_the_closed_forms() -> None:
    logits, mask = torch.zeros(2, 19, 4, 4), torch.zeros(2, 4, 4, dtype=torch.uint8)
    mean, log_variance = torch.tensor([[1.0, 0.0], [0.0, 2.0]]), torch.zeros(2, 2)
    entropy, divergence = mask_vae_losses(logits, mask, mean, log_variance)
    assert entropy.item() == pytest.approx(torch.log(torch.tensor(19.0)).item())
    normal = torch.distributions.Normal(mean, 1.0)
    expected = torch.distributions.kl_divergence(normal, torch.distributions.Normal(0.0, 1.0)).sum(1).mean()
    torch.testing.assert_close(divergence, expected)


def test_mask_vae_stages_follow_the_size() -> None:
    assert stage_widths(512) == (32, 64, 128, 256, 512, 1024, 2048)
    assert stage_widths(64, 8, 32) == (8, 16, 32, 32)
    for size in (8, 32, 64):
        vae = MaskVAE(stage_widths(size, 4), latent=6).eval()
        logits, mean, log_variance = vae(one_hot(torch.zeros(2, size, size, dtype=torch.uint8)))
        assert logits.shape == (2, 19, size, size)
        assert mean.shape == log_variance.shape == (2, 6)
    with pytest.raises(ValueError, match="48"):
        stage_widths(48)


def test_a_probe_measures_the_mask_vae_and_shows_its_edits() -> None:
    model, faces = _tiny().eval(), random_faces(3)
    model.begin_stage(_stage(model, "mask_vae"))
    with torch.inference_mode():
        probe = model.probe(faces)
    assert probe is not None
    shapes = {name: (made.shape, made.dtype) for name, made in probe.pictures.items()}
    assert shapes == dict.fromkeys(
        ("mask", "reconstruction", "towards the next", "away from it"), (faces.mask.shape, torch.uint8)
    )
    assert torch.equal(probe.pictures["mask"], faces.mask)
    assert probe.figures == {"mask_vae_miou": mean_iou(probe.pictures["reconstruction"], faces.mask)}
    model.begin_stage(_stage(model, "dense_mapping"))
    assert model.probe(faces) is None, "its edits show all that it learns"
    without = _tiny(ebst=False)
    assert without.probe(faces) is None


def test_mean_iou_pools_pixels_and_passes_over_labels_that_nobody_has() -> None:
    wanted = torch.tensor([[[0, 0], [1, 1]], [[0, 0], [0, 2]]], dtype=torch.uint8)
    given = torch.tensor([[[0, 1], [1, 1]], [[0, 0], [0, 0]]], dtype=torch.uint8)
    assert mean_iou(wanted, wanted) == 1.0
    assert mean_iou(given, wanted) == pytest.approx((4 / 6 + 2 / 3 + 0) / 3)
