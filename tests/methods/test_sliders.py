"""Methods with a slider: strength 1 is their own edit to the bit, 0 the target as it is decoded, between less."""

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from methods.attgan.model import AttGAN
from methods.base import EditBatch, FaceEditor
from methods.elegant.model import Elegant
from methods.fader.model import Fader, values
from methods.icgan.model import IcGAN
from methods.labels import ATTRIBUTES
from methods.shared.requested_attributes import strength_of
from methods.stargan.model import StarGAN
from registry.catalogue import METHOD_CARDS
from tests.methods.faces import SMILING, random_tasks

SMALL = {"attributes": ("Bangs", "Smiling")}
SLIDERS: dict[str, tuple[type[Any], dict[str, Any]]] = {
    "attgan": (AttGAN, {**SMALL, "ngf": 4, "n_downsampling": 3, "ndf": 4, "hidden": 8}),
    "stgan": (
        AttGAN,
        {
            **{**SMALL, "ngf": 4, "n_downsampling": 3, "ndf": 4, "hidden": 8},
            **{"num_skips": 3, "num_injections": 3, "selective": True, "difference": True},
        },
    ),
    "stargan": (StarGAN, {**SMALL, "ngf": 4, "n_downsampling": 1, "n_blocks": 1, "ndf": 4, "d_downsampling": 2}),
    "elegant": (Elegant, {**SMALL, "widths": (4, 6, 8, 8, 8), "ndf": 4, "signal_init": False}),
    "fader": (Fader, {"width": 4, "edit_strength": 1.7}),
    "icgan": (IcGAN, {**SMALL, "latent": 8, "ngf": 4, "ndf": 4, "nef": 4, "hidden": 32}),
}


def built(name: str) -> FaceEditor:
    torch.manual_seed(0)
    method, options = SLIDERS[name]
    editor: FaceEditor = method(32, **options)
    return editor.eval()


def smiles() -> EditBatch:
    """Two tasks that ask for a smile, of targets one of which has bangs."""
    tasks = random_tasks(2, 32)
    tasks.target.attributes[0, ATTRIBUTES.index("Bangs")] = 1
    attributes = tasks.target.attributes.clone()
    attributes[:, SMILING] = 1
    return replace(tasks, attributes=attributes)


def at(strength: float) -> EditBatch:
    return replace(smiles(), strength=torch.full((2,), strength))


@pytest.mark.parametrize("name", SLIDERS)
def test_strength_1_is_the_edit_to_the_bit_and_less_goes_less_far(name: str) -> None:
    editor = built(name)

    def edited(tasks: EditBatch) -> Tensor:
        with torch.inference_mode():
            return editor.edit(tasks)

    whole = edited(smiles())
    assert torch.equal(edited(at(1.0)), whole)
    none, less, half = (edited(at(strength)) for strength in (0.0, 0.01, 0.5))
    assert 0 < (less - none).abs().mean() < (half - none).abs().mean() < (whole - none).abs().mean()


def test_strength_0_is_the_target_with_its_own_attributes() -> None:
    tasks = at(0.0)
    image, own = tasks.target.image, tasks.target.attributes
    with torch.inference_mode():
        fader = built("fader")
        assert isinstance(fader, Fader)
        rebuilt = fader.decoder(fader.encoder(image), values(own[:, SMILING]))
        torch.testing.assert_close(fader.edit(tasks), rebuilt)
        attgan = built("attgan")
        assert isinstance(attgan, AttGAN)
        vector = own[:, [ATTRIBUTES.index("Bangs"), SMILING]] - 0.5
        torch.testing.assert_close(attgan.edit(tasks), attgan.generator(image, vector))
        elegant = built("elegant")
        assert isinstance(elegant, Elegant)
        alone = elegant.edit(replace(tasks, source=tasks.target))
        torch.testing.assert_close(elegant.edit(tasks), alone)


def test_tasks_that_do_not_say_it_have_strength_1() -> None:
    assert strength_of(smiles()).tolist() == [[1.0], [1.0]]
    assert strength_of(at(0.5)).tolist() == [[0.5], [0.5]]


def test_the_cards_of_sliders_say_so() -> None:
    for name in SLIDERS.keys() - {"stgan"}:
        assert "strength" in METHOD_CARDS.find(name).card.every_input, name
