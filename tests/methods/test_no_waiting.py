"""No training step waits for its device: on `meta` tensors, which hold no numbers, reading one raises."""

from contextlib import nullcontext

import pytest
import torch
from torch.nn import functional

from methods.base import FaceBatch, one_hot
from methods.labels import ATTRIBUTES, NUM_LABELS
from methods.layers.adam import adam
from registry import METHODS
from registry.catalogue import METHOD_CARDS

SIZE, FACES = 64, 4


@pytest.fixture(autouse=True)
def _no_autocast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "autocast", lambda *_args, **_kwargs: nullcontext())  # it knows no meta device


@pytest.fixture
def _no_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the steps of optimisers, which take a third of the time of all on tensors without numbers."""
    monkeypatch.setattr(torch.optim.Adam, "step", lambda _self: None)


def loaded_faces() -> FaceBatch:
    attributes = torch.rand(FACES, len(ATTRIBUTES), device="cpu").round()
    mask = torch.zeros(FACES, SIZE, SIZE, dtype=torch.uint8, device="cpu")
    return FaceBatch(torch.zeros(FACES, 3, SIZE, SIZE, device="cpu"), mask, attributes, tuple("abcd"))


@pytest.mark.usefixtures("_no_rule")
@pytest.mark.integration
@pytest.mark.parametrize(
    "label",
    [
        "maskgan",
        "maskgan+no-blender",
        "pix2pixhd",
        "pix2pixhd+m",
        "pix2pixhd+local",
        "spade",
        "spade+m",
        "sean",
        "stargan",
        "elegant",
        "pix2pix",
        "attgan",
        "attgan+stgan",
        "cyclegan",
        "cyclegan+unit",
        "cyclegan+discogan",
        "crn",
        "crn+diversity",
        "adain",
        "adain+region",
        "fader",
        "diat",
        "icgan",
        "deepfill",
        "deepfill+contextual",
        "deepfill+partial-conv",
        "sc-fegan",
        "mask-diffusion",
        "mask-guided",
        "geogan",
    ],
)
def test_a_training_step_reads_nothing_from_its_device(label: str) -> None:
    name, _, variant = label.partition("+")
    card = METHOD_CARDS.find(name).card
    options = {
        **card.options,
        **card.presets["demo"],
        **card.variants.get(variant, {}),
        **card.presets.get(f"demo+{variant}", {}),
    }
    with torch.device("meta"):
        model = METHODS.get(name)(size=SIZE, **options).train()
    faces = loaded_faces().to("meta")
    for stage in model.stages():
        model.begin_stage(stage)
        optim = model.optimizers(stage)
        for _ in range(2):
            losses = model.train_step(faces, optim)
        assert {loss.device.type for loss in losses.values()} == {"meta"}


@pytest.mark.parametrize("options", [{}, {"weight_decay": 0.1, "decoupled": True}, {"clip_norm": 1.0}])
def test_a_step_of_an_optimiser_reads_nothing_from_its_device(options: dict[str, float]) -> None:
    network = torch.nn.Linear(3, 2, device="meta")
    optimizer = adam(network, 1e-3, (0.5, 0.999), **options)
    for _ in range(2):
        optimizer.update_params(network(torch.ones(4, 3, device="meta")).sum())


def test_moved_attributes_are_read_where_they_were_loaded() -> None:
    faces = loaded_faces()
    moved = faces.to("meta")
    assert moved.to("meta").attributes_on_host is faces.attributes
    assert faces.attributes_on_host is faces.attributes


def test_one_hot_lies_in_memory_as_torchs_own() -> None:
    mask = torch.randint(NUM_LABELS, (3, 8, 5), dtype=torch.uint8)
    reference = functional.one_hot(mask.long(), NUM_LABELS).permute(0, 3, 1, 2).float()
    planes = one_hot(mask)
    assert torch.equal(planes, reference)
    assert planes.stride() == reference.stride()
