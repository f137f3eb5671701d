"""Methods that fill the region of a face where change is allowed, and learn it on free-form holes of own faces."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Final

import torch
from torch import Tensor
from torch.nn import functional

from methods.base import CannotEdit, EditBatch, FaceBatch, FaceEditor
from methods.labels import NUM_LABELS
from methods.shared.free_form_holes import free_form_holes
from methods.shared.hints import outlines, part_colours, sketch_of
from methods.shared.known_pixels import require_known_pixels
from methods.shared.working_size import enlarged, shrunk, shrunk_planes, size_note

HINT_CHANNELS: Final = 4
"""Planes of a sketch and of colours."""
OUTLINED: Final = 0.5
"""Share of the faces of training whose sketch is the outlines of parts, as sketches of requested masks are."""


class CompletionEditor(FaceEditor):
    """A method that sees a face outside a hole, and fills it.

    Args:
        size: side of the images in pixels.
        work: side at which the networks work (`methods.shared.working_size`).

    Attributes:
        takes_hints: whether it is given a sketch and colours of what the hole is to show.
    """

    takes_hints: ClassVar[bool] = False

    def __init__(self, size: int, work: int) -> None:
        super().__init__()
        self.full_size, self.size = size, work

    @abstractmethod
    def fill(self, image: Tensor, hole: Tensor, hints: Tensor) -> tuple[Tensor, ...]:
        """Images (N, 3, H, W) in float32, one or several in the order of their making, each better than those before.

        Args:
            image: (N, 3, H, W) in [-1, 1], 0 in the hole.
            hole: (N, 1, H, W), 1 in the hole, else 0.
            hints: (N, 4, H, W), a sketch and colours in the hole; (N, 0, H, W) for methods that take none.
        """

    def holed(self, faces: FaceBatch) -> tuple[Tensor, Tensor]:
        """A random hole (N, 1, H, W) for each face of training, and hints (N, 4 or 0, H, W) of what it hides.

        The sketch is of edges of the brightness, or, of half of the faces, of outlines of the mask's parts.
        """
        image = faces.image
        region = free_form_holes(len(faces), image.shape[-1])
        if image.is_cuda:
            # from pageable memory the host would wait for the copy
            region = region.pin_memory()
        region = region.to(image.device, non_blocking=True)
        hole = region[:, None].to(image.dtype)
        if not self.takes_hints:
            return hole, image[:, :0]
        hidden = faces.mask.masked_fill(~region, NUM_LABELS)
        outlined = torch.rand(len(faces), 1, 1, device=image.device) < OUTLINED
        sketch = torch.where(outlined, outlines(faces.mask, region), sketch_of(image, region))
        colour = part_colours(faces.mask, region, (image, hidden))
        return hole, torch.cat([sketch[:, None], colour], dim=1).to(image.dtype)

    def edit(self, tasks: EditBatch) -> Tensor:
        """The targets with their regions filled, and as they are elsewhere: (N, 3, H, W) in [-1, 1].

        Raises:
            CannotEdit: if the region of a task is the whole image, or hints are needed and the tasks have none.
        """
        require_known_pixels(tasks)
        image = tasks.target.image
        hole = shrunk_planes(tasks.region[:, None].to(image.dtype), self.size)
        known = shrunk(tasks.target, self.size).image * (1 - hole)
        made = self.fill(known, hole, self._given_hints(tasks, hole))[-1]
        filled = torch.lerp(known.float(), made.clamp(-1, 1), hole.float())
        return torch.where(tasks.region[:, None], enlarged(filled, image.shape[-1]), image.float())

    def _given_hints(self, tasks: EditBatch, hole: Tensor) -> Tensor:
        if not self.takes_hints:
            return hole[:, :0]
        if tasks.sketch is None or tasks.colour is None:
            raise CannotEdit(
                "it is given a sketch and colours of what a region is to show, which these tasks do not have"
            )
        sketch = shrunk_planes(tasks.sketch[:, None], self.size)
        colour = functional.interpolate(tasks.colour, hole.shape[2:], mode="nearest-exact")
        return torch.cat([sketch, colour], dim=1).to(hole.dtype) * hole

    def provenance(self) -> Mapping[str, str]:
        """At which size it works, where that is not the comparison's."""
        return size_note(self.full_size, self.size)
