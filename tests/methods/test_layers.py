"""Shared layers compute what their formulas say."""

from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torchvision.models import vgg19

from methods.checkpoint import CheckpointError
from methods.layers.adain import adaptive_instance_norm
from methods.layers.blur import blurred
from methods.layers.feature_matching import feature_matching_loss
from methods.layers.gan_losses import Hinge, LeastSquares
from methods.layers.initialisation import init_he, init_normal, init_pointwise
from methods.layers.instance_norm import InstanceNorm, fused_instance_norm
from methods.layers.parsing_unet import ParsingUNet
from methods.layers.patch_discriminator import MultiscaleDiscriminator
from methods.layers.perceptual import SLICE_WEIGHTS, PerceptualLoss
from methods.layers.sft import SpatialFeatureTransform
from methods.shared.conditional_gan import GANTrainer, LossWeights, frozen
from tests.methods.vgg_files import write_vgg

seeds = st.integers(0, 2**31)


@settings(max_examples=25, deadline=None)
@given(seeds, st.integers(1, 3), st.integers(1, 5), st.booleans())
def test_adain_gives_the_requested_mean_and_deviation(seed: int, n: int, channels: int, channels_last: bool) -> None:
    draw = torch.Generator().manual_seed(seed)
    content = 3 * torch.randn(n, channels, 6, 7, generator=draw) + 5
    if channels_last:
        content = content.contiguous(memory_format=torch.channels_last)
    style = torch.randn(n, 2 * channels, generator=draw)
    styled = adaptive_instance_norm(content, style)
    torch.testing.assert_close(styled.mean((2, 3)), style[:, :channels], atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(styled.std((2, 3), correction=0), style[:, channels:].abs(), atol=1e-3, rtol=1e-3)


def test_adain_keeps_its_statistics_in_half_precision() -> None:
    torch.manual_seed(0)
    # A mean far from 0 is what sums in bfloat16 would lose; a shift of -16 in bfloat16 is off by 1/16 at most, as is
    # the scale's share of it.
    content = (torch.randn(2, 4, 64, 64) * 0.5 + 8).bfloat16()
    style = torch.tensor([[0.0] * 4 + [1.0] * 4] * 2)
    styled = adaptive_instance_norm(content, style)
    assert styled.dtype == torch.bfloat16
    assert styled.float().mean((2, 3)).abs().max() < 0.125
    assert (styled.float().std((2, 3)) - 1).abs().max() < 0.1


def test_adain_refuses_a_style_of_another_length() -> None:
    with pytest.raises(ValueError, match="4 channels"):
        adaptive_instance_norm(torch.zeros(2, 4, 3, 3), torch.zeros(2, 4))


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_sft_is_scale_times_features_plus_shift(seed: int) -> None:
    torch.manual_seed(seed)
    layer = SpatialFeatureTransform(3, 4, 5)
    features, condition = torch.randn(2, 5, 6, 6), torch.randn(2, 3, 6, 6)
    shift = layer(torch.zeros_like(features), condition)
    scale = layer(torch.ones_like(features), condition) - shift
    torch.testing.assert_close(layer(features, condition), scale * features + shift, atol=1e-5, rtol=1e-5)
    pixel = layer(features[:, :, 2:3, 4:5], condition[:, :, 2:3, 4:5])
    torch.testing.assert_close(pixel, layer(features, condition)[:, :, 2:3, 4:5], atol=1e-5, rtol=1e-5)


def test_feature_matching_weight_and_detached_real() -> None:
    fake = [[torch.zeros(1, 2, 4, 4, requires_grad=True) for _ in range(5)] for _ in range(2)]
    real = [[torch.ones(1, 2, 4, 4, requires_grad=True) for _ in range(5)] for _ in range(2)]
    # Two scales of four features each; the verdict is left out.
    loss = feature_matching_loss(fake, real, 0.5)
    assert loss.item() == pytest.approx(2 * 4 * 0.5 / 2)
    loss.backward()
    assert real[0][0].grad is None
    assert fake[0][4].grad is None
    assert fake[0][0].grad is not None


def test_least_squares_sum_scales_in_float32() -> None:
    features = [[torch.zeros(1), torch.full((1, 1, 3, 3), 0.5).bfloat16()] for _ in range(3)]
    loss = LeastSquares().generator(features)
    assert loss.dtype == torch.float32
    assert loss.item() == pytest.approx(3 * 0.25)
    assert LeastSquares().discriminator(features, features).item() == pytest.approx(0.5 * 3 * (0.25 + 0.25))


def test_hinge_averages_scales_and_ignores_what_is_beyond_the_margin() -> None:
    def verdicts(*values: float) -> list[list[torch.Tensor]]:
        return [[torch.zeros(1), torch.full((2, 1, 3, 3), value).bfloat16()] for value in values]

    assert Hinge().discriminator(verdicts(-2.0, 0.0), verdicts(3.0, 0.5)).item() == pytest.approx((1 + 0.5) / 2)
    assert Hinge().generator(verdicts(-2.0, 0.5)).item() == pytest.approx((2.0 - 0.5) / 2)
    assert Hinge().generator(verdicts(1.0)).dtype == torch.float32


@pytest.mark.parametrize("num_layers", [3, 4])
def test_layer_weights_of_feature_matching(num_layers: int) -> None:
    assert LeastSquares().layer_weight(num_layers) == 4 / num_layers
    assert Hinge().layer_weight(num_layers) == 1


def test_discriminator_loss_equals_two_separate_passes() -> None:
    torch.manual_seed(0)
    network = MultiscaleDiscriminator(5, ndf=4)
    label, fake, real = torch.rand(2, 2, 64, 64), torch.rand(2, 3, 64, 64), torch.rand(2, 3, 64, 64)
    for adversarial in (LeastSquares(), Hinge()):
        apart = adversarial.discriminator(network(torch.cat([label, fake], 1)), network(torch.cat([label, real], 1)))
        trainer = GANTrainer(network, adversarial, LossWeights())
        torch.testing.assert_close(trainer.discriminator_loss(label, fake, real), apart)


def test_frozen_discriminator_passes_gradients_without_gathering() -> None:
    network = MultiscaleDiscriminator(5, ndf=4, n_layers=2, num_d=1)
    network.scale0_layer0.requires_grad_(False)
    fake = torch.rand(1, 3, 32, 32, requires_grad=True)
    with frozen(network):
        trainer = GANTrainer(network, LeastSquares(), LossWeights(l1=2.0))
        losses = trainer.generator_losses(torch.rand(1, 2, 32, 32), fake, torch.rand(1, 3, 32, 32))
        sum(losses.values()).backward()
    assert set(losses) == {"adversarial", "feature_matching", "l1"}
    assert fake.grad is not None
    assert all(parameter.grad is None for parameter in network.parameters())
    assert [parameter.requires_grad for parameter in network.parameters()][:3] == [False, False, True]


@pytest.mark.parametrize(("n_layers", "num_d"), [(3, 2), (2, 1), (4, 3)])
def test_discriminator_options(n_layers: int, num_d: int) -> None:
    results = MultiscaleDiscriminator(3, 8, n_layers, num_d)(torch.rand(1, 3, 64, 64))
    assert [len(scale) for scale in results] == [n_layers + 2] * num_d
    assert all(scale[-1].shape[1] == 1 for scale in results)


def test_parsing_unet_width() -> None:
    network = ParsingUNet(feature_scale=16)
    assert network(torch.rand(2, 3, 32, 32)).shape == (2, 19, 32, 32)
    assert network.center.conv1[0].out_channels == 64


@pytest.fixture(scope="module")
def vgg(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, nn.Module]:
    """A file of VGG-19's features with random weights, and the network it was written from."""
    path = tmp_path_factory.mktemp("vgg") / "vgg19.pth"
    return path, write_vgg(path, vgg19)


@pytest.mark.integration
@pytest.mark.parametrize("imagenet_input", [True, False])
def test_perceptual_loss_is_torchvisions_vgg19(vgg: tuple[Path, nn.Module], imagenet_input: bool) -> None:
    path, features = vgg
    loss = PerceptualLoss(path, imagenet_input=imagenet_input)
    fake, real = torch.rand(1, 3, 32, 32) * 2 - 1, torch.rand(1, 3, 32, 32) * 2 - 1
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    expected = torch.zeros(())
    one, other = fake, real
    if imagenet_input:
        one, other = (((image + 1) / 2 - mean[:, None, None]) / std[:, None, None] for image in (fake, real))
    with torch.no_grad():
        for weight, (start, end) in zip(SLICE_WEIGHTS, [(0, 2), (2, 7), (7, 12), (12, 21), (21, 30)], strict=True):
            # torchvision's ReLUs work in place: each slice must start from features of its own.
            one, other = features[start:end](one.clone()), features[start:end](other.clone())
            expected += weight * (one - other).abs().mean()
        torch.testing.assert_close(loss(fake, real), expected)
    assert not loss.state_dict()
    assert not list(loss.parameters())


def test_perceptual_loss_refuses_other_weights(tmp_path: Path) -> None:
    torch.save({"features.0.weight": torch.zeros(64, 3, 3, 3)}, tmp_path / "short.pth")
    with pytest.raises(CheckpointError, match=r"features\.0\.bias is nothing"):
        PerceptualLoss(tmp_path / "short.pth")


def test_initial_weights() -> None:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(64, 64, 3), nn.ConvTranspose2d(64, 64, 3, bias=False))
    init_normal(network)
    assert network[0].weight.std().item() == pytest.approx(0.02, rel=0.05)
    assert network[1].weight.std().item() == pytest.approx(0.02, rel=0.05)
    assert not network[0].bias.any()
    init_he(network)
    assert network[0].weight.std().item() == pytest.approx((2 / 576) ** 0.5, rel=0.05)


def test_pointwise_initialisation_loses_no_pixel() -> None:
    torch.manual_seed(0)
    same, down = nn.Conv2d(3, 8, 5, padding=2), nn.Conv2d(8, 40, 3, stride=2, padding=1)
    up = nn.ConvTranspose2d(40, 8, 3, stride=2, padding=1, output_padding=1)
    network = nn.Sequential(same, down, up)
    init_pointwise(network, std=0.0)
    image = torch.randn(1, 3, 6, 6)
    features = same(image)
    torch.testing.assert_close(features, torch.einsum("oi,nihw->nohw", same.weight[:, :, 2, 2], image))
    # Each pixel reaches, and is reached by, its own quarter of the channels: 10 of them hold all 8 values of it.
    coarse = down(features)
    for corner in range(4):
        row, column = divmod(corner, 2)
        reads = down.weight[corner::4, :, 1 + row, 1 + column]
        pixels = features[:, :, row::2, column::2]
        torch.testing.assert_close(coarse[:, corner::4], torch.einsum("oi,nihw->nohw", reads, pixels))
        back = torch.linalg.pinv(reads)
        torch.testing.assert_close(
            torch.einsum("io,nohw->nihw", back, coarse[:, corner::4]), pixels, atol=1e-4, rtol=1e-4
        )
        writes = up.weight[corner::4, :, 1 + row, 1 + column]
        painted = up(coarse)[:, :, row::2, column::2]
        torch.testing.assert_close(painted, torch.einsum("io,nihw->nohw", writes, coarse[:, corner::4]))


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-5), (torch.bfloat16, 2e-2)])
def test_torchs_instance_norm_agrees_with_plain_sums(
    layout: torch.memory_format, dtype: torch.dtype, tolerance: float
) -> None:
    features = (torch.randn(2, 5, 16, 16) * 3 + 7).to(dtype).to(memory_format=layout)
    fused, plain = fused_instance_norm(features, 1e-5), InstanceNorm()(features)
    assert (fused.dtype, fused.stride()) == (plain.dtype, plain.stride())
    assert (fused.float() - plain.float()).norm() / plain.float().norm() < tolerance
    assert fused_instance_norm(features[:, :, :1, :1], 1e-5).abs().max() < 1e-2, "one pixel is its own mean"


def test_a_blur_is_a_gaussian_of_one_pixel_whose_borders_go_on() -> None:
    point = torch.zeros(1, 2, 9, 11)
    point[0, 1, 4, 5] = 1
    spread = blurred(point)
    assert not spread[0, 0].any(), "channels stay apart"
    assert spread.sum() == pytest.approx(1)
    for axis, centre in ((0, 5), (1, 4)):
        along = spread[0, 1].sum(axis)
        offsets = torch.arange(len(along)) - centre
        assert (along * offsets.square()).sum() == pytest.approx(1, abs=1e-6), "of deviation 1"
    torch.testing.assert_close(blurred(torch.ones(1, 1, 4, 4)), torch.ones(1, 1, 4, 4))
    ramp = torch.arange(8.0).expand(1, 1, 5, 8)
    torch.testing.assert_close(blurred(ramp)[..., 2:-2], ramp[..., 2:-2])
