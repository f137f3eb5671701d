"""CRN under the contract: published sizes, a loss by the best image of each label, edits by the mask alone."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch.nn import functional
from torchvision.models import vgg19

from methods.base import one_hot
from methods.crn.generator import CascadedRefinement
from methods.crn.losses import FEATURE_SLICES, LAYER_WEIGHTS, diversity_loss, layer_errors
from methods.crn.model import CRN
from methods.layers.perceptual import VGGFeatures
from tests.methods.faces import random_faces
from tests.methods.steps import check_autocast_step, check_edits_of_the_mask_alone, train
from tests.methods.vgg_files import write_vgg

TINY = {"width": 8, "lr": 5e-3}


def _tiny(size: int = 32, **options: Any) -> CRN:
    torch.manual_seed(0)
    return CRN(size, **(TINY | options)).train()


@pytest.mark.parametrize(("size", "parameters"), [(64, 85_833_731), (128, 92_999_683), (256, 97_807_875)])
def test_the_cascade_has_the_published_size(size: int, parameters: int) -> None:
    with torch.device("meta"):
        network = CascadedRefinement(size)
    assert sum(parameter.numel() for parameter in network.parameters()) == parameters


def test_every_module_reads_the_share_of_each_label() -> None:
    network = CascadedRefinement(16, 8)
    seen = []
    for module in network.refinement:
        module.register_forward_pre_hook(lambda _module, inputs: seen.append(inputs[0]))
    label = one_hot(random_faces(2, 16).mask)
    assert network(label).shape == (2, 1, 3, 16, 16)
    assert [tuple(features.shape[1:]) for features in seen] == [(19, 4, 4), (27, 8, 8), (27, 16, 16)]
    torch.testing.assert_close(seen[0], functional.avg_pool2d(label, 4))
    assert torch.equal(seen[2][:, 8:], label)


def test_one_image_is_compared_by_its_mean_error() -> None:
    fake, real = torch.randn(2, 1, 3, 8, 8), torch.randn(2, 3, 8, 8)
    errors = layer_errors(fake, real, None)
    label = one_hot(random_faces(2, 8).mask)
    torch.testing.assert_close(diversity_loss(errors, label), (fake[:, 0] - real).abs().mean())


def test_of_several_images_the_best_of_each_label_learns() -> None:
    label = torch.zeros(1, 2, 4, 4)
    label[:, 0, :, :2] = 1
    label[:, 1, :, 2:] = 1
    error = torch.zeros(1, 2, 4, 4)
    error[0, 0] = torch.tensor([1.0, 1, 4, 4])
    error[0, 1] = torch.tensor([3.0, 3, 2, 2])
    best, mean = (1 + 2) / 2, (2 + 3) / 2
    torch.testing.assert_close(diversity_loss([error], label), torch.tensor(0.999 * best + 0.001 * mean))


@pytest.mark.integration
def test_features_are_of_the_second_layer_at_each_resolution_with_average_pooling(tmp_path: Path) -> None:
    features = write_vgg(tmp_path / "vgg19.pth", vgg19)
    ours = VGGFeatures(tmp_path / "vgg19.pth", slices=FEATURE_SLICES, average_pooling=True)
    fake, real = torch.rand(1, 2, 3, 32, 32) * 2 - 1, torch.rand(1, 3, 32, 32) * 2 - 1
    errors = layer_errors(fake, real, ours)
    mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    shown = [((images + 1) / 2 - mean) / std for images in (fake[:, 1], real)]
    taken = 0
    for index, layer in enumerate(features[:32]):
        pooled = isinstance(layer, torch.nn.MaxPool2d)
        shown = [functional.avg_pool2d(images, 2) if pooled else layer(images.clone()) for images in shown]
        if index in (3, 8, 13, 22, 31):
            taken += 1
            apart = LAYER_WEIGHTS[taken] * (shown[0] - shown[1]).abs().mean(1)
            torch.testing.assert_close(errors[taken][:, 1], apart, rtol=1e-3, atol=1e-6)
    assert taken == 5
    assert [tuple(error.shape[2:]) for error in errors] == [(32, 32), (32, 32), (16, 16), (8, 8), (4, 4), (2, 2)]


@pytest.mark.parametrize("num_images", [1, 9])
def test_the_loss_falls_on_a_fixed_batch(num_images: int) -> None:
    losses = [step["features"] for step in train(_tiny(num_images=num_images), random_faces(4, 32), steps=20)]
    assert losses[-1] < 0.8 * losses[0]


def test_edits_depend_on_the_mask_alone_and_survive_saving(tmp_path: Path) -> None:
    model = _tiny(num_images=2)
    train(model, random_faces(4, 32), steps=2)
    check_edits_of_the_mask_alone(model, CRN(32, num_images=2, **TINY), tmp_path)


def test_a_step_under_autocast_and_channels_last() -> None:
    check_autocast_step(_tiny(), random_faces(2, 32))


def test_what_was_compared_is_said() -> None:
    assert _tiny().provenance()["perceptual_term"].startswith("off")


@pytest.mark.parametrize(
    ("said", "options"),
    [("width", {"width": 4}), ("num_images", {"num_images": 0}), ("not 24", {"size": 24}), ("not 8", {"size": 8})],
)
def test_options_and_sizes_that_do_not_fit_are_refused(said: str, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=said):
        _tiny(**options)
