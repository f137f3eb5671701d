"""SEAN under the contract: styles are each region's own, gaps among them are filled, published keys have a place."""

import math
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from torch import Tensor, nn
from torch.nn import functional

from benchmark.config.resolve import resolve
from benchmark.config.sources import COMMAND, ConfigSource
from benchmark.editing.build_method import build_editor
from methods.base import one_hot
from methods.labels import NUM_LABELS
from methods.layers.mean_codes import MeanCodes
from methods.layers.regions import fill_regions, resize_regions
from methods.sean.model import Sean
from methods.sean.region_norm import RegionAdaptiveNorm, RegionStyles
from tests.methods.faces import random_faces, random_tasks
from tests.methods.golden import read_golden
from tests.places import ROOT

TINY = {
    "ngf": 2,
    "hidden": 4,
    "style_length": 8,
    "encoder_width": 4,
    "encoder_norm": False,
    "init_gain": 1.0,
    "ndf": 4,
    "lr": 2e-3,
    "d_lr": 8e-3,
}
CARD = yaml.safe_load((ROOT / "methods" / "sean" / "method.yaml").read_text())


def _tiny(size: int = 64, **options: Any) -> Sean:
    torch.manual_seed(0)
    return Sean(size, **(TINY | options)).train()


def _train(model: Sean, steps: int = 1) -> list[dict[str, float]]:
    optim = model.optimizers(model.stages()[0])
    faces = random_faces(2)
    return [{name: value.item() for name, value in model.train_step(faces, optim).items()} for _ in range(steps)]


def _edited(model: Sean, seed: int) -> Tensor:
    torch.manual_seed(seed)
    with torch.inference_mode():
        return model.eval().edit(random_tasks())


@pytest.mark.integration
@pytest.mark.parametrize("variant", [None, *CARD["variants"]])
def test_every_variant_trains_its_networks(variant: str | None) -> None:
    model = _tiny(**(CARD["variants"][variant] if variant else {}))
    before = {key: value.clone() for key, value in model.named_parameters()}
    losses = _train(model, steps=2)[-1]
    assert all(math.isfinite(value) for value in losses.values())
    assert ("feature_matching" in losses) == (variant != "no-feature-matching")
    moved = {key for key, value in model.named_parameters() if not torch.equal(value, before[key])}
    assert {key.partition(".")[0] for key in moved} == {"generator", "discriminator"}
    assert any("Zencoder" in key for key in moved)


@pytest.mark.integration
def test_losses_fall_on_a_fixed_batch() -> None:
    history = _train(_tiny(l1_weight=10.0), steps=12)
    assert history[-1]["l1"] < 0.9 * history[0]["l1"]


def test_a_region_has_its_own_code() -> None:
    """Pixels away from the region's border do not reach another region's code."""
    model = _tiny().eval()
    mask = torch.zeros(1, 64, 64, dtype=torch.uint8)
    mask[:, :, 32:] = 13
    label = one_hot(mask)
    image = torch.rand(1, 3, 64, 64)
    changed = image.clone()
    changed[:, :, :, 52:] = -1.0
    with torch.inference_mode():
        before, after = (model.encode_style(label, each) for each in (image, changed))
    differ = (before != after).any(dim=2)[0]
    assert differ.nonzero().flatten().tolist() == [13]


def test_a_norm_applies_a_code_to_its_own_region() -> None:
    torch.manual_seed(0)
    norm = RegionAdaptiveNorm(6, style_length=5, hidden=7)
    mask = torch.zeros(2, 16, 16, dtype=torch.uint8)
    mask[:, :, 8:] = 13
    codes = torch.zeros(2, NUM_LABELS, 5)
    codes[1, 13] = 1.0
    for modulation in norm.modulation(RegionStyles(one_hot(mask), codes), (16, 16)):
        change = (modulation[0] - modulation[1]).abs().amax(dim=(0, 1))
        assert change[8:].min() > 1e-3
        assert change[:7].max() < 1e-6, "all but the pixel beside the region"


def test_the_blended_modulation_is_that_of_the_style_map() -> None:
    """Against the formula: a map of codes, each through its label's layer, convolved and blended with SPADE's."""
    torch.manual_seed(0)
    norm = RegionAdaptiveNorm(6, style_length=5, hidden=7)
    nn.init.constant_(norm.blending_gamma, 0.7)
    nn.init.constant_(norm.blending_beta, -0.4)
    label = one_hot(random_faces(2, 32).mask)
    codes = torch.randn(2, NUM_LABELS, 5)
    small = resize_regions(label, (16, 16))
    mapped = torch.stack([norm.get_submodule(f"fc_mu{i}")(codes[:, i]) for i in range(NUM_LABELS)], 1).relu()
    style_map = fill_regions(mapped, small)
    spade_gamma, spade_beta = norm.Spade.modulation(small)
    share_gamma, share_beta = torch.sigmoid(norm.blending_gamma), torch.sigmoid(norm.blending_beta)
    gamma, beta = norm.modulation(RegionStyles(label, codes), (16, 16))
    torch.testing.assert_close(gamma, share_gamma * norm.conv_gamma(style_map) + (1 - share_gamma) * spade_gamma)
    torch.testing.assert_close(beta, share_beta * norm.conv_beta(style_map) + (1 - share_beta) * spade_beta)


def test_lacking_regions_take_the_mean_code_of_those_that_have_them() -> None:
    filler = MeanCodes(2, momentum=0.25).train()
    codes = torch.zeros(2, NUM_LABELS, 2)
    codes[0, 3], codes[1, 3], codes[0, 5] = torch.tensor([1.0, 3.0]), torch.tensor([3.0, 5.0]), torch.tensor([4.0, 4.0])
    filled = filler(codes)
    assert filled[1, 5].tolist() == [4.0, 4.0]
    assert filled[0, 3].tolist() == [1.0, 3.0]
    assert not filled[:, 7].any(), "no face had it yet"
    filler(torch.zeros_like(codes))
    filler.eval()
    assert filler(torch.full_like(codes, 9.0)).eq(9).all()
    assert filler(torch.zeros_like(codes))[0, 3].tolist() == [2.0, 4.0], "means stay in eval mode and without the label"


def test_the_mean_of_codes_forgets_old_batches_at_its_momentum() -> None:
    filler = MeanCodes(1, momentum=0.25).train()
    for value in (1.0, 2.0, 3.0, 4.0):
        filler(torch.full((1, NUM_LABELS, 1), value))
    assert filler.mean[0].item() == pytest.approx(2.5), "all batches alike until there are 1/momentum of them"
    filler(torch.full((1, NUM_LABELS, 1), 6.5))
    assert filler.mean[0].item() == pytest.approx(2.5 + 0.25 * 4.0)


def test_gradients_reach_the_codes_that_are_there() -> None:
    codes = torch.zeros(1, NUM_LABELS, 2)
    codes[0, 4] = 1.0
    codes.requires_grad_()
    MeanCodes(2).train()(codes).sum().backward()
    assert codes.grad is not None
    assert codes.grad[0].any(1).nonzero().flatten().tolist() == [4]


@pytest.mark.integration
def test_edits_are_deterministic_under_a_seed_and_in_range() -> None:
    model = _tiny()
    _train(model, steps=3)
    assert torch.equal(_edited(model, 0), _edited(model, 0))
    assert not torch.equal(_edited(model, 0), _edited(model, 1)), "norms add noise in eval mode too"
    assert _edited(model, 0).abs().max() <= 1
    with torch.autocast("cpu", torch.bfloat16):
        assert _edited(model, 0).dtype == torch.float32


def test_a_code_follows_the_colour_only_without_the_encoders_norms() -> None:
    mask, image = one_hot(random_faces().mask), random_faces().image
    for norm in (True, False):
        model = _tiny(encoder_norm=norm).eval()
        with torch.inference_mode():
            before, after = model.encode_style(mask, 0.5 * image), model.encode_style(mask, 0.5 * image + 0.3)
        assert torch.allclose(before, after, atol=1e-3) == norm


@pytest.mark.integration
@pytest.mark.parametrize("size", [32, 96])
def test_a_step_under_autocast_and_channels_last(size: int) -> None:
    model = _tiny(size).to(memory_format=torch.channels_last)
    faces = random_faces(2, size).to("cpu", channels_last=True)
    optim = model.optimizers(model.stages()[0])
    with torch.autocast("cpu", torch.bfloat16):
        losses = model.train_step(faces, optim)
    assert all(value.dtype == torch.float32 and value.isfinite() for value in losses.values())


@pytest.mark.parametrize("size", [0, 48, 100])
def test_sizes_that_do_not_fit_are_refused(size: int) -> None:
    with pytest.raises(ValueError, match=f"SEAN needs a size that is a multiple of 32, not {size}"):
        Sean(size)


@pytest.mark.parametrize(("option", "value"), [("style_length", 0), ("encoder_width", 0), ("init_gain", -1.0)])
def test_options_that_do_not_fit_are_refused(option: str, value: object) -> None:
    with pytest.raises(ValueError, match=option):
        _tiny(**{option: value})


def test_the_published_rates_are_of_two_time_scales_and_decay_over_the_second_half() -> None:
    model = Sean(64, **{key: value for key, value in TINY.items() if not key.endswith("lr")})
    (stage,) = model.stages()
    groups = {name: wrapper.optimizer.param_groups[0] for name, wrapper in model.optimizers(stage).items()}
    assert {name: group["lr"] for name, group in groups.items()} == {"generator": 1e-4, "discriminator": 4e-4}
    assert all(group["betas"] == (0.0, 0.9) for group in groups.values())
    assert stage.iterations == 100 * 24_183 // stage.batch_size
    for (schedule,) in stage.schedulers.values():
        assert (schedule["begin"], schedule["end_factor"]) == (stage.iterations // 2, 0.0)


@pytest.mark.integration
def test_trained_weights_edit_the_same_after_a_round_trip(tmp_path: Path) -> None:
    model = _tiny()
    _train(model, steps=2)
    torch.save(model.state_dict(), tmp_path / "model.pth")
    other = Sean(64, **TINY)
    other.load_state_dict(torch.load(tmp_path / "model.pth", weights_only=True))
    assert model.mean_codes.mean.any()
    assert torch.equal(_edited(model, 0), _edited(other, 0))


@pytest.mark.parametrize("role", ["generator", "discriminator"])
def test_every_published_key_has_its_place(role: str) -> None:
    model = _tiny()
    renamed = {model.published_key(role, key) for key, *_ in read_golden(f"sean_{role}")["state_dict"]}
    assert renamed == set(model.published_networks()[role].state_dict())


@pytest.mark.integration
def test_a_published_generator_fills_ours(tmp_path: Path) -> None:
    network = _tiny().generator
    state = network.state_dict()
    torch.save({key.replace(".norm_", ".ace_"): value for key, value in state.items()}, tmp_path / "latest_net_G.pth")
    flags = {"method": "sean", "options": TINY, "checkpoint": str(tmp_path / "latest_net_G.pth"), "seed": 1}
    model = build_editor(resolve([ConfigSource(flags, COMMAND)])).model
    loaded = model.published_networks()["generator"].state_dict()
    assert all(torch.equal(value, loaded[key]) for key, value in state.items())
    faces = random_faces()
    label = one_hot(faces.mask)
    with torch.inference_mode():
        codes = model.eval().encode_style(label, faces.image)
    absent = functional.max_pool2d(label, 64).flatten(1) == 0
    assert not codes[absent].any(), "a published checkpoint holds no mean codes"
