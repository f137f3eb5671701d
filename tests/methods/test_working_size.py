"""Methods published below the comparison's size work at theirs: shrunk, edited, enlarged, and said."""

from typing import Any

import pytest
import torch

from methods.base import EditBatch
from methods.labels import ATTRIBUTES
from methods.shared.working_size import enlarged, shrunk, shrunk_planes, shrunk_tasks
from registry import METHODS
from registry.catalogue import METHOD_CARDS
from tests.methods.faces import random_faces, random_tasks

TINY: dict[str, dict[str, Any]] = {
    "stargan": {"ngf": 4, "n_blocks": 1, "ndf": 4, "d_downsampling": 4},
    "elegant": {"widths": (4, 6, 8, 8, 8), "ndf": 4},
    "sean": {"ngf": 2, "hidden": 4, "style_length": 8, "encoder_width": 4, "ndf": 4},
    "attgan": {"ngf": 4, "ndf": 4, "hidden": 4},
    "cyclegan": {"ngf": 4, "n_blocks": 1, "ndf": 4, "pool_size": 3},
    "pix2pix": {"ngf": 4, "ndf": 4, "n_downsampling": 6, "dropout": 0.0},
    "fader": {"width": 4, "dropout": 0.0},
}
PUBLISHED = {"stargan": 128, "elegant": 256, "sean": 256, "attgan": 128, "cyclegan": 256, "pix2pix": 256, "fader": 256}


def _tasks(size: int) -> EditBatch:
    tasks = random_tasks(2, size)
    tasks.attributes[:, ATTRIBUTES.index("Smiling")] = 1 - tasks.target.attributes[:, ATTRIBUTES.index("Smiling")]
    return tasks


def test_shrinking_is_the_mean_over_area_and_the_nearest_label() -> None:
    faces = random_faces(2, 64)
    small = shrunk(faces, 32)
    expected = faces.image.reshape(2, 3, 32, 2, 32, 2).mean((3, 5))
    torch.testing.assert_close(small.image, expected)
    assert torch.equal(small.mask, faces.mask[:, ::2, ::2]), "the faces' labels lie in blocks"
    assert small.mask.dtype == torch.uint8
    assert shrunk(faces, 64) is faces
    assert shrunk(faces, 128) is faces


def test_enlarging_keeps_range_and_constants() -> None:
    image = torch.where(torch.rand(1, 3, 8, 8) > 0.5, 1.0, -1.0)
    large = enlarged(image, 32)
    assert large.shape == (1, 3, 32, 32)
    assert large.abs().max() <= 1
    torch.testing.assert_close(enlarged(torch.full((1, 3, 8, 8), 0.3), 32), torch.full((1, 3, 32, 32), 0.3))
    assert torch.equal(enlarged(image, 8), image)


def test_tasks_shrink_in_what_methods_read() -> None:
    tasks = shrunk_tasks(random_tasks(2, 64), 32)
    assert {tasks.target.image.shape[-1], tasks.source.mask.shape[-1], tasks.mask.shape[-1]} == {32}


@pytest.mark.parametrize("size", [8, 12])
def test_planes_shrink_to_where_any_covered_pixel_is_one(size: int) -> None:
    planes = torch.zeros(1, 1, 16, 16)
    planes[..., 5, 10] = 1
    small = shrunk_planes(planes, size)
    assert small.shape == (1, 1, size, size)
    # a pixel of 16 is covered by those whose spans it touches
    rows, columns = ({pixel * size // 16, -(-(pixel + 1) * size // 16) - 1} for pixel in (5, 10))
    expected = {(row, column) for row in rows for column in columns}
    assert {tuple(place) for place in small[0, 0].nonzero().tolist()} == expected
    assert shrunk_planes(planes, 16) is planes


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_paper_preset_works_at_the_published_size(name: str) -> None:
    assert METHOD_CARDS.find(name).card.presets["paper"]["max_size"] == PUBLISHED[name]


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_smaller_method_edits_as_it_would_at_its_size(name: str) -> None:
    built = []
    for size, max_size in ((128, 64), (64, 0)):
        torch.manual_seed(0)
        built.append(METHODS.get(name)(size=size, max_size=max_size, **TINY[name]).eval())
    large, small = built
    assert {key: value.shape for key, value in large.state_dict().items()} == {
        key: value.shape for key, value in small.state_dict().items()
    }
    tasks = _tasks(128)
    with torch.inference_mode():
        torch.manual_seed(1)  # SEAN's norms add noise
        edited = large.edit(tasks)
        torch.manual_seed(1)
        expected = enlarged(small.edit(shrunk_tasks(tasks, 64)), 128)
    assert edited.shape == (2, 3, 128, 128)
    torch.testing.assert_close(edited, expected)
    assert large.provenance()["working_size"].startswith("trained and edits at 64 pixels")
    assert "working_size" not in small.provenance()


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_smaller_method_trains_on_shrunk_faces(name: str) -> None:
    losses = []
    for size, max_size in ((128, 64), (64, 0)):
        torch.manual_seed(0)
        model = METHODS.get(name)(size=size, max_size=max_size, **TINY[name]).train()
        faces = random_faces(4, 128)
        faces.attributes[::2, ATTRIBUTES.index("Smiling")] = 1
        (stage,) = model.stages()
        model.begin_stage(stage)
        torch.manual_seed(1)
        losses.append(model.train_step(faces if max_size else shrunk(faces, 64), model.optimizers(stage)))
    assert losses[0].keys() == losses[1].keys()
    for key, value in losses[0].items():
        torch.testing.assert_close(value, losses[1][key])


def test_a_task_that_asks_for_nothing_keeps_its_target_whole() -> None:
    for name in ("stargan", "elegant", "attgan", "cyclegan", "fader"):
        torch.manual_seed(0)
        model = METHODS.get(name)(size=128, max_size=64, **TINY[name]).eval()
        tasks = random_tasks(2, 128)
        with torch.inference_mode():
            assert torch.equal(model.edit(tasks), tasks.target.image)
