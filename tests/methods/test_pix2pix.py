"""pix2pix under the contract: the mask decides all, noise stays in training, and published keys load."""

from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from torch.nn import functional

from methods.base import one_hot
from methods.layers.unet import UNet, published_unet_key
from methods.pix2pix.model import Pix2Pix
from methods.pix2pix.options import Pix2PixOptions
from tests.methods.faces import random_faces, random_tasks
from tests.methods.golden import read_golden
from tests.methods.steps import check_autocast_step, check_edits_of_the_mask_alone, train
from tests.places import ROOT

TINY = {"ngf": 4, "n_downsampling": 5, "ndf": 4, "n_layers_d": 2, "lr": 2e-3, "d_lr": 2e-3}
CARD = yaml.safe_load((ROOT / "methods" / "pix2pix" / "method.yaml").read_text())
VARIANTS = CARD["variants"] | {"published": {}}


def _tiny(size: int = 32, **options: Any) -> Pix2Pix:
    torch.manual_seed(0)
    return Pix2Pix(size, **(TINY | options)).train()


def test_the_generator_of_masks_has_the_published_size() -> None:
    with torch.device("meta"):
        model = Pix2Pix(256)
    assert sum(parameter.numel() for parameter in model.generator.parameters()) == 54_430_339
    assert Pix2PixOptions().iterations == 200 * 24_183


def test_published_keys_name_every_tensor_once_at_any_depth() -> None:
    golden = read_golden("pix2pix_generator")
    ours = [published_unet_key(key) for key, *_ in golden["state_dict"]]
    with torch.device("meta"):
        network = UNet()
    assert sorted(ours) == sorted(network.state_dict())
    assert [published_unet_key(key) for key in ours] == ours


@pytest.mark.integration
@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_learns(variant: str) -> None:
    losses = train(_tiny(**VARIANTS[variant]), random_faces(4, 32), steps=12)
    assert ("l1" in losses[0]) == (variant != "no-l1")
    falling = "discriminator" if variant == "no-l1" else "l1"
    assert losses[-1][falling] < 0.95 * losses[0][falling]


def test_losses_are_the_published_ones() -> None:
    model, faces = _tiny(lr=0.0, d_lr=0.0, dropout=0.0), random_faces(4, 32)
    (losses,) = train(model, random_faces(4, 32), steps=1)
    label = one_hot(faces.mask)
    fake = model.generator(label)
    (of_fake,), (of_real,) = ((model.discriminator(torch.cat([label, shown], 1))[0]) for shown in (fake, faces.image))
    entropy = functional.binary_cross_entropy_with_logits
    expected = {
        "adversarial": entropy(of_fake, torch.ones_like(of_fake)),
        "l1": 100 * functional.l1_loss(fake, faces.image),
        "discriminator": 0.5
        * (entropy(of_fake, torch.zeros_like(of_fake)) + entropy(of_real, torch.ones_like(of_real))),
    }
    assert losses == pytest.approx({name: value.item() for name, value in expected.items()}, rel=1e-4)


def test_features_are_dropped_in_training_and_in_no_edit() -> None:
    model, tasks = _tiny(64, n_downsampling=6), random_tasks(2, 64)
    label = one_hot(tasks.mask)
    assert not torch.equal(model.generator(label), model.generator(label))
    model.eval()
    with torch.inference_mode():
        assert torch.equal(model.edit(tasks), model.edit(tasks))
    assert "drop no features" in model.provenance()["eval_mode"]


def test_edits_depend_on_the_mask_alone_and_survive_saving(tmp_path: Path) -> None:
    model = _tiny()
    train(model, random_faces(4, 32), steps=2)
    check_edits_of_the_mask_alone(model, Pix2Pix(32, **TINY), tmp_path)


def test_a_step_under_autocast_and_channels_last() -> None:
    check_autocast_step(_tiny(), random_faces(2, 32))


@pytest.mark.parametrize(
    ("option", "value"), [("n_downsampling", 1), ("n_downsampling", 6), ("dropout", 1.0), ("batch_size", 0), ("ngf", 0)]
)
def test_options_that_do_not_fit_are_refused(option: str, value: object) -> None:
    with pytest.raises(ValueError, match=option):
        _tiny(**{option: value})
