"""The generators and encoders of pix2pixHD, SPADE and SEAN at sizes and widths of a short training."""

import pytest
import torch
from torch import Tensor, nn

from methods.labels import NUM_LABELS
from methods.layers.patch_discriminator import MultiscaleDiscriminator
from methods.layers.regions import fill_regions, region_means
from methods.layers.spade import SpatiallyAdaptiveNorm
from methods.pix2pixhd.encoder import FeatureEncoder
from methods.pix2pixhd.generator import GlobalGenerator, LocalEnhancer
from methods.sean.generator import SeanGenerator
from methods.spade.encoder import SpadeEncoder
from methods.spade.generator import SpadeGenerator

CODE = 8
"""Length of a style code in these tests."""


def _label(height: int, width: int, labels: int = NUM_LABELS) -> Tensor:
    """Random one-hot maps of two faces, of the first `labels` labels."""
    drawn = torch.randint(labels, (2, height, width), generator=torch.Generator().manual_seed(0))
    return nn.functional.one_hot(drawn, NUM_LABELS).permute(0, 3, 1, 2).float()


@pytest.mark.parametrize(
    "generator",
    [
        GlobalGenerator(ngf=4, n_blocks=1),
        LocalEnhancer(ngf=4, n_downsampling=2, n_blocks_global=1, n_blocks_local=1),
        SpadeGenerator(ngf=2),
    ],
)
def test_label_generators_paint_oblong_maps(generator: nn.Module) -> None:
    image = generator(_label(64, 96))
    assert image.shape == (2, 3, 64, 96)
    assert image.abs().max() <= 1


def test_spade_refuses_a_size_it_would_change() -> None:
    with pytest.raises(ValueError, match="multiples of 32; got 64x80"):
        SpadeGenerator(ngf=2)(_label(64, 80))


@pytest.mark.integration
def test_spade_paints_what_a_style_vector_asks_for() -> None:
    generator = SpadeGenerator(ngf=2, latent=CODE, size=64).eval()
    label, style = _label(64, 64), torch.randn(2, CODE)
    assert torch.equal(generator(label, style), generator(label, style))
    assert not torch.allclose(generator(label, style), generator(label, -style))
    assert not torch.equal(generator(label), generator(label)), "without a style, one is drawn"


def test_spade_norm_without_modulation_is_batch_norm() -> None:
    norm = SpatiallyAdaptiveNorm(5)
    for conv in (norm.mlp_gamma, norm.mlp_beta):
        nn.init.zeros_(conv.weight)
        nn.init.zeros_(conv.bias)
    features = torch.randn(2, 5, 8, 8) * 3 + 2
    normed = norm(features, _label(32, 32))
    torch.testing.assert_close(normed, nn.functional.batch_norm(features, None, None, training=True))


def test_spade_encoder_reads_any_size() -> None:
    encoder = SpadeEncoder(ngf=4, latent=CODE, size=64).eval()
    image = torch.randn(2, 3, 64, 64)
    enlarged = nn.functional.interpolate(image, scale_factor=3.0, mode="nearest")
    for ours, of_enlarged in zip(encoder(image), encoder(enlarged), strict=True):
        assert ours.shape == (2, CODE)
        torch.testing.assert_close(ours, of_enlarged, atol=1e-4, rtol=1e-4)


def test_region_means_are_each_samples_own() -> None:
    features = torch.randn(2, 4, 16, 16)
    label = _label(16, 16, labels=3)
    means = region_means(features, label)
    inside = label[1, 2].bool()
    torch.testing.assert_close(means[1, 2], features[1][:, inside].mean(1))
    assert not means[:, 3:].any(), "a label without pixels has the mean 0"
    torch.testing.assert_close(fill_regions(means, label)[1][:, inside], means[1, 2][:, None].expand(4, inside.sum()))


def test_pix2pixhd_features_are_constant_over_a_region() -> None:
    label = _label(32, 48)
    features = FeatureEncoder(nef=4, n_downsampling=2)(torch.randn(2, 3, 32, 48), label)
    assert features.shape == (2, 3, 32, 48)
    assert features[0][:, label[0, 5].bool()].std(1).max() < 1e-6


@pytest.fixture
def sean() -> SeanGenerator:
    torch.manual_seed(0)
    return SeanGenerator(ngf=2, style_length=CODE)


@pytest.mark.integration
def test_sean_takes_each_regions_style_from_its_code(sean: SeanGenerator) -> None:
    sean.eval()
    label = _label(64, 96, labels=3)
    codes = sean.encode_style(torch.rand(2, 3, 64, 96) * 2 - 1, label)
    assert codes.shape == (2, NUM_LABELS, CODE)
    painted = sean(label, codes, torch.zeros)
    absent, present = codes.clone(), codes.clone()
    absent[:, 3:] = 1.0
    present[:, 2] = 1.0
    torch.testing.assert_close(sean(label, absent, torch.zeros), painted)
    assert not torch.allclose(sean(label, present, torch.zeros), painted)


@pytest.mark.integration
def test_every_trained_parameter_of_sean_gets_a_gradient(sean: SeanGenerator) -> None:
    # Training over several GPUs stops at a parameter that asks for a gradient and gets none.
    label = _label(64, 64)
    sean(label, sean.encode_style(torch.randn(2, 3, 64, 64), label)).sum().backward()
    assert [name for name, value in sean.named_parameters() if value.requires_grad and value.grad is None] == []


def test_spectral_layers_of_the_discriminator_become_contractions() -> None:
    discriminator = MultiscaleDiscriminator(6, ndf=4, n_layers=2, spectral=True, last_stride=2)
    for _ in range(50):
        features = discriminator(torch.randn(2, 6, 64, 64))
    assert [scale[-1].shape[-1] for scale in features] == [10, 6]
    spectral = [layer for layer in discriminator.modules() if hasattr(layer, "weight_orig")]
    assert len(spectral) == 2 * 2
    for layer in spectral:
        assert torch.linalg.matrix_norm(layer.weight.detach().flatten(1), 2).item() == pytest.approx(1, abs=0.02)
        assert layer.bias is None
