"""Terms by which filled holes are compared with faces."""

from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional
from torchvision.models import vgg16

from methods.checkpoint import CheckpointError
from methods.shared.completion_losses import ReconstructionLosses, gram_matrix, hole_variation
from methods.shared.completion_options import ReconstructionOptions
from tests.methods.vgg_files import write_vgg


def _holed(size: int = 32) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    draw = torch.Generator().manual_seed(0)
    made, real = (torch.rand(2, 3, size, size, generator=draw) * 2 - 1 for _ in range(2))
    hole = torch.zeros(2, 1, size, size)
    hole[0, :, 4:12, 4:20], hole[1, :, 10:] = 1, 1
    return made, real, hole


def test_pixels_weigh_by_where_they_are() -> None:
    made, real, hole = _holed()
    losses = ReconstructionLosses(ReconstructionOptions())(made, real, hole)
    apart = (made - real).abs()
    share = hole.mean()
    torch.testing.assert_close(losses["hole"], 6 * apart[hole.expand_as(apart) > 0].mean() * share)
    torch.testing.assert_close(losses["valid"], apart[hole.expand_as(apart) == 0].mean() * (1 - share))
    assert set(losses) == {"hole", "valid", "total_variation"}


def test_variation_counts_the_hole_and_its_border_alone() -> None:
    hole = torch.zeros(1, 1, 12, 12)
    hole[..., 4:8, 4:8] = 1
    flat = torch.zeros(1, 3, 12, 12)
    assert hole_variation(flat, hole) == 0
    noise = torch.rand_like(flat)
    inside = functional.max_pool2d(hole, 3, 1, 1) > 0
    assert hole_variation(torch.where(inside, 0.5, noise), hole) == 0, "what lies further out is not the filling's"
    step = flat.clone()
    step[..., 4:8, 4:8] = 1
    # 4 sides of 4 pixels, each of which differs from its neighbour across the border by 1
    pairs = 12 * 11
    torch.testing.assert_close(hole_variation(step, hole), torch.tensor(2 * 8 / pairs))


def test_correlations_are_those_of_channels_over_all_their_values() -> None:
    features = torch.randn(2, 3, 4, 5)
    expected = torch.einsum("nchw,ndhw->ncd", features, features) / 60
    torch.testing.assert_close(gram_matrix(features), expected)


@pytest.fixture(scope="module")
def vgg(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, nn.Module]:
    """A file of VGG-16 with random weights, and its features."""
    path = tmp_path_factory.mktemp("weights") / "vgg16.pth"
    return path, write_vgg(path, vgg16)


@pytest.mark.integration
def test_features_are_compared_after_each_pooling_of_output_and_composite(vgg: tuple[Path, nn.Module]) -> None:
    path, features = vgg
    made, real, hole = _holed()
    losses = ReconstructionLosses(ReconstructionOptions(vgg16_weights=str(path)))(made, real, hole)
    mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))

    def pools(image: torch.Tensor) -> list[torch.Tensor]:
        shown = ((image + 1) / 2 - mean) / std
        return [features[:end](shown) for end in (5, 10, 17)]

    perceptual = style = torch.zeros(())
    with torch.no_grad():
        for image in (made, torch.where(hole > 0, made, real)):
            for one, other in zip(pools(image), pools(real), strict=True):
                perceptual = perceptual + functional.l1_loss(one, other)
                style = style + functional.l1_loss(gram_matrix(one), gram_matrix(other))
    torch.testing.assert_close(losses["perceptual"], 0.05 * perceptual, rtol=1e-4, atol=1e-7)
    torch.testing.assert_close(losses["style"], 120 * style, rtol=1e-4, atol=1e-7)


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    torch.save({"features.0.weight": torch.zeros(64, 3, 3, 3), "features.0.bias": torch.zeros(64)}, tmp_path / "a.pth")
    with pytest.raises(CheckpointError, match=r"not VGG-16: features\.2\.weight is nothing"):
        ReconstructionLosses(ReconstructionOptions(vgg16_weights=str(tmp_path / "a.pth")))
