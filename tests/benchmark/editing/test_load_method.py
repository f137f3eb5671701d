"""Methods loaded to edit arrays: the edits of a run again, the inputs that reach a method, and refusals."""

import random
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from torch import Tensor

import benchmark
from methods.base import CannotEdit, EditBatch, FaceEditor
from methods.labels import ATTRIBUTES
from registry import DATASETS, METHODS
from registry.errors import InputError
from tests.commands import TINY, TINY_METHOD, bench

CARD = {
    "name": "told-attributes",
    "title": "Told attributes",
    "summary": "Paints what it is told.",
    "kind": "learned",
    "licence": "free",
    "takes": ["image", "attributes", "source image"],
}


class ToldAttributes(FaceEditor):
    """Red is the source's, green where Smiling changes, blue whether Male stays; noise in one pixel."""

    def __init__(self, size: int) -> None:
        super().__init__()

    def edit(self, tasks: EditBatch) -> Tensor:
        before, after = tasks.target.attributes[0], tasks.attributes[0]
        smiling, male = ATTRIBUTES.index("Smiling"), ATTRIBUTES.index("Male")
        if after[ATTRIBUTES.index("Bald")]:
            raise CannotEdit("it grows no hair")
        image = torch.zeros_like(tasks.target.image)
        image[:, 0] = tasks.source.image[:, 0]
        image[:, 1] = after[smiling] - before[smiling]
        image[:, 2] = after[male] * before[male]
        image[:, :, 0, 0] = torch.rand(3) * 2 - 1
        return image


class ToldHints(FaceEditor):
    """Red is the strength where a change is allowed, green the sketch, blue the hint's blue."""

    def __init__(self, size: int) -> None:
        super().__init__()

    def edit(self, tasks: EditBatch) -> Tensor:
        image = torch.zeros_like(tasks.target.image)
        if tasks.strength is not None:
            image[:, 0] = tasks.strength[:, None, None] * tasks.region
        if tasks.sketch is not None and tasks.colour is not None:
            image[:, 1], image[:, 2] = tasks.sketch, tasks.colour[:, 2]
        return image


@pytest.fixture(scope="module", autouse=True)
def _registered() -> None:
    METHODS.register(card=CARD)(ToldAttributes)
    takes = [["image", "strength", "region", "sketch", "colour"], ["image", "strength"]]
    METHODS.register(card={**CARD, "name": "told-hints", "takes": takes})(ToldHints)


@pytest.fixture(scope="module")
def run_folder(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of a small network, which edits one task at a time."""
    runs = tmp_path_factory.mktemp("load") / "runs"
    words = ("--method", "tiny", "--plugin", TINY_METHOD, *TINY, "--set", "dataset.size=32")
    outcome = bench("score", *words, "--set", "edit_batch_size=1", "--protocol", "style-copy", "--runs", runs)
    assert outcome.code == 0, outcome.err
    return runs / "rendered-faces" / "tiny" / "seed0"


def load(checkpoint: Path | None, name: str = "tiny", **words: Any):
    return benchmark.load_method(name, checkpoint, plugins=[TINY_METHOD], **words)


GRAY = np.full((64, 64, 3), 100, dtype=np.uint8)
SKIN = np.ones((64, 64), dtype=np.uint8)


@pytest.mark.parametrize("place", ["", "checkpoints/paint.pth"])
def test_it_edits_as_the_run_did(run_folder: Path, cache: Path, place: str) -> None:
    method = load(run_folder / place)
    assert (method.label, method.size, method.model.training) == ("tiny", 32, False)
    faces = DATASETS.get("rendered-faces")(root=None, size=32, cache=cache / "faces", train=24, val=4, test=12).packed
    row_of = {str(face): row for row, face in enumerate(faces.ids)}
    edits = run_folder / "edits" / "style-copy"
    tasks = pd.read_parquet(edits / "tasks.parquet")
    assert len(tasks) == 5
    for task in tasks.itertuples():
        target, source = row_of[task.target], row_of[task.source]
        edited = method.edit(faces.images[target], faces.masks[target], requested_mask=faces.masks[source])
        written = cv2.imread(str(edits / f"{task.task:05d}.png"))[..., ::-1]
        assert edited.dtype == np.uint8
        assert np.array_equal(edited, written)


def test_a_published_file_fills_a_network(run_folder: Path, tmp_path: Path) -> None:
    trained = load(run_folder)
    torch.save(trained.model.network.state_dict(), tmp_path / "published.pth")
    published = load(tmp_path / "published.pth", size=64)
    assert published.size == 64
    for key, value in trained.model.state_dict().items():
        assert torch.equal(published.model.state_dict()[key], value)
    with pytest.raises(InputError, match="unknown network of tiny 'painter'"):
        load(tmp_path / "published.pth", settings={"network": "painter"})


def test_a_checkpoint_away_from_its_run_has_the_options_that_are_given(run_folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "kept.pth"
    path.write_bytes((run_folder / "checkpoints" / "paint.pth").read_bytes())
    assert torch.equal(load(path).model.network[0].weight, load(run_folder).model.network[0].weight)
    with pytest.raises(InputError, match=r"kept.pth is no checkpoint of tiny: .*of another shape"):
        load(path, settings={"options": {"width": 5}})


def test_every_input_reaches_the_method() -> None:
    source = np.full((64, 64, 3), 30, dtype=np.uint8)
    method = benchmark.load_method("told-attributes")
    edited = method.edit(GRAY, source=source, attributes={"Male": True}, requested_attributes={"Smiling": True})
    assert edited[32, 32].tolist() == [30, 255, 255]
    edited = method.edit(Image.fromarray(GRAY), source=source, attributes={"Male": 1}, requested_attributes={"Male": 0})
    assert edited[32, 32].tolist() == [30, 128, 128]
    with pytest.raises(InputError, match="told-attributes cannot do this edit: it grows no hair"):
        method.edit(GRAY, source=source, attributes={}, requested_attributes={"Bald": True})


def test_region_strength_and_hints_reach_a_method_that_takes_them() -> None:
    method = benchmark.load_method("told-hints")
    region, sketch = np.zeros((2, 64, 64), bool)
    region[:32], sketch[16:48] = True, True
    blue = np.full((64, 64, 3), 255, np.uint8)
    edited = method.edit(GRAY, region=region, strength=0.2, sketch=sketch, colour=blue)
    assert [edited[row, 0].tolist() for row in (0, 20, 40, 60)] == [[153, 128, 255], [153, 255, 255], *[[128] * 3] * 2]
    assert (method.edit(GRAY) == (255, 128, 128)).all()


def test_an_edit_is_the_same_again_and_leaves_random_draws_alone() -> None:
    method = benchmark.load_method("told-attributes")
    words: dict[str, Any] = {"source": GRAY, "attributes": {}, "requested_attributes": {"Smiling": True}}
    torch.manual_seed(5)
    random.seed(5)
    expected = torch.rand(1), random.random()
    torch.manual_seed(5)
    random.seed(5)
    first = method.edit(GRAY, **words)
    assert (torch.rand(1), random.random()) == expected
    assert np.array_equal(method.edit(GRAY, **words), first)


def test_a_requested_mask_is_painted_in_the_colours_of_the_masks_regions() -> None:
    image, mask = GRAY.copy(), SKIN.copy()
    image[:, :32], mask[:, :32] = (200, 10, 10), 13
    edited = benchmark.load_method("region-color").edit(image, mask, requested_mask=np.rot90(mask))
    assert np.abs(edited[-1].astype(int) - (200, 10, 10)).max() <= 2
    assert np.abs(edited[0].astype(int) - 100).max() <= 2


@pytest.mark.parametrize(
    ("name", "words", "sentence"),
    [
        ("region-color", {"image": GRAY}, "region-color takes image and mask: give mask too"),
        ("told-attributes", {"image": GRAY}, "give attributes and requested_attributes and source too"),
        ("oracle", {"image": GRAY}, "edits no other images"),
        ("copy-target", {"image": GRAY[:32]}, "image is 64x32; copy-target was loaded for 64x64"),
        ("copy-target", {"image": GRAY / 255}, "image is (H, W, 3) uint8 RGB, not (64, 64, 3) float64"),
        ("copy-target", {"image": GRAY[..., 0]}, "uint8 RGB, not (64, 64) uint8"),
        ("copy-target", {"image": "face.png"}, "uint8 RGB, not () <U8"),
        ("region-color", {"image": GRAY, "mask": GRAY}, "mask is (H, W) integer labels 0..18"),
        ("region-color", {"image": GRAY, "mask": SKIN * 19}, "mask holds label 19"),
        ("region-color", {"image": GRAY, "mask": SKIN.astype(int) - 2}, "mask holds label -1"),
        ("region-color", {"image": GRAY, "mask": SKIN[:8, :8]}, "mask is 8x8"),
        ("copy-target", {"image": GRAY, "requested_mask": SKIN}, "give mask too"),
        ("copy-target", {"image": GRAY, "source_mask": SKIN}, "give source too"),
        ("copy-target", {"image": GRAY, "strength": 0.5}, "copy-target takes image, and no strength"),
        ("copy-target", {"image": GRAY, "colour": GRAY}, "copy-target takes image, and no colour"),
        ("copy-target", {"image": GRAY, "strength": -1}, "strength is a number from 0, not -1"),
        ("copy-target", {"image": GRAY, "region": SKIN > 0}, "copy-target takes image, and no region"),
        ("telea", {"image": GRAY, "region": SKIN}, "region is (H, W) bool, not (64, 64) uint8"),
        ("copy-target", {"image": GRAY, "attributes": {"Smilling": True}}, "did you mean 'Smiling'"),
        ("copy-target", {"image": GRAY, "attributes": {"Smiling": 2}}, "attributes are True or False"),
    ],
)
def test_an_input_that_does_not_fit_is_one_sentence(name: str, words: dict[str, Any], sentence: str) -> None:
    method = benchmark.load_method(name, size=64)
    with pytest.raises(InputError) as error:
        method.edit(**words)
    assert sentence in str(error.value)


def test_a_checkpoint_that_does_not_fit_is_one_sentence(run_folder: Path, tmp_path: Path) -> None:
    def refused(checkpoint: Path | None, name: str = "tiny", **words: Any) -> str:
        with pytest.raises(InputError) as error:
            load(checkpoint, name, **words)
        assert "\n" not in str(error.value)
        return str(error.value)

    assert "tiny edits with trained weights: give a checkpoint" in refused(None)
    assert "is a run of tiny, not of region-color" in refused(run_folder, "region-color")
    assert "no such run folder or checkpoint file" in refused(tmp_path / "absent")
    assert "holds no experiment.yaml" in refused(tmp_path)
    assert "unknown method 'tyni'; did you mean 'tiny'" in refused(None, "tyni")
    (tmp_path / "damaged.pth").write_bytes(b"PK")
    assert "damaged.pth" in refused(tmp_path / "damaged.pth")
    (tmp_path / "experiment.yaml").write_text((run_folder / "experiment.yaml").read_text())
    assert "paint.pth: no such checkpoint; the run's training is not finished" in refused(tmp_path)
    content = torch.load(run_folder / "checkpoints" / "paint.pth", weights_only=True)
    (tmp_path / "checkpoints").mkdir()
    unfinished = {**content, "meta": {**content["meta"], "finished": False}}
    torch.save(unfinished, tmp_path / "checkpoints" / "paint.pth")
    assert "its stage is not finished" in refused(tmp_path)
