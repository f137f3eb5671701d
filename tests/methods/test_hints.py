"""Hints of a hidden region: lines at edges, one pixel wide, and each part in its median colour."""

import numpy as np
import torch

from methods.labels import NUM_LABELS
from methods.shared.hints import outlines, part_colours, sketch_of
from tests.methods.faces import random_faces


def _half(size: int = 16) -> torch.Tensor:
    image = torch.full((1, 3, size, size), -0.5)
    image[..., size // 2 :] = 0.5
    return image


def test_an_edge_is_a_line_of_one_pixel() -> None:
    everywhere = torch.ones(1, 16, 16, dtype=torch.bool)
    for image in (_half(), -_half()):
        sketch = sketch_of(image, everywhere)[0]
        assert torch.equal(sketch.sum(dim=1), torch.ones(16))
        assert sketch[:, 7:9].sum() == 16
        assert torch.equal(sketch_of(image.mT, everywhere)[0].sum(dim=0), torch.ones(16))


def test_a_diagonal_edge_is_a_line_too() -> None:
    image = torch.where(torch.ones(32, 32).triu() > 0, 0.8, -0.8).expand(1, 3, 32, 32)
    sketch = sketch_of(image, torch.ones(1, 32, 32, dtype=torch.bool))[0, 2:-2, 2:-2]
    assert 28 <= sketch.sum() <= 2 * 28
    rows, columns = sketch.nonzero(as_tuple=True)
    assert (rows - columns).abs().max() <= 1


def test_a_shading_without_edges_has_no_lines() -> None:
    image = torch.linspace(-1, 1, 64).expand(1, 3, 64, 64)
    assert not sketch_of(image, torch.ones(1, 64, 64, dtype=torch.bool)).any()


def test_hints_end_at_the_region() -> None:
    faces = random_faces(2, 32)
    region = torch.zeros(2, 32, 32, dtype=torch.bool)
    region[0, 4:20, 6:30] = True
    sketch, colour = sketch_of(faces.image, region), part_colours(faces.mask, region, (faces.image, faces.mask))
    assert sketch[region].any()
    assert set(sketch.unique().tolist()) == {0.0, 1.0}
    assert not sketch[~region].any()
    assert not colour.movedim(1, 3)[~region].any()


def test_every_part_has_the_median_of_its_colours_where_they_are_shown() -> None:
    faces = random_faces(3, 32)
    image = torch.rand(3, 3, 32, 32) * 2 - 1
    region = torch.zeros_like(faces.mask, dtype=torch.bool)
    region[0, 3:20, 5:29], region[1, 9:], region[2] = True, True, True
    colour = part_colours(faces.mask, region, (image, faces.mask.masked_fill(~region, NUM_LABELS)))
    for face in range(3):
        for label in faces.mask[face][region[face]].unique():
            part = (faces.mask[face] == label) & region[face]
            median = torch.from_numpy(np.median(image[face, :, part].numpy(), axis=1))
            assert torch.equal(colour[face, :, part], median[:, None].expand(-1, int(part.sum())))


def test_a_part_has_the_colour_of_the_first_image_that_shows_it() -> None:
    mask = torch.tensor([[[0, 1, 2, 3]]], dtype=torch.uint8)
    first, second, other = (torch.full((1, 3, 1, 4), value) for value in (0.1, 0.2, 0.3))
    shown = [(first, torch.tensor([[[1, 1, 19, 19]]])), (second, torch.tensor([[[2, 1, 19, 2]]]))]
    everywhere = torch.ones_like(mask, dtype=torch.bool)
    expected = torch.tensor([0.3, 0.1, 0.2, 0.3])
    torch.testing.assert_close(part_colours(mask, everywhere, *shown, otherwise=other)[0, 0, 0], expected)
    unknown = part_colours(mask, everywhere, *shown)[0, 0, 0]
    torch.testing.assert_close(unknown, torch.where(expected == 0.3, 0.0, expected))


def test_outlines_lie_between_parts() -> None:
    mask = torch.tensor([[[1, 1, 2], [1, 1, 2], [3, 3, 3]]], dtype=torch.uint8)
    region = torch.ones_like(mask, dtype=torch.bool)
    assert outlines(mask, region).tolist() == [[[0, 1, 0], [1, 1, 1], [0, 0, 0]]]
    region[:, 1] = False
    assert outlines(mask, region).tolist() == [[[0, 1, 0], [0, 0, 0], [0, 0, 0]]]
