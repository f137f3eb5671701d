"""The examples of plug-ins do what their pages say; the pages run them, these tests look at what comes out."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest
import torch

from benchmark.features.build_encoder import build_encoder
from benchmark.images.convert import image_array
from benchmark.metrics.base import Judged, ScoringBatch
from benchmark.metrics.function_metric import metric_class_of
from benchmark.runtime.device import Compute, choose_compute
from benchmark.weights.locate import Weights
from benchmark.weights.resources import Resources
from methods.base import EditBatch
from methods.labels import ATTRIBUTES, LABELS
from registry import DATASETS, JUDGES, METHODS, METRICS, PROTOCOLS
from registry.catalogue import DATASET_CARDS
from tests.docs.tiny_commands import run
from tests.places import ROOT

EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.py"))
PAGES = "\n".join(path.read_text() for path in (ROOT / "docs" / "extend").glob("*.md"))


@pytest.fixture
def faces(tmp_path: Path):
    return DATASETS.get("rendered-faces")(root=None, size=64, cache=tmp_path, train=4, val=1, test=6)


def tasks(faces, protocol: str, **options: int) -> EditBatch:
    made = PROTOCOLS.get(protocol)(**options)
    return made.batch(faces, made.tasks(faces, 0))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_shown_on_a_page_and_run_by_a_command(path: Path) -> None:
    assert f'--8<-- "examples/{path.name}"' in PAGES
    assert f"--plugin docs/examples/{path.name}" in PAGES


def plugged(*names: str) -> list[str]:
    return [word for name in names for word in ("--plugin", str(ROOT / "docs" / "examples" / f"{name}.py"))]


def test_the_blur_changes_the_region_alone(faces) -> None:
    run(["show", "blurred-copy", *plugged("blurred_copy")])
    batch = tasks(faces, "attribute-transfer", count=2)
    edited = METHODS.get("blurred-copy")(size=64).edit(batch)
    changed = (edited != batch.target.image).any(dim=1)
    assert changed.any()
    assert not (changed & ~batch.region).any()


@pytest.mark.integration
def test_the_mirrored_task_is_exact_and_sharpness_is_a_ratio(faces) -> None:
    run(["show", "mirror", *plugged("sharpness", "mirror")])
    batch = tasks(faces, "mirror", count=3)
    assert torch.equal(batch.oracle, batch.target.image.flip(3))
    left, right = LABELS.index("l_eye"), LABELS.index("r_eye")
    assert torch.equal(batch.mask == left, (batch.target.mask == right).flip(2))
    assert torch.equal(batch.mask == 1, (batch.target.mask == 1).flip(2))
    nothing = torch.zeros(3)
    metric = metric_class_of(METRICS.get("sharpness"), METRICS.catalogue.find("sharpness").card)()
    metric.prepare(Resources(choose_compute("cpu", "fp32", None), Weights()))
    unseen = Judged.of(nothing, nothing, nothing)
    sharp = ScoringBatch(batch, image_array(batch.oracle), unseen, (), (), unseen)
    blurred = replace(sharp, output_pixels=image_array(torch.nn.functional.avg_pool2d(batch.oracle, 5, 1, 2)))
    assert metric.measure(sharp)["value"] == pytest.approx(np.ones(3))
    assert (metric.measure(blurred)["value"] < 0.9).all()


@pytest.mark.integration
def test_the_folder_gives_back_its_faces(faces, tmp_path: Path) -> None:
    root = tmp_path / "photos"
    for place in ("images", "masks"):
        (root / place).mkdir(parents=True)
    packed = faces.packed
    for row, face in enumerate(packed.ids):
        cv2.imwrite(str(root / "images" / f"{face}.png"), packed.images[row][..., ::-1])
        cv2.imwrite(str(root / "masks" / f"{face}.png"), packed.masks[row])
    (root / "images" / "broken.png").write_bytes(b"not a picture")
    table = pd.DataFrame(packed.attributes, index=pd.Index(packed.ids, name="face"), columns=list(ATTRIBUTES))
    table[["Smiling"]].to_csv(root / "attributes.csv")
    run(["show", "photo-folder", *plugged("photo_folder")])
    found = DATASETS.get("photo-folder")(root=root, size=64, cache=tmp_path / "cache")
    order = [list(packed.ids).index(face) for face in found.packed.ids]
    assert sorted(found.packed.ids) == sorted(packed.ids)
    assert np.array_equal(found.packed.images, packed.images[order])
    assert np.array_equal(found.packed.masks, packed.masks[order])
    smiling = ATTRIBUTES.index("Smiling")
    assert np.array_equal(found.packed.attributes[:, smiling], packed.attributes[order, smiling])
    assert found.known_attributes == ("Smiling",)
    assert [skipped.face for skipped in found.skipped] == ["broken"]


@pytest.mark.integration
def test_own_labels_and_attributes_are_read_by_a_card(faces, tmp_path: Path) -> None:
    root = tmp_path / "portraits"
    for place in ("images", "masks"):
        (root / place).mkdir(parents=True)
    packed = faces.packed
    classes = ["background", "skin", "hair", "neck", "cloth"]
    numbers = np.array([classes.index(name) if name in classes else 1 for name in LABELS], np.uint8)
    for row, face in enumerate(packed.ids):
        cv2.imwrite(str(root / "images" / f"{face}.png"), packed.images[row][..., ::-1])
        mask = numbers[packed.masks[row]]
        mask[0, 0] = 5
        cv2.imwrite(str(root / "masks" / f"{face}.png"), mask)
    smiling = packed.attributes[:, ATTRIBUTES.index("Smiling")]
    pd.DataFrame({"id": packed.ids, "smile": smiling}).to_csv(root / "attributes.csv", index=False)
    run(["show", "own-faces", *plugged("own_faces")])
    run(["data", "verify", "--dataset", "own-faces", "--data", str(root), *plugged("own_faces")])
    options = DATASET_CARDS.find("own-faces").card.options
    found = DATASETS.get("own-faces")(root=root, size=64, cache=tmp_path / "cache", **options)
    order = [list(packed.ids).index(face) for face in found.packed.ids]
    expected = np.array([LABELS.index((*classes, "skin")[number]) for number in numbers], np.uint8)[packed.masks[order]]
    expected[:, 0, 0] = LABELS.index("skin")
    assert np.array_equal(found.packed.masks, expected)
    assert np.array_equal(found.packed.attributes[:, ATTRIBUTES.index("Smiling")], smiling[order])
    assert found.known_attributes == ("Smiling",)


@pytest.mark.integration
def test_the_parser_learns(faces) -> None:
    run(["show", "plain-parser", *plugged("plain_parser")])
    torch.manual_seed(0)
    judge = JUDGES.get("plain-parser")(64, width=8, iterations=20, batch_size=4, lr=0.01)
    batch = faces.batch(faces.rows("train"))
    optimizer = judge.optimizer()
    losses = []
    for _ in range(20):
        loss = judge.loss(batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.8 * losses[0]
    labels, features = judge.parse(batch.image)
    assert (labels.shape, features.shape) == ((4, 64, 64), (4, 8))


def test_the_grid_has_the_colours_of_its_cells() -> None:
    run(["show", "color-grid", *plugged("color_grid")])
    image = np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=np.uint8)
    resources = Resources(Compute(torch.device("cpu"), "fp32", channels_last=False), Weights())
    (row,) = build_encoder("color-grid", resources).encode([image])
    cells = image.reshape(4, 12, 4, 16, 3).mean(axis=(1, 3)) / 255
    np.testing.assert_allclose(row.reshape(3, 4, 4), cells.transpose(2, 0, 1), rtol=1e-5)


@pytest.mark.integration
def test_the_eyes_are_found_after_a_short_training_and_their_shift_is_measured(faces) -> None:
    run(["show", "eye-finder", *plugged("eye_finder")])
    torch.manual_seed(0)
    judge = JUDGES.get("eye-finder")(64, width=8, iterations=60, batch_size=4, lr=0.01)
    before = judge.evaluate(faces, faces.rows("train"))["eye_distance"]
    optim = judge.optimizers(judge.stages()[0])
    batch = faces.batch(faces.rows("train"))
    for _ in range(60):
        judge.train_step(batch, optim)
    assert judge.evaluate(faces, faces.rows("train"))["eye_distance"] < before / 2
    tasks_of_copies = tasks(faces, "style-copy", count=2)
    where = judge.answer(tasks_of_copies.target.image).detach()
    nothing, pixels = torch.zeros(2), image_array(tasks_of_copies.target.image)
    judged, judged_targets = (
        Judged.of(nothing, nothing, nothing, {"landmarks": found}) for found in (where + 0.03, where)
    )
    moved = ScoringBatch(tasks_of_copies, pixels, judged, (), (), judged_targets)
    assert METRICS.get("eye-shift")().measure(moved)["value"] == pytest.approx([3 * 2**0.5] * 2, rel=1e-4)
