"""Faces at the size that a method was published at, inside a comparison at a larger one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import torch
from torch import Tensor
from torch.nn import functional

from methods.base import EditBatch, FaceBatch


def working_size(size: int, max_size: int) -> int:
    """The side at which a method works on images of side `size`: `max_size` where that is smaller, and not 0."""
    return min(size, max_size or size)


def shrunk(faces: FaceBatch, size: int) -> FaceBatch:
    """Faces at `size` pixels a side: images by the mean over area, masks by the nearest pixel; smaller ones stay."""
    if faces.image.shape[-1] <= size:
        return faces
    return replace(
        faces,
        image=functional.interpolate(faces.image, (size, size), mode="area"),
        mask=_shrunk_mask(faces.mask, size),
    )


def shrunk_tasks(tasks: EditBatch, size: int) -> EditBatch:
    """What a method reads of tasks, at `size` pixels a side, as `shrunk` makes it; region and oracle stay."""
    if tasks.target.image.shape[-1] <= size:
        return tasks
    return replace(
        tasks,
        target=shrunk(tasks.target, size),
        source=shrunk(tasks.source, size),
        mask=_shrunk_mask(tasks.mask, size),
    )


def shrunk_planes(planes: Tensor, size: int) -> Tensor:
    """(N, 1, H, W) float in {0, 1}, such as regions, at `size` pixels a side: 1 where any pixel covered is 1."""
    if planes.shape[-1] <= size:
        return planes
    return functional.adaptive_max_pool2d(planes, size)


def enlarged(image: Tensor, size: int) -> Tensor:
    """(N, 3, H, W) in [-1, 1] at `size` pixels a side, in float32: bicubic, kept in range; unchanged at that size."""
    if image.shape[-1] == size:
        return image.float()
    return functional.interpolate(image.float(), (size, size), mode="bicubic", align_corners=False).clamp(-1, 1)


def size_note(size: int, work: int) -> Mapping[str, str]:
    """What a result says of a method that works below the comparison's size; nothing of others."""
    if work == size:
        return {}
    return {"working_size": f"trained and edits at {work} pixels: images shrunk by area, edits enlarged bicubically"}


def _shrunk_mask(mask: Tensor, size: int) -> Tensor:
    return functional.interpolate(mask[:, None].float(), (size, size), mode="nearest-exact")[:, 0].to(torch.uint8)
