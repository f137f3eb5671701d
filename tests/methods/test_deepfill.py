"""DeepFill and partial convolution: each face attends by its own hole, and fillings never see what is hidden."""

from itertools import product
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.nn import functional

from methods.base import FaceEditor
from methods.deepfill.generator import Filled, Generator
from methods.deepfill.model import DeepFill, build
from methods.deepfill.options import DeepFillOptions
from methods.deepfill.partial_model import PartialConvolution
from methods.deepfill.partial_unet import PartialUNet
from methods.layers.contextual_attention import contextual_attention
from methods.layers.gated_conv import GatedConv2d, init_gated
from methods.layers.partial_conv import PartialConv2d
from methods.layers.patch_discriminator import SpectralPatchDiscriminator
from tests.methods.faces import random_faces
from tests.methods.regions import check_fillings
from tests.methods.steps import check_autocast_step, train

TINY: dict[str, Any] = {
    "width": 4,
    "ndf": 4,
    "n_layers_d": 3,
    "lr": 2e-3,
    "d_lr": 2e-3,
    "unet_width": 4,
    "unet_lr": 5e-3,
    "iterations": 4,
}
VARIANTS: dict[str, dict[str, Any]] = {
    "gated": {},
    "contextual": {"convolution": "plain"},
    "partial-conv": {"convolution": "partial"},
    "no-attention": {"attention": False},
}


def _tiny(size: int = 32, **options: Any) -> FaceEditor:
    torch.manual_seed(0)
    return build(size, **(TINY | options)).train()


def test_the_discriminator_has_the_published_size() -> None:
    with torch.device("meta"):
        network = SpectralPatchDiscriminator()
    assert sum(parameter.numel() for parameter in network.parameters()) == 5_946_816


def _attention_directly(foreground: torch.Tensor, background: torch.Tensor, hole: torch.Tensor) -> torch.Tensor:
    """The attention of one face, (places, places), one pair of patches after the other."""
    side = foreground.shape[-1] // 2
    small = [functional.pad(features[:, ::2, ::2], (1, 1, 1, 1)) for features in (foreground, background, hole)]
    places = list(product(range(side), range(side)))

    def patch(features: torch.Tensor, place: tuple[int, int]) -> torch.Tensor:
        return features[:, place[0] : place[0] + 3, place[1] : place[1] + 3].flatten()

    score = torch.zeros(side * side, side * side)
    for (row, there), (column, here) in product(enumerate(places), enumerate(places)):
        key = patch(small[1], there)
        score[row, column] = (key / key.norm().clamp(min=1e-4)) @ patch(small[0], here)
    # a pair is more alike if the next ones are, by rows; then the same by columns
    for order in (places, sorted(places, key=lambda place: place[::-1])):
        index = torch.tensor([place[0] * side + place[1] for place in order])
        sorted_score = score[index][:, index]
        fused = sorted_score.clone()
        fused[1:, 1:] += sorted_score[:-1, :-1]
        fused[:-1, :-1] += sorted_score[1:, 1:]
        back = index.argsort()
        score = fused[back][:, back]
    touched = torch.tensor([bool(patch(small[2], place).any()) for place in places])
    score[touched] = -torch.inf
    return (10 * score).softmax(dim=0)


def test_attention_equals_a_direct_computation_with_each_faces_own_hole() -> None:
    torch.manual_seed(0)
    foreground, background = torch.randn(2, 3, 12, 12) / 3, torch.randn(2, 3, 12, 12) / 3
    hole = torch.zeros(2, 1, 12, 12)
    hole[0, :, :4, :6] = 1
    hole[1, :, 6:, 6:] = 1
    attended = contextual_attention(foreground, background, hole)
    for face in range(2):
        expected = _attention_directly(foreground[face], background[face], hole[face])
        torch.testing.assert_close(attended.attention[face].view(36, 36), expected)
        alone = contextual_attention(*(batch[face : face + 1] for batch in (foreground, background, hole)))
        torch.testing.assert_close(alone.features[0], attended.features[face])


def test_attention_pastes_no_patch_that_touches_the_hole() -> None:
    torch.manual_seed(0)
    foreground, background = torch.randn(1, 4, 16, 16), torch.randn(1, 4, 16, 16)
    hole = torch.zeros(1, 1, 16, 16)
    hole[..., 4:10, 4:12] = 1
    attention = contextual_attention(foreground, background, hole).attention[0]
    touched = torch.zeros(8, 8, dtype=torch.bool)
    touched[1:6, 1:7] = True
    assert not attention[touched].any()
    torch.testing.assert_close(attention.sum(dim=(0, 1)), torch.ones(8, 8))


def test_attention_of_a_background_to_itself_gives_it_back() -> None:
    features = 20 * torch.randn(1, 8, 16, 16)
    torch.testing.assert_close(contextual_attention(features, features).features, features)


def test_a_face_that_is_all_hole_attends_alike_to_all_of_it() -> None:
    features = torch.randn(2, 3, 8, 8)
    hole = torch.zeros(2, 1, 8, 8)
    hole[1] = 1
    attention = contextual_attention(features, features, hole).attention
    torch.testing.assert_close(attention[1], torch.full((4, 4, 4, 4), 1 / 16))
    assert not torch.allclose(attention[0], torch.full((4, 4, 4, 4), 1 / 16))


def test_a_new_gated_layer_keeps_the_scale_of_its_input() -> None:
    torch.manual_seed(0)
    layers = torch.nn.Sequential(*(GatedConv2d(32, 32) for _ in range(8)))
    init_gated(layers)
    scale = layers(torch.randn(2, 32, 32, 32)).std()
    assert 0.2 < scale < 5


@pytest.mark.parametrize("multi_channel", [False, True])
def test_what_is_unknown_never_matters_to_a_partial_convolution(multi_channel: bool) -> None:
    torch.manual_seed(0)
    conv = PartialConv2d(3, 5, 3, 1, 1, multi_channel=multi_channel)
    mask = torch.zeros(2, 3 if multi_channel else 1, 16, 16)
    mask[0, :, 4:9, 2:11], mask[1, ..., 9:] = 1, 1
    image, other = torch.randn(2, 3, 16, 16), torch.randn(2, 3, 16, 16)
    made, known = conv(image, mask)
    assert torch.equal(conv(torch.where(mask > 0, image, other), mask)[0], made)
    grown = functional.max_pool2d(mask[:, :1], 3, stride=1, padding=1)
    assert torch.equal(known, grown.expand(-1, 5 if multi_channel else 1, -1, -1))
    assert not made[grown.expand_as(made) == 0].any()


def test_a_partial_convolution_of_what_is_all_known_is_a_plain_one_inside_its_border() -> None:
    conv = PartialConv2d(3, 5, 5, 1, 2)
    image = torch.randn(2, 3, 16, 16)
    plain = functional.conv2d(image, conv.weight, conv.bias, padding=2)
    made, _ = conv(image, torch.ones(2, 1, 16, 16))
    torch.testing.assert_close(made[..., 2:-2, 2:-2], plain[..., 2:-2, 2:-2])
    bias = conv.bias.view(1, -1, 1, 1)
    # a corner's window lies in the image by 3 of 5 pixels a side
    corner = (plain - bias)[..., 0, 0] * 25 / 9 + bias[..., 0, 0]
    torch.testing.assert_close(made[..., 0, 0], corner)


def test_the_networks_never_see_what_is_hidden() -> None:
    torch.manual_seed(0)
    image, other = torch.rand(2, 3, 32, 32) * 2 - 1, torch.rand(2, 3, 32, 32) * 2 - 1
    hole = torch.zeros(2, 1, 32, 32)
    hole[0, :, 4:20, 8:30], hole[1, :, 20:] = 1, 1
    changed = torch.where(hole > 0, other, image)
    generator, unet = Generator(4, 4, (2, 4)).eval(), PartialUNet(4, 4).eval()
    with torch.no_grad():
        assert torch.equal(generator(image, hole).refined, generator(changed, hole).refined)
        assert torch.equal(unet(image, hole), unet(changed, hole))


@pytest.mark.parametrize("variant", VARIANTS)
def test_fillings_keep_what_is_known_and_depend_on_nothing_else(variant: str) -> None:
    check_fillings(_tiny(**VARIANTS[variant]))


@pytest.mark.parametrize("variant", VARIANTS)
def test_larger_images_are_filled_at_the_working_size(variant: str) -> None:
    model = _tiny(64, max_size=32, **VARIANTS[variant])
    assert "32 pixels" in model.provenance()["working_size"]
    train(model, random_faces(2, 64), steps=1, stage=model.stages()[0])
    check_fillings(model, 64)


@pytest.mark.integration
@pytest.mark.parametrize(
    ("variant", "terms", "share"),
    [
        ("gated", ("coarse", "refined"), 0.8),
        ("contextual", ("coarse", "refined"), 0.8),
        ("partial-conv", ("valid", "hole"), 0.8),
    ],
)
def test_the_loss_falls_on_a_fixed_batch(variant: str, terms: tuple[str, ...], share: float) -> None:
    model = _tiny(adversarial_weight=0.001, **VARIANTS[variant])
    losses = train(model, random_faces(4, 32), steps=40, stage=model.stages()[0])
    for term in terms:
        before, after = (sum(step[term] for step in part) for part in (losses[:5], losses[-5:]))
        assert after < share * before, term


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_step_under_autocast_and_channels_last(variant: str) -> None:
    check_autocast_step(_tiny(**VARIANTS[variant]), random_faces(2, 32))


def test_pixels_of_both_fillings_weigh_by_where_they_are() -> None:
    real, hole = random_faces(2, 32).image, torch.zeros(2, 1, 32, 32)
    hole[:, :, 4:20, 8:30] = 1
    images = Filled(real + 0.5, real - 0.25)
    plain = _tiny().reconstruction_losses(images, real, hole)
    torch.testing.assert_close(plain, {"coarse": torch.tensor(0.5), "refined": torch.tensor(0.25)})
    weighed = _tiny(valid_weight=0.0, hole_weight=3.0).reconstruction_losses(images, real, hole)
    share = hole.mean()
    torch.testing.assert_close(weighed, {"coarse": 1.5 * share, "refined": 0.75 * share})


def test_without_an_adversarial_term_the_generator_is_trained_alone() -> None:
    model = _tiny(adversarial_weight=0.0)
    (stage,) = model.stages()
    assert set(stage.schedulers) == set(model.optimizers(stage).keys()) == {"generator"}
    before = {name: value.clone() for name, value in model.discriminator.state_dict().items()}
    (losses,) = train(model, random_faces(2, 32), steps=1)
    assert set(losses) == {"coarse", "refined"}
    assert all(torch.equal(value, before[name]) for name, value in model.discriminator.state_dict().items())


def test_fine_tuning_keeps_the_encoders_statistics_and_no_others() -> None:
    model = _tiny(convolution="partial", fine_tuning_share=0.25)
    assert isinstance(model, PartialConvolution)
    training, tuning = model.stages()
    assert (training.iterations, tuning.iterations) == (3, 1)
    for stage, kept in ((training, False), (tuning, True)):
        before = {name: value.clone() for name, value in model.generator.named_buffers() if "running" in name}
        train(model, random_faces(4, 32), steps=1, stage=stage)
        model.train()
        for name, value in model.generator.named_buffers():
            if "running" in name:
                assert torch.equal(value, before[name]) == (kept and name.startswith("encoder")), name
    (rate,) = {group["lr"] for group in model.optimizers(tuning)["generator"].param_groups}
    assert rate == DeepFillOptions().fine_tuning_lr


def test_small_images_take_smaller_dilations_and_fewer_halvings() -> None:
    options = DeepFillOptions()
    assert options.dilations_at(256) == options.dilations_at(128) == (2, 4, 8, 16)
    assert options.dilations_at(64) == (2, 4, 8, 15)
    assert [options.halvings_at(size) for size in (512, 128, 64, 96)] == [7, 7, 6, 5]


def test_published_keys_are_those_of_the_generator(tmp_path: Path) -> None:
    model = _tiny()
    assert isinstance(model, DeepFill)
    own = model.generator.state_dict()
    assert model.published_key("generator", "stage1.encoder.enc1.conv.conv.weight") in own
    assert model.published_key("generator", "stage2.contextual_attention_neck.conv2.conv.conv.bias") in own
    assert model.published_key("discriminator", "model.0.bias") in model.discriminator.state_dict()


@pytest.mark.parametrize(
    ("said", "options"),
    [
        ("width", {"width": 1}),
        ("dilations", {"dilations": (2, 0)}),
        ("batch_size", {"convolution": "partial", "batch_size": 1}),
        ("fine_tuning_share", {"fine_tuning_share": 1.5}),
        ("adversarial_weight", {"adversarial_weight": -1}),
        ("tv_weight", {"tv_weight": -1}),
        ("vgg16_weights must be null with gated", {"vgg16_weights": "vgg16"}),
        ("vgg16_weights must be null with plain", {"convolution": "plain", "vgg16_weights": "vgg16"}),
        ("not 20", {"size": 20}),
        ("not 8", {"size": 8}),
    ],
)
def test_options_and_sizes_that_do_not_fit_are_refused(said: str, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=said):
        _tiny(**options)
