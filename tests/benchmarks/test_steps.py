"""The transcriptions of published training steps compute the losses and gradients that the methods' steps do."""

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module

import pytest
import torch
from mmengine.optim import OptimWrapperDict
from torch import Tensor, nn

from benchmark.runtime.device import choose_compute
from benchmarks.steps import SIZE, Case, ours_as_trained, require_same_losses, update
from benchmarks.timing import random_faces
from methods.base import FaceBatch
from methods.icgan.model import IcGAN
from tests.places import ROOT

FAMILIES = sorted(path.stem for path in (ROOT / "benchmarks").glob("steps_*.py"))
CASES: dict[str, Case] = {
    case.name: case for family in FAMILIES for case in import_module(f"benchmarks.{family}").CASES
}
CHEAP = "IcGAN, attribute_encoder"


def test_the_command_times_every_family() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (families,) = (line for line in makefile.splitlines() if line.startswith("STEPS = "))
    assert sorted(f"steps_{family}" for family in families.split()[2:]) == FAMILIES


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(CASES))
def test_steps_are_those_published(name: str) -> None:
    require_same_losses(CASES[name])


def test_equal_steps_pass() -> None:
    require_same_losses(CASES[CHEAP])


def twice_the_loss(model: IcGAN, faces: FaceBatch, optim: OptimWrapperDict) -> None:
    own = 2 * faces.values_of(model.options.attributes) - 1
    update(optim, 2 * (model.attribute_encoder(faces.image) - own).square().mean(), "attribute_encoder")


def another_encoding(model: IcGAN, faces: FaceBatch, optim: OptimWrapperDict) -> None:
    """The same loss by value, of which no gradient reaches the last layer."""
    own = 2 * faces.values_of(model.options.attributes) - 1
    model.attribute_encoder[-1].requires_grad_(False)
    update(optim, (model.attribute_encoder(faces.image) - own).square().mean(), "attribute_encoder")


@pytest.mark.parametrize("published", [twice_the_loss, another_encoding])
def test_others_are_refused(published: Callable[..., None]) -> None:
    with pytest.raises(SystemExit, match="IcGAN, attribute_encoder: gradients of attribute_encoder"):
        require_same_losses(replace(CASES[CHEAP], published=published))


def test_another_number_of_updates_is_refused() -> None:
    with pytest.raises(SystemExit, match="goes down 2 losses, as published 1"):
        require_same_losses(replace(CASES[CHEAP], steps=2))


def test_a_step_as_trained_multiplies_at_the_precision_and_in_the_layout() -> None:
    seen = set()

    def note(module: nn.Module, _: object, output: Tensor) -> None:
        if isinstance(module, nn.Conv2d):
            seen.add((output.dtype, output.is_contiguous(memory_format=torch.channels_last)))

    step = ours_as_trained(CASES[CHEAP], random_faces(2, SIZE), choose_compute("cpu", "bf16"))
    hook = nn.modules.module.register_module_forward_hook(note)
    try:
        step()
    finally:
        hook.remove()
    assert seen == {(torch.bfloat16, True)}
