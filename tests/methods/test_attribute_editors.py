"""The networks of StarGAN, ELEGANT and BiSeNet at sizes and widths other than the published ones."""

import pytest
import torch

from methods.elegant.discriminator import Discriminator as ElegantDiscriminator
from methods.elegant.swap import AttributeSwap, add_residual
from methods.labels import FACE_PARSING_LABELS, LABELS
from methods.layers.attribute_planes import append_attributes
from methods.layers.bisenet import BiSeNet
from methods.stargan.discriminator import Discriminator as StarganDiscriminator
from methods.stargan.generator import Generator

WIDTHS = (4, 6, 8, 10, 16)


def _faces(height: int, width: int) -> torch.Tensor:
    return torch.rand(2, 3, height, width, generator=torch.Generator().manual_seed(0)) * 2 - 1


def test_attributes_follow_the_image_as_planes() -> None:
    image, attributes = _faces(4, 6), torch.tensor([[0, 1], [1, 1]])
    joined = append_attributes(image, attributes)
    assert torch.equal(joined[:, :3], image)
    assert torch.equal(joined[:, 3:], attributes[:, :, None, None].expand(2, 2, 4, 6).float())


def test_stargan_generator_keeps_oblong_sizes_and_heeds_attributes() -> None:
    generator = Generator(num_attributes=3, width=4, num_blocks=1)
    image, attributes = _faces(20, 28), torch.zeros(2, 3)
    made = generator(image, attributes)
    assert made.shape == image.shape
    assert not torch.allclose(made, generator(image, 1 - attributes))


@pytest.mark.parametrize("size", [64, 96, 256])
def test_stargan_discriminator_sees_the_whole_image(size: int) -> None:
    verdicts, logits = StarganDiscriminator(size, num_attributes=3, width=2)(_faces(size, size))
    assert verdicts.shape == (2, 1, size // 64, size // 64)
    assert logits.shape == (2, 3)


@pytest.mark.parametrize("size", [32, 64, 96])
def test_elegant_discriminator_judges_at_its_own_size(size: int) -> None:
    network = ElegantDiscriminator(num_attributes=3, image_size=32, width=2)
    verdicts = network(_faces(size, size), torch.ones(2, 3))
    assert verdicts.shape == (2, 1)
    assert ((verdicts > 0) & (verdicts < 1)).all()


def test_elegant_exchanges_every_channel_once() -> None:
    network = AttributeSwap(3, WIDTHS)
    ours, theirs = torch.zeros(2, 16, 1, 1), torch.ones(2, 16, 1, 1)
    moved = torch.zeros(2, 16, 1, 1)
    for attribute in range(3):
        ours_changed, theirs_changed = network.exchange(ours, theirs, attribute)
        assert torch.equal(ours_changed + theirs_changed, torch.ones_like(ours))
        moved += ours_changed
    assert torch.equal(moved, torch.ones_like(moved))


def test_elegant_swap_with_oneself_only_rebuilds() -> None:
    network = AttributeSwap(2, WIDTHS)
    image = _faces(64, 96)
    residuals = network(image, image, attribute=0)
    assert residuals["A"].shape == image.shape
    for name in "BCD":
        torch.testing.assert_close(residuals[name], residuals["A"])
    assert add_residual(image, residuals["A"]).abs().max() <= 1


def test_bisenet_answers_at_the_image_size() -> None:
    network = BiSeNet(num_classes=5).eval()
    with torch.no_grad():
        logits = network(_faces(50, 70))
    assert [tuple(each.shape) for each in logits] == [(2, 5, 50, 70)] * 3


def test_bisenet_knows_the_same_labels_in_another_order() -> None:
    assert sorted(FACE_PARSING_LABELS) == sorted(LABELS)
    assert FACE_PARSING_LABELS != LABELS
