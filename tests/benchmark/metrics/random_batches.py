"""Random batches for the metrics' tests."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from benchmark.images.convert import image_array
from benchmark.metrics.base import Judged, ScoringBatch
from methods.base import EditBatch, FaceBatch


def random_batch(number: int = 6, size: int = 16, seed: int = 0, **changes: Any) -> ScoringBatch:
    """A batch of `number` tasks at 8-bit precision.

    `changes` replace fields of the batch or of its tasks; `output` stands for `output_pixels`, as a tensor.
    """
    generator = torch.Generator().manual_seed(seed)

    def image() -> torch.Tensor:
        return torch.randint(0, 256, (number, 3, size, size), generator=generator) / 127.5 - 1

    def mask() -> torch.Tensor:
        return torch.randint(0, 19, (number, size, size), generator=generator).to(torch.uint8)

    def attributes() -> torch.Tensor:
        return torch.randint(0, 2, (number, 40), generator=generator).float()

    def faces() -> FaceBatch:
        return FaceBatch(image(), mask(), attributes(), tuple(str(face) for face in range(number)))

    region = torch.zeros(number, size, size, dtype=torch.bool)
    region[:, size // 4 : size // 2] = True
    tasks: dict[str, Any] = {
        "target": faces(),
        "source": faces(),
        "mask": mask(),
        "attributes": attributes(),
        "region": region,
        "oracle": image(),
    }
    rest: dict[str, Any] = {
        "output": image(),
        "parsed": mask(),
        "attribute_scores": torch.rand(number, 40, generator=generator),
        "features": torch.randn(number, 8, generator=generator),
        "requested_attributes": (20, 31),
        "kept_attributes": (15, 24, 39),
        "judged_targets": Judged.of(mask(), torch.rand(number, 40, generator=generator), torch.zeros(number, 8)),
    }
    tasks |= {name: value for name, value in changes.items() if name in tasks}
    rest |= {name: value for name, value in changes.items() if name in rest}
    output_pixels = image_array(rest.pop("output"))
    judged = Judged.of(rest.pop("parsed"), rest.pop("attribute_scores"), rest.pop("features"))
    return ScoringBatch(tasks=EditBatch(**tasks), output_pixels=output_pixels, judged=judged, **rest)


def part_of(batch: ScoringBatch, rows: slice) -> ScoringBatch:
    """The batch of some of its tasks."""

    def cut(faces: FaceBatch) -> FaceBatch:
        return FaceBatch(faces.image[rows], faces.mask[rows], faces.attributes[rows], faces.ids[rows])

    tasks, targets = batch.tasks, batch.judged_targets
    return ScoringBatch(
        tasks=EditBatch(
            target=cut(tasks.target),
            source=cut(tasks.source),
            mask=tasks.mask[rows],
            attributes=tasks.attributes[rows],
            region=tasks.region[rows],
            oracle=None if tasks.oracle is None else tasks.oracle[rows],
        ),
        output_pixels=batch.output_pixels[rows],
        judged=Judged.of(batch.parsed[rows], batch.attribute_scores[rows], batch.features[rows]),
        requested_attributes=batch.requested_attributes,
        kept_attributes=batch.kept_attributes,
        judged_targets=Judged.of(*(seen[rows] for seen in (targets.parser[0], targets.attributes, targets.parser[1]))),
    )


def ones(columns: dict[str, Any]) -> np.ndarray:
    """Equal weights for the columns' tasks."""
    return np.ones(len(next(iter(columns.values()))))
