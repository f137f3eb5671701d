"""pix2pixHD under the contract: features follow regions, every variant trains, stages touch what they should."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from torch import Tensor

from benchmark.config.resolve import resolve
from benchmark.config.sources import COMMAND, ConfigSource
from benchmark.editing.build_method import build_editor
from methods.base import EditBatch, Stage, one_hot
from methods.labels import NUM_LABELS
from methods.pix2pixhd.model import Pix2PixHD, halved
from methods.pix2pixhd.options import Pix2PixHDOptions
from registry.errors import InputError
from tests.methods.faces import random_faces, random_tasks
from tests.methods.golden import read_golden
from tests.places import ROOT

TINY = {
    "ngf": 4,
    "n_downsampling": 2,
    "n_blocks": 1,
    "nef": 4,
    "n_downsampling_e": 1,
    "style_widths": (4, 4, 8),
    "n_blocks_local": 1,
    "ndf": 4,
    "n_layers_d": 2,
    "lr": 2e-3,
    "d_lr": 2e-3,
}
CARD = yaml.safe_load((ROOT / "methods" / "pix2pixhd" / "method.yaml").read_text())
VARIANTS = CARD["variants"] | {"published": {}}


def _tiny(size: int = 64, **options: Any) -> Pix2PixHD:
    torch.manual_seed(0)
    return Pix2PixHD(size, **(TINY | options)).train()


def _train(model: Pix2PixHD, stage: Stage, steps: int = 1) -> list[dict[str, float]]:
    model.begin_stage(stage)
    optim = model.optimizers(stage)
    faces = random_faces()
    return [{name: value.item() for name, value in model.train_step(faces, optim).items()} for _ in range(steps)]


def _snapshot(model: Pix2PixHD) -> dict[str, Tensor]:
    return {key: value.clone() for key, value in model.state_dict().items()}


def _changed(before: Mapping[str, Tensor], model: Pix2PixHD, depth: int) -> set[str]:
    after = model.state_dict()
    return {".".join(key.split(".")[:depth]) for key in before if not torch.equal(before[key], after[key])}


def _stage(model: Pix2PixHD, name: str) -> Stage:
    return next(stage for stage in model.stages() if stage.name == name)


def _features_seen(model: Pix2PixHD, tasks: EditBatch) -> Tensor:
    """What lies beside the mask in the generator's input at an edit: (N, F, H, W)."""
    seen: list[Tensor] = []
    handle = model.generator.register_forward_pre_hook(lambda _module, inputs: seen.append(inputs[0]))
    with torch.inference_mode():
        model.edit(tasks)
    handle.remove()
    return seen[0][:, NUM_LABELS:]


def _task(style_mask: Tensor, requested: Tensor) -> EditBatch:
    """Edits of the same random images, whose masks are given, towards other masks: (N, H, W) labels each."""
    target = replace(random_faces(len(style_mask)), mask=style_mask.to(torch.uint8))
    region = torch.ones_like(requested, dtype=torch.bool)
    return EditBatch(target, target, requested.to(torch.uint8), target.attributes, region)


def _halves(left: int, right: int, at: int = 32) -> Tensor:
    """A mask (1, 64, 64) of two labels."""
    mask = torch.full((1, 64, 64), left)
    mask[:, :, at:] = right
    return mask


def test_it_trains_for_the_published_epochs() -> None:
    options = Pix2PixHDOptions()
    assert options.iterations * options.batch_size == 200 * 24_183


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_takes_a_step_of_every_stage(variant: str) -> None:
    model = _tiny(**VARIANTS[variant])
    names = [stage.name for stage in model.stages()]
    assert names == (["global", "enhancer", "joint"] if variant == "local" else ["painting"])
    for stage in model.stages():
        (losses,) = _train(model, stage)
        assert all(torch.isfinite(torch.tensor(value)) for value in losses.values())
        assert ("feature_matching" in losses) == (variant != "no-feature-matching")


@pytest.mark.integration
@pytest.mark.parametrize("variant", ["published", "m", "local"])
def test_a_pixel_loss_falls_on_a_fixed_batch(variant: str) -> None:
    model = _tiny(l1_weight=30.0, pointwise_init=True, **VARIANTS[variant])
    losses = _train(model, model.stages()[0], steps=10)
    assert losses[-1]["l1"] < 0.8 * losses[0]["l1"]


def test_features_are_of_the_style_region_wherever_the_mask_moves_it() -> None:
    model = _tiny().eval()
    at_home = _features_seen(model, _task(_halves(1, 13), _halves(1, 13)))
    moved = _features_seen(model, _task(_halves(1, 13), _halves(13, 1, at=10)))
    assert not torch.equal(at_home[0, :, 0, 0], at_home[0, :, 0, 63])
    assert torch.equal(moved[0, :, :, :10], at_home[0, :, :, 63:].expand(-1, -1, 10))
    assert torch.equal(moved[0, :, :, 10:], at_home[0, :, :, :1].expand(-1, -1, 54))


def test_a_region_absent_from_the_style_face_takes_the_training_faces_mean() -> None:
    model = _tiny()
    untrained = _features_seen(model.eval(), _task(_halves(1, 13), _halves(1, 18)))
    assert torch.equal(untrained[0, :, :, 32:], torch.zeros(3, 64, 32))
    faces = random_faces()
    with torch.no_grad():
        codes = model.encoder.codes(faces.image, one_hot(faces.mask))
        model.train().reconstruct(one_hot(faces.mask), faces.image)
    assert one_hot(faces.mask)[:, 18].amax((1, 2)).all()
    trained = _features_seen(model.eval(), _task(_halves(1, 13), _halves(1, 18)))
    torch.testing.assert_close(trained[0, :, 0, 63], codes[:, 18].mean(0))
    assert torch.equal(trained[0, :, :, :32], untrained[0, :, :, :32])


def test_evaluation_teaches_no_mean_codes() -> None:
    model = _tiny().eval()
    before = _snapshot(model)
    with torch.inference_mode():
        model.edit(random_tasks())
    assert not _changed(before, model, depth=1)


def test_style_reaches_the_edit_only_where_the_variant_reads_it() -> None:
    tasks = random_tasks()
    repainted = replace(tasks, target=replace(tasks.target, image=-tasks.target.image))
    remasked = replace(tasks, target=replace(tasks.target, mask=tasks.source.mask))
    differs = {}
    for variant in ("published", "m", "no-features"):
        model = _tiny(pointwise_init=True, **VARIANTS[variant]).eval()
        with torch.inference_mode():
            differs[variant] = [not torch.equal(model.edit(tasks), model.edit(each)) for each in (repainted, remasked)]
    assert differs == {"published": [True, True], "m": [True, False], "no-features": [False, False]}


def test_the_styled_generator_sees_the_mask_alone() -> None:
    assert _tiny(styled=True).generator.model[1].in_channels == NUM_LABELS
    assert _tiny(instance_features=False).generator.model[1].in_channels == NUM_LABELS
    assert _tiny(features=5).generator.model[1].in_channels == NUM_LABELS + 5


@pytest.mark.parametrize(
    ("stage", "trained"),
    [
        ("global", {"generator.model", "global_head", "encoder"}),
        ("enhancer", {"generator.model1_1", "generator.model1_2"}),
        ("joint", {"generator.model", "generator.model1_1", "generator.model1_2", "encoder"}),
    ],
)
def test_a_stage_changes_its_own_layers_only(stage: str, trained: set[str]) -> None:
    model = _tiny(enhancer=True)
    before = _snapshot(model)
    _train(model, _stage(model, stage), steps=2)
    changed = _changed(before, model, depth=1) - {"generator"} | {
        name for name in _changed(before, model, depth=2) if name.startswith("generator")
    }
    assert changed == trained | {"discriminator", "mean_codes"}
    optimisers = set(model.optimizers(_stage(model, stage)).keys())
    assert optimisers == {"generator", "encoder", "discriminator"} if stage == "joint" else trained | {"discriminator"}


def test_the_enhancer_builds_on_what_the_global_stage_learned() -> None:
    model = _tiny(enhancer=True)
    faces = random_faces()
    _train(model, _stage(model, "global"), steps=2)
    small = halved(faces)
    learned = model.reconstruct(one_hot(small.mask), small.image)[0]
    assert learned.shape == small.image.shape
    _train(model, _stage(model, "enhancer"), steps=2)
    label = one_hot(small.mask)
    codes = model.encoder(small.image, label)
    again = model.global_head(model.generator.model(torch.cat([label, codes], 1)))
    torch.testing.assert_close(again, learned)


def test_iterations_are_shared_out_among_the_stages() -> None:
    model = _tiny(enhancer=True, iterations=101, global_share=0.5, enhancer_share=0.1, decay_from=0.5)
    stages = {stage.name: stage for stage in model.stages()}
    assert [stage.iterations for stage in stages.values()] == [50, 10, 41]
    assert set(stages["global"].schedulers) == {"generator.model", "global_head", "encoder", "discriminator"}
    assert not stages["enhancer"].schedulers
    assert {each["begin"] for group in stages["joint"].schedulers.values() for each in group} == {20}
    assert sum(stage.iterations for stage in _tiny(enhancer=True, iterations=1).stages()) == 1


@pytest.mark.integration
@pytest.mark.parametrize("variant", ["published", "m", "local"])
def test_edits_are_deterministic_in_range_and_survive_saving(variant: str, tmp_path: Path) -> None:
    model = _tiny(**VARIANTS[variant])
    _train(model, model.stages()[0])
    tasks = random_tasks()
    with torch.inference_mode():
        once, again = model.eval().edit(tasks), model.edit(tasks)
        torch.save(model.state_dict(), tmp_path / "model.pth")
        other = Pix2PixHD(64, **(TINY | VARIANTS[variant])).eval()
        other.load_state_dict(torch.load(tmp_path / "model.pth", weights_only=True))
        loaded = other.edit(tasks)
        with torch.autocast("cpu", torch.bfloat16):
            halved_precision = model.edit(tasks)
    assert once.shape == tasks.target.image.shape
    assert torch.equal(once, again)
    assert torch.equal(once, loaded)
    assert once.abs().max() <= 1
    assert halved_precision.dtype == torch.float32


@pytest.mark.parametrize(("variant", "size"), [("published", 40), ("m", 96), ("local", 72)])
def test_a_step_under_autocast_and_channels_last(variant: str, size: int) -> None:
    model = _tiny(size, **VARIANTS[variant]).to(memory_format=torch.channels_last)
    faces = random_faces(2, size).to("cpu", channels_last=True)
    for stage in model.stages():
        model.begin_stage(stage)
        optim = model.optimizers(stage)
        with torch.autocast("cpu", torch.bfloat16):
            losses = model.train_step(faces, optim)
        assert all(value.dtype == torch.float32 and value.isfinite() for value in losses.values())


@pytest.mark.parametrize(
    ("variant", "fits", "refused"),
    [("published", 8, (4, 10, 33)), ("m", 64, (32, 80)), ("local", 16, (8, 12)), ("no-features", 8, (4,))],
)
def test_sizes_that_do_not_fit_are_refused(variant: str, fits: int, refused: tuple[int, ...]) -> None:
    model = _tiny(fits, outer_kernel=3, **VARIANTS[variant]).eval()
    with torch.inference_mode():
        assert model.edit(random_tasks(1, fits)).shape == (1, 3, fits, fits)
    for stage in model.stages():
        model.begin_stage(stage)
        model.train_step(random_faces(2, fits), model.optimizers(stage))
    for size in refused:
        with pytest.raises(ValueError, match=f"not {size}"):
            _tiny(size, outer_kernel=3, **VARIANTS[variant])


@pytest.mark.parametrize(
    ("option", "changes"),
    [
        ("style_widths", {"style_widths": [8, 8]}),
        ("outer_kernel", {"outer_kernel": 4}),
        ("features", {"features": 0}),
        ("n_downsampling", {"n_downsampling": -1}),
        ("n_blocks", {"n_blocks": 0, "styled": True}),
        ("ngf", {"ngf": 5, "enhancer": True}),
        ("enhancer", {"styled": True, "enhancer": True}),
        ("global_share", {"global_share": 1.5}),
        ("enhancer_share", {"global_share": 0.7, "enhancer_share": 0.7}),
        ("batch_size", {"batch_size": 0}),
    ],
)
def test_options_that_do_not_fit_are_refused(option: str, changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=option):
        _tiny(**changes)


def test_initial_weights_are_the_papers_unless_short_trainings_ask_otherwise() -> None:
    for variant in ("published", "m", "local"):
        model = _tiny(ngf=16, **VARIANTS[variant])
        assert model.generator.model[1].weight.std().item() == pytest.approx(0.02, rel=0.1)
        assert not torch.equal(
            model.generator.model[4].weight,
            _tiny(ngf=16, pointwise_init=True, **VARIANTS[variant]).generator.model[4].weight,
        )


def _published_state(name: str, narrower: int) -> dict[str, Tensor]:
    """A state with a published network's keys and layers, its widths divided; labels and features enter whole."""
    draw = torch.Generator().manual_seed(0)
    state = {}
    for key, shape, _ in read_golden(name)["state_dict"]:
        widths = [side if side < 16 or side in (19, 22) else side // narrower for side in shape]
        state[key] = torch.randn(widths, generator=draw)
    return state


@pytest.mark.parametrize("variant", [None, "local", "no-features"])
@pytest.mark.parametrize(
    ("role", "published", "ours"),
    [
        ("generator", "model.16.conv_block.1.weight", "model.16.conv_block.0.conv.weight"),
        ("generator", "model.24.conv_block.5.bias", "model.24.conv_block.1.conv.bias"),
        ("encoder", "model.29.weight", "model.29.weight"),
        ("discriminator", "scale1_layer4.0.bias", "scale1_layer4.0.bias"),
    ],
)
def test_published_checkpoints_load(variant: str | None, role: str, published: str, ours: str, tmp_path: Path) -> None:
    golden = {"generator": "pix2pixhd_local" if variant == "local" else "pix2pixhd_global"}
    state = _published_state(golden.get(role, f"pix2pixhd_{role}"), narrower=4 if role == "encoder" else 8)
    if role == "generator" and variant != "no-features":
        for key in ("model.1.weight", "model1_1.1.weight"):
            if key in state:
                state[key] = torch.cat([state[key], state[key][:, :3]], 1)
    torch.save(state, tmp_path / "net.pth")
    flags: dict[str, Any] = {
        "method": "pix2pixhd" if variant is None else f"pix2pixhd+{variant}",
        "preset": "paper",
        "options": {"ngf": 8, "nef": 4, "ndf": 8},
        "checkpoint": str(tmp_path / "net.pth"),
        "network": role,
    }
    if role == "encoder" and variant == "no-features":
        with pytest.raises(InputError, match="encoder"):
            build_editor(resolve([ConfigSource(flags, COMMAND)]))
        return
    network = build_editor(resolve([ConfigSource(flags, COMMAND)])).model.published_networks()[role]
    assert torch.equal(network.state_dict()[ours], state[published])
    assert len(network.state_dict()) == len(state)


def test_keys_of_this_implementation_load_as_they_are() -> None:
    for variant in ("published", "m", "local"):
        model = _tiny(**VARIANTS[variant])
        for role, network in model.published_networks().items():
            assert [model.published_key(role, key) for key in network.state_dict()] == list(network.state_dict())


@pytest.mark.parametrize("simultaneous", [True, False])
def test_the_generator_meets_the_discriminator_that_its_option_says(simultaneous: bool) -> None:
    model = _tiny(simultaneous_updates=simultaneous)
    fresh = _tiny(simultaneous_updates=simultaneous)
    faces = random_faces()
    label = one_hot(faces.mask)
    fake, _ = fresh.reconstruct(label, faces.image)
    by_the_fresh_one = fresh.gan_trainer.generator_losses(label, fake, faces.image)
    (losses,) = _train(model, model.stages()[0])
    met = losses["adversarial"] == pytest.approx(by_the_fresh_one["adversarial"].item(), rel=1e-6)
    assert met == simultaneous


def test_the_order_of_updates_leaves_the_discriminators_first_step_as_it_is() -> None:
    after = []
    for simultaneous in (True, False):
        model = _tiny(simultaneous_updates=simultaneous)
        _train(model, model.stages()[0])
        after.append(model.state_dict())
    for key, value in after[0].items():
        same = torch.equal(value, after[1][key])
        assert same or not key.startswith("discriminator."), "no gradient of the generator's reaches it"
    assert not all(torch.equal(value, after[1][key]) for key, value in after[0].items())
