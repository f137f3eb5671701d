"""Tasks whose regions are to be filled, and what every edit of them must be."""

from dataclasses import replace

import pytest
import torch

from methods.base import CannotEdit, EditBatch, FaceEditor
from methods.shared.hints import part_colours, sketch_of
from tests.methods.faces import random_tasks


def holed_tasks(size: int = 32) -> EditBatch:
    """Three tasks, each with a region and hints of its own."""
    tasks = random_tasks(3, size)
    region = torch.zeros(3, size, size, dtype=torch.bool)
    region[0, 2 : size // 2, 4 : size // 2] = True
    region[1, size // 2 :, size // 4 :] = True
    region[2, :, size // 2 : size // 2 + 5] = True
    image, mask = tasks.source.image, tasks.source.mask
    return replace(
        tasks, region=region, sketch=sketch_of(image, region), colour=part_colours(mask, region, (image, mask))
    )


def task(tasks: EditBatch, number: int) -> EditBatch:
    """One of the tasks."""
    only = slice(number, number + 1)

    def faces(side: str) -> object:
        batch = getattr(tasks, side)
        return replace(
            batch,
            image=batch.image[only],
            mask=batch.mask[only],
            attributes=batch.attributes[only],
            ids=batch.ids[only],
        )

    return replace(
        tasks,
        target=faces("target"),
        source=faces("source"),
        mask=tasks.mask[only],
        attributes=tasks.attributes[only],
        region=tasks.region[only],
        sketch=None if tasks.sketch is None else tasks.sketch[only],
        colour=None if tasks.colour is None else tasks.colour[only],
    )


def check_fillings(model: FaceEditor, size: int = 32) -> None:
    """Check that edits keep what is outside a region, never see what is inside, and do not depend on their batch."""
    tasks = holed_tasks(size)
    inside = tasks.region[:, None].expand_as(tasks.target.image)
    model.eval()
    with torch.inference_mode():
        edited = model.edit(tasks)
        assert edited.shape == tasks.target.image.shape
        assert edited.dtype == torch.float32
        assert edited.abs().max() <= 1
        assert torch.equal(edited[~inside], tasks.target.image[~inside])
        assert not torch.equal(edited[inside], tasks.target.image[inside])
        hidden = torch.where(inside, torch.rand_like(edited) * 2 - 1, tasks.target.image)
        assert torch.equal(model.edit(replace(tasks, target=replace(tasks.target, image=hidden))), edited)
        for number in range(len(tasks)):
            torch.testing.assert_close(model.edit(task(tasks, number)), edited[number : number + 1], atol=1e-4, rtol=0)
        nothing, everything = torch.zeros_like(tasks.region), torch.ones_like(tasks.region)
        assert torch.equal(model.edit(replace(tasks, region=nothing)), tasks.target.image)
        with pytest.raises(CannotEdit, match="the region is the whole image"):
            model.edit(replace(tasks, region=everything))
