"""What images are made against: patch discriminators, their losses and schedules, and the pool of earlier images."""

from typing import Literal

import pytest
import torch
from torch import nn

from methods.labels import NUM_LABELS
from methods.layers.gan_losses import CrossEntropy, Features
from methods.layers.instance_norm import AffineInstanceNorm
from methods.layers.patch_discriminator import PatchDiscriminator
from methods.layers.schedules import step_decay
from methods.shared.conditional_gan import GANTrainer, LossWeights
from methods.shared.image_pool import ImagePool


def verdicts(*values: float) -> Features:
    return [[torch.full((2, 1, 3, 3), value)] for value in values]


def test_cross_entropy_of_a_probability_is_its_negative_logarithm() -> None:
    probability = torch.tensor([0.2, 0.9])
    scores = verdicts(*probability.logit().tolist())
    told = -0.5 * ((1 - probability).log() + probability.log()).sum()
    assert CrossEntropy().discriminator(scores, scores).item() == pytest.approx(told.item(), rel=1e-5)
    assert CrossEntropy().generator(scores).item() == pytest.approx(-probability.log().sum().item(), rel=1e-5)


def test_batch_norm_of_a_discriminator_sees_generated_and_real_images_apart() -> None:
    torch.manual_seed(0)
    network = PatchDiscriminator(5, ndf=4, n_layers=2, norm="batch").train()
    label, fake, real = torch.rand(2, 2, 32, 32), torch.rand(2, 3, 32, 32), torch.rand(2, 3, 32, 32) + 2
    apart = [network(torch.cat([label, images], 1)) for images in (fake, real)]
    separate, together = (
        GANTrainer(network, CrossEntropy(), LossWeights(), separate=apart_too).discriminator_loss(label, fake, real)
        for apart_too in (True, False)
    )
    torch.testing.assert_close(separate, CrossEntropy().discriminator(*apart))
    assert not torch.allclose(separate, together)


@pytest.mark.parametrize(
    ("in_channels", "norm", "parameters"),
    [(3, "instance", 2_764_737), (6, "batch", 2_768_705), (NUM_LABELS + 3, "batch", 2_785_089)],
)
def test_patch_discriminators_have_the_published_size_and_patch(
    in_channels: int, norm: Literal["batch", "instance"], parameters: int
) -> None:
    network = PatchDiscriminator(in_channels, norm=norm)
    ((verdict,),) = network(torch.zeros(1, in_channels, 70, 70))
    assert sum(parameter.numel() for parameter in network.parameters()) == parameters
    assert verdict.shape == (1, 1, 6, 6)


def test_a_verdict_depends_on_its_patch_of_70_pixels() -> None:
    torch.manual_seed(0)
    network = PatchDiscriminator(3, ndf=2, norm="batch").eval()  # instance norm would look at the whole image
    image = torch.rand(1, 3, 128, 128, requires_grad=True)
    ((verdict,),) = network(image)
    (slope,) = torch.autograd.grad(verdict[0, 0, 7, 7], image)
    rows = slope.abs().sum((0, 1, 3)).nonzero().flatten()
    assert int(rows[-1] - rows[0]) + 1 == 70


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_affine_instance_norm_is_torchs(layout: torch.memory_format) -> None:
    norm, reference = AffineInstanceNorm(3), nn.InstanceNorm2d(3, affine=True)
    with torch.no_grad():
        norm.weight.copy_(torch.tensor([0.5, 2.0, -1.0]))
        norm.bias.copy_(torch.tensor([1.0, 0.0, 3.0]))
    reference.load_state_dict(norm.state_dict())
    features = (torch.randn(2, 3, 8, 6) * 3 + 5).to(memory_format=layout)
    normed = norm(features)
    torch.testing.assert_close(normed, reference(features))
    assert normed.is_contiguous(memory_format=layout)


def test_an_image_pool_shows_earlier_images_half_of_the_time() -> None:
    torch.manual_seed(0)
    pool = ImagePool(5, 4)
    images = torch.arange(400.0)[:, None, None, None].expand(-1, 3, 4, 4).clone().requires_grad_()
    shown = torch.cat([pool(batch) for batch in images.split(2)])
    assert not shown.requires_grad
    numbers = shown[:, 0, 0, 0].long().tolist()
    assert numbers[:5] == [0, 1, 2, 3, 4], "until it is full it gives back what it is given"
    later = numbers[5:]
    earlier = [number for position, number in enumerate(later, 5) if number != position]
    assert 0.4 < len(earlier) / len(later) < 0.6
    assert len(set(later)) == len(later), "an image that was shown has left the pool"


def test_an_image_pool_survives_saving() -> None:
    pool, restored = ImagePool(3, 4), ImagePool(3, 4)
    pool(torch.rand(2, 3, 4, 4))
    restored.load_state_dict(pool.state_dict())
    assert restored.filled == 2
    assert torch.equal(restored.images, pool.images)


def test_a_pool_without_room_gives_back_what_it_is_given() -> None:
    images = torch.rand(2, 3, 4, 4)
    assert torch.equal(ImagePool(0, 4)(images), images)


def test_rates_fall_in_one_step() -> None:
    (schedule,) = step_decay(100, 0.5, 0.1)
    assert (schedule["milestones"], schedule["gamma"]) == ([50], 0.1)
    assert not step_decay(100, 1.0, 0.1)
