"""Methods that make an image from a mask at the size that they were published at, inside comparisons at larger ones."""

from __future__ import annotations

from collections.abc import Mapping

from mmengine.optim import OptimWrapperDict
from torch import Tensor, nn

from methods.base import EditBatch, FaceBatch
from methods.shared.conditional_gan import GANTrainer
from methods.shared.mask_to_image_gan import MaskToImageGAN
from methods.shared.stage_options import AdversarialStageOptions
from methods.shared.working_size import enlarged, shrunk, shrunk_tasks, size_note


class SizedMaskToImageGAN(MaskToImageGAN):
    """A `MaskToImageGAN` that shrinks what it sees, and enlarges its edits.

    Args:
        size: side of the images in pixels.
        work: side at which the networks work (`methods.shared.working_size`).
        options: as of `MaskToImageGAN`, like the rest.
    """

    def __init__(
        self,
        size: int,
        work: int,
        options: AdversarialStageOptions,
        generators: Mapping[str, nn.Module],
        gan_trainer: GANTrainer,
    ) -> None:
        super().__init__(options, generators, gan_trainer)
        self.full_size, self.size = size, work

    def train_step(self, faces: FaceBatch, optim: OptimWrapperDict) -> dict[str, Tensor]:
        """Reconstruct the faces against the discriminator."""
        return super().train_step(shrunk(faces, self.size), optim)

    def edit(self, tasks: EditBatch) -> Tensor:
        """The target's style on the requested geometry: (N, 3, H, W) in [-1, 1]."""
        return enlarged(super().edit(shrunk_tasks(tasks, self.size)), tasks.target.image.shape[-1])

    def provenance(self) -> Mapping[str, str]:
        """What the options say, and at which size it works, where that is not the comparison's."""
        return {**super().provenance(), **size_note(self.full_size, self.size)}
