"""CycleGAN under the contract: each way has its generator, losses are the published ones, batches are balanced."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from torch.nn import functional

from methods.base import CannotEdit
from methods.cyclegan.model import CycleGAN
from methods.labels import ATTRIBUTES
from methods.published import build
from registry.errors import InputError
from tests.methods.faces import half_smiling, smile_stop_and_stay
from tests.methods.steps import check_autocast_step, train
from tests.places import ROOT

TINY = {
    "ngf": 4,
    "n_downsampling": 1,
    "n_blocks": 1,
    "outer_kernel": 3,
    "ndf": 4,
    "n_layers_d": 2,
    "pool_size": 3,
    "lr": 2e-3,
    "d_lr": 2e-3,
}
BANGS = ATTRIBUTES.index("Bangs")
CARD = yaml.safe_load((ROOT / "methods" / "cyclegan" / "method.yaml").read_text())
VARIANTS = {name: changes for name, changes in CARD["variants"].items() if "design" not in changes} | {"published": {}}


def _tiny(size: int = 32, **options: Any) -> CycleGAN:
    torch.manual_seed(0)
    return CycleGAN(size, **(TINY | options)).train()


def test_the_stage_is_balanced_by_its_attribute() -> None:
    (stage,) = _tiny(attribute="Bald").stages()
    assert stage.balanced_by == "Bald"


@pytest.mark.integration
@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_trains_and_the_way_back_shortens(variant: str) -> None:
    losses = train(_tiny(**VARIANTS[variant]), half_smiling(), steps=12)
    assert ("identity" in losses[0]) == (variant not in ("no-cycle", "no-identity"))
    if variant != "no-cycle":
        assert losses[-1]["cycle"] < 0.9 * losses[0]["cycle"]


def test_losses_are_those_of_separate_passes() -> None:
    model, faces = _tiny(lr=0.0, d_lr=0.0), half_smiling()
    (losses,) = train(model, half_smiling(), steps=1)
    smiling, others = faces.image[:2], faces.image[2:]
    add, remove = model.generators["adding"], model.generators["removing"]
    d_with, d_without = (
        lambda image, name=name: model.discriminators[name](image)[0][0] for name in ("with", "without")
    )
    made, unmade = add(others), remove(smiling)

    def squares(verdict: torch.Tensor, target: float) -> torch.Tensor:
        return (verdict - target).square().mean()

    l1 = functional.l1_loss
    expected = {
        "adversarial": squares(d_with(made), 1) + squares(d_without(unmade), 1),
        "cycle": 10 * (l1(add(unmade), smiling) + l1(remove(made), others)),
        "identity": 5 * (l1(add(smiling), smiling) + l1(remove(others), others)),
        "discriminators": 0.5
        * (
            squares(d_with(made), 0)
            + squares(d_with(smiling), 1)
            + squares(d_without(unmade), 0)
            + squares(d_without(others), 1)
        ),
    }
    assert losses == pytest.approx({name: value.item() for name, value in expected.items()}, rel=1e-3)


def test_each_task_goes_the_way_that_it_asks_for() -> None:
    model, tasks = _tiny().eval(), smile_stop_and_stay()
    image = tasks.target.image
    with torch.inference_mode():
        edited = model.edit(tasks)
        torch.testing.assert_close(edited[:1], model.translate("with", image[:1]))
        torch.testing.assert_close(edited[1:2], model.translate("without", image[1:2]))
    assert torch.equal(edited[2], image[2])
    assert edited.abs().max() <= 1


def test_a_short_training_begins_with_the_face_itself() -> None:
    tasks = smile_stop_and_stay()
    torch.testing.assert_close(_tiny(residual=True).eval().edit(tasks), tasks.target.image)


def test_a_change_of_another_attribute_is_refused_and_passed_over_beside_its_own() -> None:
    model, tasks = _tiny().eval(), smile_stop_and_stay()
    attributes = tasks.target.attributes.clone()
    attributes[:, BANGS] = 1
    with pytest.raises(CannotEdit, match="it was trained on Smiling, and a task asks for Bangs"):
        model.edit(replace(tasks, attributes=attributes))
    both = tasks.attributes.clone()
    both[:2, BANGS] = 1
    assert torch.equal(model.edit(replace(tasks, attributes=both)), model.edit(tasks))


def test_networks_pools_and_edits_survive_saving(tmp_path: Path) -> None:
    model, tasks = _tiny(), smile_stop_and_stay()
    train(model, half_smiling(), steps=2)
    torch.save(model.state_dict(), tmp_path / "model.pth")
    restored = CycleGAN(32, **TINY)
    restored.load_state_dict(torch.load(tmp_path / "model.pth", weights_only=True))
    assert restored.pools["with"].filled == 3
    assert torch.equal(restored.pools["with"].images, model.pools["with"].images)
    with torch.inference_mode():
        assert torch.equal(restored.eval().edit(tasks), model.eval().edit(tasks))


@pytest.mark.integration
def test_published_roles_load_published_weights() -> None:
    with torch.device("meta"):
        model = CycleGAN(256)
    for role, network in model.published_networks().items():
        published = build(f"cyclegan_{role.partition('_')[0]}").network
        assert {key: value.shape for key, value in network.state_dict().items()} == {
            key: value.shape for key, value in published.state_dict().items()
        }


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_step_under_autocast_and_channels_last(variant: str) -> None:
    check_autocast_step(_tiny(**VARIANTS[variant]), half_smiling())


@pytest.mark.parametrize(
    ("said", "options"),
    [
        ("outer_kernel", {"outer_kernel": 4}),
        ("batch_size", {"batch_size": 1}),
        ("pool_size", {"pool_size": -1}),
        ("not 32", {"n_downsampling": 5}),
        ("not 32", {"n_layers_d": 4}),
    ],
)
def test_options_that_do_not_fit_are_refused(said: str, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=said):
        _tiny(**options)


def test_an_empty_attribute_is_refused() -> None:
    with pytest.raises(InputError, match="must name attributes, such as Smiling"):
        _tiny(attribute="")
