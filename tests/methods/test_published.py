"""Published networks take published keys whole and compute what the published ones do."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from methods.adain.moments import moments
from methods.checkpoint import CheckpointError, load_strictly
from methods.layers.contextual_attention import contextual_attention
from methods.layers.spade_trunk import TRUNK_BLOCKS
from methods.layers.unet import UNet, published_unet_key
from methods.published import PUBLISHED, build
from tests.methods.golden import (
    align_spectral_norm,
    amplify_alphas,
    assert_matches,
    built_empty,
    filled_state,
    golden_inputs,
    read_golden,
)

pytestmark = pytest.mark.integration

NAMES = [
    "maskgan_generator",
    "maskgan_blender",
    "maskgan_discriminator",
    "pix2pixhd_discriminator",
    "maskgan_parsing_unet",
    "maskgan_maskvae",
    "pix2pixhd_encoder",
    "spade_encoder",
    "spade_discriminator",
    "sean_zencoder",
    "sean_discriminator",
    "stargan_generator",
    "stargan_discriminator",
    "elegant_encoder",
    "elegant_decoder",
    "elegant_d1",
    "elegant_d2",
    "elegant_swap",
    "bisenet",
    "pix2pixhd_global",
    "pix2pixhd_local",
    "spade_generator",
    "spade_generator_vae",
    "sean_generator",
    "pix2pix_generator",
    "attgan_generator",
    "attgan_discriminator",
    "cyclegan_generator",
    "cyclegan_discriminator",
    "adain_encoder",
    "adain_decoder",
    "adain_operation",
    "partial_conv",
    "gated_conv",
    "contextual_attention",
    "deepfill_generator",
    "pconv_unet",
]
SPADE_TAPS = {name: name for name, *_ in TRUNK_BLOCKS} | {"pre_tanh": "conv_img"}
TAPS: dict[str, dict[str | tuple[str, ...], str]] = {
    "maskgan_generator": {
        "enc_label_fea1_fea2": "enc_label",
        "adain_params": "enc_style",
        "trunk_before_adain": "model.15",
        "after_first_adain_resblock": "model.16",
        "after_last_adain_resblock": "model.19",
        "pre_tanh": "model.33",
    },
    "maskgan_blender": {"pre_sigmoid": "model.26"},
    "pix2pixhd_global": {"pre_tanh": "model.38"},
    "pix2pixhd_local": {"global_trunk": "model", "pre_tanh": "model1_2.7"},
    "pix2pixhd_encoder": {"before_instance_pooling": "model"},
    "spade_generator": SPADE_TAPS,
    "spade_generator_vae": SPADE_TAPS,
    "sean_generator": SPADE_TAPS | {"style_codes": "Zencoder"},
    "stargan_generator": {"pre_tanh": "main.21"},
    "elegant_d1": {"pre_sigmoid": "linear.0"},
    "elegant_d2": {"pre_sigmoid": "linear.0"},
    "pix2pix_generator": {"down1": "downs.0", "bottleneck": "downs.7", "pre_tanh": "output"},
    "attgan_generator": {
        **{f"enc{level}": f"enc_layers.{level}" for level in range(5)},
        **{f"dec{level}": f"dec_layers.{level}" for level in range(4)},
        "pre_tanh": "dec_layers.4.layers.0",
    },
    "attgan_discriminator": {
        **{f"conv{level}": f"conv.{level}" for level in range(5)},
        "fc_adv_hidden": "fc_adv.0",
        "fc_cls_hidden": "fc_cls.0",
    },
    "cyclegan_generator": {
        "first_conv": "model.1",
        "after_down": "model.9",
        "after_block1": "model.10",
        "after_blocks": "model.18",
        "pre_tanh": "model.26",
    },
    "cyclegan_discriminator": {f"act{layer}": f"model.{1 + 3 * (layer - 1)}" for layer in range(1, 5)},
    "adain_encoder": {"conv1x1": "0", "pool1": "7"},
    "adain_decoder": {"conv1": "2", "up1": "3", "up3": "23"},
    "partial_conv": {(name, f"{name}_mask"): name for name in ("single1", "multi1")},
    "gated_conv": {name: name for name in ("layer1", "layer2", "layer3")},
    "contextual_attention": {("pasted", "attention"): ""},
    "deepfill_generator": {
        "s1_enc": "coarse.encoder",
        "s1_neck": "coarse.dilated",
        "s1_pre_tanh": "coarse.decoder",
        "s2_conv": "refine.dilated",
        "s2_attention_in": "refine.attending_encoder",
        ("s2_attention_out", "s2_attention"): "refine.attention",
        "s2_pre_tanh": "refine.decoder",
    },
    "pconv_unet": {
        **{(f"enc{level}", f"enc{level}_mask"): f"encoder.enc{level}" for level in (1, 2, 4, 7)},
        **{(f"dec{level}", f"dec{level}_mask"): f"decoder.dec{level}" for level in (7, 4, 2)},
        ("raw", "final_mask"): "decoder.dec1",
    },
}
"""Submodule of ours behind each stored intermediate result, or behind several where it gives as many."""
BETWEEN_MODULES = {
    "pix2pix_generator": {"innermost_cat", "outer_cat"},
    "adain_operation": {"style_mean", "style_std", "alpha_0.5"},
    "contextual_attention": {"attention_max", "out_without_mask"},
    "deepfill_generator": {"completed"},
    "pconv_unet": {"completed"},
}
"""Stored intermediate results that no submodule of ours gives."""
VARIANTS = {"golden_sn_aligned": align_spectral_norm, "golden_alpha10": amplify_alphas}
"""What some golden forwards change in the filled weights."""


def _watch(network: nn.Module, taps: dict[str | tuple[str, ...], str]) -> dict[str, Tensor]:
    """What the submodules give, by tap, at the first call since the dict was last emptied."""
    seen: dict[str, Tensor] = {}

    def hook(name: str | tuple[str, ...]) -> Callable[..., None]:
        def keep(_module: nn.Module, _inputs: object, output: Tensor | tuple[Tensor, ...]) -> None:
            parts = (output,) if isinstance(output, Tensor) else output
            if isinstance(name, tuple):
                names = name
            else:
                names = (name,) if isinstance(output, Tensor) else tuple(f"{name}.{i}" for i in range(len(parts)))
            for key, part in zip(names, parts, strict=True):
                seen.setdefault(key, part)

        return keep

    for name, path in taps.items():
        network.get_submodule(path).register_forward_hook(hook(name))
    return seen


AMPLIFYING = frozenset({"bisenet"})
"""Networks whose statistics of batches amplify single precision's rounding, which differs between processors."""


@pytest.mark.parametrize("name", NAMES)
def test_equals_published_forward(name: str) -> None:
    golden = read_golden(name)
    network = built_empty(name)
    assert sum(parameter.numel() for parameter in network.parameters()) == golden["parameters"]
    seen = _watch(network.network, TAPS.get(name, {}))
    inputs = golden_inputs(golden)
    state = filled_state(golden)
    for which in [key for key in golden if key.startswith("golden") and golden[key] is not None]:
        network.load_published(VARIANTS[which](state) if which in VARIANTS else state)
        seen.clear()
        in_training = which == "golden_train"
        precision = torch.float64 if in_training and name in AMPLIFYING else torch.float32
        network.train(in_training).to(precision)
        with torch.no_grad():
            outputs = network(**{key: value.to(precision) for key, value in inputs.items()})
        network.to(torch.float32)
        assert set(outputs) == set(golden[which]["outputs"])
        between = BETWEEN_MODULES.get(name, set())
        assert set(seen) >= set(golden[which]["taps"]) - between
        for key, stored in (golden[which]["outputs"] | golden[which]["taps"]).items():
            if key not in between:
                assert_matches(f"{name} {which} {key}", (outputs | seen)[key], stored)


def test_pix2pix_without_dropout_equals_the_published_forward_in_training() -> None:
    golden = read_golden("pix2pix_generator")
    network = UNet(dropout=0.0).train()
    load_strictly(network, filled_state(golden), published_unet_key)
    seen = _watch(network, {"pre_tanh": "output"})
    stored = golden["extra_train_no_dropout"]
    with torch.no_grad():
        image = network(golden_inputs(golden)["image"])
    assert_matches("out", image, stored["outputs"]["out"])
    assert_matches("pre_tanh", seen["pre_tanh"], stored["taps"]["pre_tanh"])


def test_the_moments_of_a_style_equal_the_published_ones() -> None:
    golden = read_golden("adain_operation")
    taps, inputs = golden["golden"]["taps"], golden_inputs(golden)
    mean, deviation = moments(inputs["style"])
    assert_matches("style_mean", mean, taps["style_mean"])
    assert_matches("style_std", deviation, taps["style_std"])


def test_contextual_attention_without_a_hole_equals_the_published_one() -> None:
    golden = read_golden("contextual_attention")
    taps, inputs = golden["golden"]["taps"], golden_inputs(golden)
    foreground, background = inputs["foreground"], inputs["background"]
    assert_matches("out_without_mask", contextual_attention(foreground, background).features, taps["out_without_mask"])
    attention = contextual_attention(foreground, background, inputs["mask"][:, :1]).attention
    assert_matches("attention_max", attention.amax(dim=(1, 2)), taps["attention_max"])


@pytest.mark.parametrize(
    ("name", "constant", "shape"),
    [
        ("deepfill_generator", "stage2.contextual_attention_neck.contextual_attention.fuse_kernel", (1, 1, 3, 3)),
        ("pconv_unet", "encoder.enc1.conv.weight_mask_updater", (64, 3, 7, 7)),
    ],
)
def test_constants_of_published_checkpoints_are_passed_over(name: str, constant: str, shape: tuple[int, ...]) -> None:
    network = build(name)
    state = filled_state(read_golden(name))
    network.load_published({f"generator.{key}": value for key, value in {**state, constant: torch.ones(shape)}.items()})
    own = network.network.state_dict()
    rename = network.recipe.rename or str
    assert own.keys() == {rename(key) for key in state}
    assert all(torch.equal(own[rename(key)], value) for key, value in state.items())


def test_unknown_name_lists_near_ones() -> None:
    with pytest.raises(ValueError, match="maskgan_generator"):
        build("maskgan_generatr")
    assert "maskgan_blender" in PUBLISHED


def test_prefixed_keys_load() -> None:
    network = build("maskgan_blender")
    state = filled_state(read_golden("maskgan_blender"))
    network.load_published({f"module.{key}": value for key, value in state.items()})
    assert torch.equal(network.network.state_dict()["model.1.bias"], state["model.1.bias"])


@pytest.mark.parametrize("damage", ["missing", "left over", "another shape", "some prefixed", "empty"])
def test_misfit_is_refused_whole(damage: str) -> None:
    network = build("maskgan_blender")
    before = {key: value.clone() for key, value in network.network.state_dict().items()}
    state = filled_state(read_golden("maskgan_blender"))
    key, named = "model.26.bias", "model.26.bias"
    if damage == "missing":
        del state[key]
    elif damage == "left over":
        named = "model.99.weight"
        state[named] = torch.zeros(1)
    elif damage == "another shape":
        state[key], named = torch.zeros(4), r"model.26.bias \(4,\) for \(3,\)"
    elif damage == "some prefixed":
        state["module." + key] = state.pop(key)
        named = "module.model.26.bias"
    else:
        state, named = {}, "model.1.weight"
    with pytest.raises(CheckpointError, match=named):
        network.load_published(state)
    after = network.network.state_dict()
    assert all(torch.equal(before[k], after[k]) for k in before)
