"""Random faces, enough for a network to run on."""

from dataclasses import replace

import torch

from methods.base import EditBatch, FaceBatch
from methods.labels import ATTRIBUTES, NUM_ATTRIBUTES, NUM_LABELS

SMILING = ATTRIBUTES.index("Smiling")


def random_faces(count: int = 2, size: int = 64, seed: int = 0) -> FaceBatch:
    """Images whose colours follow random blocks of labels, so that a mask says something about its image."""
    draw = torch.Generator().manual_seed(seed)
    blocks = torch.randint(0, NUM_LABELS, (count, size // 8, size // 8), generator=draw)
    mask = blocks.repeat_interleave(8, 1).repeat_interleave(8, 2)
    palette = torch.rand(NUM_LABELS, 3, generator=draw) * 2 - 1
    image = palette[mask].permute(0, 3, 1, 2).contiguous()
    return FaceBatch(image, mask.to(torch.uint8), torch.zeros(count, NUM_ATTRIBUTES), tuple(map(str, range(count))))


def random_tasks(count: int = 2, size: int = 64) -> EditBatch:
    """Edits of random faces towards the masks of others."""
    target, source = random_faces(count, size, seed=1), random_faces(count, size, seed=2)
    region = torch.ones_like(source.mask, dtype=torch.bool)
    return EditBatch(target, source, source.mask, source.attributes, region)


def half_smiling(count: int = 4, size: int = 32) -> FaceBatch:
    """Random faces of which the first half smiles."""
    faces = random_faces(count, size)
    faces.attributes[: count // 2, SMILING] = 1
    return faces


def one_task_asks_for(column: int = SMILING) -> EditBatch:
    """Two tasks, of which the first asks for an attribute."""
    tasks = random_tasks(2, 32)
    attributes = tasks.target.attributes.clone()
    attributes[0, column] = 1
    return replace(tasks, attributes=attributes)


def smile_stop_and_stay() -> EditBatch:
    """Three tasks: smile, stop smiling, and stay as one is."""
    tasks = random_tasks(3, 32)
    tasks.target.attributes[1, SMILING] = 1
    attributes = tasks.target.attributes.clone()
    attributes[:2, SMILING] = 1 - attributes[:2, SMILING]
    return replace(tasks, attributes=attributes)
