"""CycleGAN's variant UNIT: the published sizes, latent codes with noise in training alone, and the published losses."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch.nn import functional
from torchvision.models import vgg16

from methods.checkpoint import CheckpointError
from methods.cyclegan.designs import build_editor
from methods.cyclegan.options import CycleGANOptions
from methods.cyclegan.unit import UNIT, VGG_SLICES
from methods.cyclegan.unit_networks import AutoEncoder, Discriminator
from methods.layers.perceptual import VGGFeatures
from registry.catalogue import METHOD_CARDS
from tests.methods.faces import half_smiling
from tests.methods.steps import check_autocast_step, train
from tests.methods.vgg_files import write_vgg

CARD = METHOD_CARDS.find("cyclegan").card
TINY = {
    "design": "unit",
    "ngf": 4,
    "n_downsampling": 1,
    "n_blocks": 2,
    "outer_kernel": 3,
    "ndf": 4,
    "n_layers_d": 2,
    "num_d": 2,
    "lr": 2e-3,
    "d_lr": 2e-3,
}


def _tiny(**options: Any) -> UNIT:
    torch.manual_seed(0)
    return UNIT(32, **(TINY | options)).train()


def _size(network: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def test_the_variant_of_the_card_has_the_published_sizes() -> None:
    options = {**CARD.presets["paper"], **CARD.variants["unit"], **CARD.presets["paper+unit"], "vgg16_weights": None}
    with torch.device("meta"):
        model = build_editor(256, **options)
    assert isinstance(model, UNIT)
    assert {_size(network) for network in model.generators.values()} == {11_140_483}
    assert {_size(network) for network in model.discriminators.values()} == {8_271_171}


def test_the_published_rates_halve_every_hundred_thousand_of_a_million_iterations() -> None:
    options = {**CARD.presets["paper"], **CARD.variants["unit"], **CARD.presets["paper+unit"]}
    (schedule,) = CycleGANOptions(**(options | {"epochs": 0})).schedule(1_000_000)
    assert (schedule["type"], schedule["step_size"], schedule["gamma"]) == ("StepLR", 100_000, 0.5)
    assert (options["lr"], options["weight_decay"]) == (1e-4, 1e-4)


def test_domains_share_the_blocks_next_to_the_codes_only_where_they_are_told_to() -> None:
    apart, shared = _tiny(), _tiny(shared_blocks=1)
    assert _size(apart.generators) == sum(_size(network) for network in apart.generators.values())
    first, second = shared.generators["with"], shared.generators["without"]
    assert second.encoding[1] is first.encoding[1]
    assert second.decoding[0] is first.decoding[0]
    assert second.encoding[0] is not first.encoding[0]
    assert second.decoding[1] is not first.decoding[1]
    assert _size(first) == _size(second) == _size(apart.generators["with"])


def test_an_image_is_halved_and_doubled_to_where_it_was() -> None:
    image = torch.rand(2, 3, 32, 48) * 2 - 1
    network = AutoEncoder(4, 2, 1)
    assert network.encode(image).shape == (2, 16, 8, 12)
    assert network(image).shape == image.shape


def test_scales_see_the_image_ever_smaller_and_layers_reflect_its_borders() -> None:
    torch.manual_seed(0)
    network, image = Discriminator(4, 2, 2), torch.rand(1, 3, 32, 32)
    (of_whole,), (of_half,) = network(image)
    half = functional.avg_pool2d(image, 3, 2, 1, count_include_pad=False)

    def by_hand(features: torch.Tensor, scale: torch.nn.Module) -> torch.Tensor:
        for conv in (scale[0], scale[2]):
            padded = functional.pad(features, (1, 1, 1, 1), mode="reflect")
            features = functional.leaky_relu(functional.conv2d(padded, conv.weight, conv.bias, stride=2), 0.2)
        return functional.conv2d(features, scale[4].weight, scale[4].bias)

    torch.testing.assert_close(of_whole, by_hand(image, network.scales[0]))
    torch.testing.assert_close(of_half, by_hand(half, network.scales[1]))


@pytest.mark.integration
def test_losses_are_the_published_ones_of_separate_passes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    torch.manual_seed(0)
    write_vgg(tmp_path / "vgg16.pth", vgg16)
    model = _tiny(lr=0.0, d_lr=0.0, vgg16_weights=str(tmp_path / "vgg16.pth"), perceptual_weight=2.0)
    monkeypatch.setattr(torch, "randn_like", lambda code: torch.full_like(code, 0.5))
    faces = half_smiling()
    (losses,) = train(model, faces, steps=1)
    smiling, others = faces.image[:2], faces.image[2:]
    own, other = model.generators["with"], model.generators["without"]
    h_smiling, h_others = own.encode(smiling), other.encode(others)
    made, unmade = own.decode(h_others + 0.5), other.decode(h_smiling + 0.5)
    h_made, h_unmade = own.encode(made), other.encode(unmade)
    l1, mse = functional.l1_loss, functional.mse_loss
    vgg = VGGFeatures(tmp_path / "vgg16.pth", slices=VGG_SLICES)

    def features(image: torch.Tensor) -> torch.Tensor:
        (deep,) = vgg.features(image)
        return (deep - deep.mean((2, 3), keepdim=True)) / (deep.var((2, 3), unbiased=False, keepdim=True) + 1e-5).sqrt()

    def squares(domain: str, image: torch.Tensor, target: float) -> torch.Tensor:
        return sum((verdict - target).square().mean() for (verdict,) in model.discriminators[domain](image))

    codes = (h_smiling, h_others, h_made, h_unmade)
    expected = {
        "adversarial": squares("with", made, 1) + squares("without", unmade, 1),
        "reconstruction": 10 * (l1(own.decode(h_smiling + 0.5), smiling) + l1(other.decode(h_others + 0.5), others)),
        "cycle": 10 * (l1(own.decode(h_unmade + 0.5), smiling) + l1(other.decode(h_made + 0.5), others)),
        "kl": 0.01 * sum((code**2).mean() for code in codes),
        "perceptual": 2 * (mse(features(made), features(others)) + mse(features(unmade), features(smiling))),
        "discriminators": squares("with", made, 0)
        + squares("with", smiling, 1)
        + squares("without", unmade, 0)
        + squares("without", others, 1),
    }
    assert losses == pytest.approx({name: value.item() for name, value in expected.items()}, rel=1e-3, abs=1e-6)


@pytest.mark.integration
def test_vgg16_is_torchvisions_network_up_to_its_last_activation(tmp_path: Path) -> None:
    features = write_vgg(tmp_path / "vgg16.pth", vgg16)
    image = torch.rand(1, 3, 32, 32)
    mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    with torch.no_grad():
        (ours,) = VGGFeatures(tmp_path / "vgg16.pth", slices=VGG_SLICES).features(2 * image - 1)
        torch.testing.assert_close(ours, features[:30]((image - mean) / std), rtol=1e-3, atol=1e-5)


def test_a_file_that_is_not_vgg16s_is_refused(tmp_path: Path) -> None:
    torch.save({"features.0.weight": torch.zeros(64, 3, 3, 3)}, tmp_path / "other.pth")
    with pytest.raises(CheckpointError, match=r"other.pth: not VGG-16: features.0.bias is nothing"):
        _tiny(vgg16_weights=str(tmp_path / "other.pth"))


def test_a_result_says_whether_the_perceptual_term_took_part() -> None:
    assert _tiny().provenance()["perceptual_term"].startswith("off: no VGG-16 weights")
    assert _tiny(perceptual_weight=0.0).provenance()["perceptual_term"] == "off: perceptual_weight is 0"


@pytest.mark.integration
def test_a_translation_draws_no_noise_and_training_does() -> None:
    model, image = _tiny(), half_smiling().image
    code = model.generators["without"].encode(image)
    torch.testing.assert_close(model.translate("with", image), model.generators["with"].decode(code))
    first, second = (train(_tiny(), half_smiling(), steps=1)[0] for _ in range(2))
    assert first == second, "the same seed draws the same noise"
    torch.manual_seed(1)
    (third,) = train(model, half_smiling(), steps=1)
    assert third["cycle"] != first["cycle"]
    assert third["kl"] != first["kl"], "codes of translated faces, which noise reaches"


@pytest.mark.integration
@pytest.mark.parametrize("options", [{}, {"shared_blocks": 1}, {"residual": True}])
def test_every_form_trains_and_faces_are_rebuilt_better(options: dict[str, Any]) -> None:
    losses = train(_tiny(**options), half_smiling(), steps=16)
    first, last = (sum(losses[at].get(name, 0.0) for name in ("cycle", "reconstruction")) for at in (1, -1))
    assert last < 0.9 * first


def test_a_decoder_that_gives_the_change_rebuilds_no_faces() -> None:
    model, faces = _tiny(residual=True), half_smiling()
    (losses,) = train(model, faces, steps=1)
    assert "reconstruction" not in losses
    # asked to give nothing for its own faces' codes, a decoder would give nothing for the other's, which are like them
    decoded: list[int] = []
    for network in model.generators.values():
        network.up.register_forward_hook(lambda _module, inputs, _output: decoded.append(len(inputs[0])))
    train(model, faces, steps=1)
    assert decoded == [2, 2, 2, 2], "half the batch each, there and back, and nothing beside"


@pytest.mark.integration
def test_a_step_under_autocast_and_channels_last() -> None:
    check_autocast_step(_tiny(), half_smiling())


@pytest.mark.parametrize(
    ("said", "options"),
    [
        ("shared_blocks must be at most n_blocks 2, not 3", {"shared_blocks": 3}),
        ("num_d", {"num_d": 0}),
        ("kl_weight", {"kl_weight": -0.1}),
        ("UNIT with these options needs a size of at least 64", {"num_d": 4, "n_layers_d": 3}),
    ],
)
def test_options_that_do_not_fit_are_refused(said: str, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=said):
        _tiny(**options)
