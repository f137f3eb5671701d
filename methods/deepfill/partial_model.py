"""Partial convolution under the harness: a region filled by a U-Net that is trained without a discriminator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self

import torch
from mmengine.optim import OptimWrapperDict
from torch import Tensor, nn

from methods.base import FaceBatch, Stage
from methods.deepfill.options import DeepFillOptions
from methods.deepfill.partial_unet import PartialUNet
from methods.layers.adam import adam_for_each
from methods.layers.initialisation import init_he
from methods.shared.completion import CompletionEditor
from methods.shared.completion_losses import ReconstructionLosses
from methods.shared.working_size import shrunk

TRAINING, FINE_TUNING = "training", "fine_tuning"
"""The stages."""


class PartialConvolution(CompletionEditor):
    """Liu et al., "Image Inpainting for Irregular Holes Using Partial Convolutions" (ECCV 2018).

    Args:
        size: side of the images in pixels.
        work: side at which the network works.
        options: of the method.

    Raises:
        CheckpointError: for VGG-16 weights that cannot be read.
    """

    def __init__(self, size: int, work: int, options: DeepFillOptions) -> None:
        super().__init__(size, work)
        self.options = options
        self.generator = PartialUNet(options.unet_width, options.halvings_at(work))
        init_he(self.generator)
        self.reconstruction = ReconstructionLosses(options)
        self.stage_name = TRAINING

    def fill(self, image: Tensor, hole: Tensor, hints: Tensor) -> tuple[Tensor, ...]:
        """The one filling."""
        return (self.generator(image, hole),)

    def stages(self) -> Sequence[Stage]:
        """Training, and fine-tuning with batch statistics of the encoder that no longer change."""
        options = self.options
        tuned = round(options.fine_tuning_share * options.iterations)
        return tuple(
            Stage(
                name=name,
                iterations=iterations,
                batch_size=options.batch_size,
                ema=("generator",),
                ema_decay=options.ema_decay,
                schedulers={"generator": options.schedule(iterations) if name == FINE_TUNING else ()},
            )
            for name, iterations in ((TRAINING, options.iterations - tuned), (FINE_TUNING, tuned))
        )

    def begin_stage(self, stage: Stage) -> None:
        """Note the stage, which decides whether batch statistics change."""
        self.stage_name = stage.name
        self.train(self.training)

    def train(self, mode: bool = True) -> Self:
        """Set the mode; in fine-tuning the encoder's norms stay in eval mode: holes disturb their statistics."""
        super().train(mode)
        if self.stage_name == FINE_TUNING:
            for layer in self.generator.encoder.modules():
                if isinstance(layer, nn.BatchNorm2d):
                    layer.eval()
        return self

    def optimizers(self, stage: Stage) -> OptimWrapperDict:
        """Adam at the stage's rate."""
        options = self.options
        rate = options.fine_tuning_lr if stage.name == FINE_TUNING else options.unet_lr
        return adam_for_each(self, {"generator": rate}, (options.beta1, options.beta2))

    def train_step(self, faces: FaceBatch, optim: OptimWrapperDict) -> dict[str, Tensor]:
        """Fill holes of the faces."""
        faces = shrunk(faces, self.size)
        hole, hints = self.holed(faces)
        (made,) = self.fill(faces.image * (1 - hole), hole, hints)
        losses = self.reconstruction(made, faces.image, hole)
        optim["generator"].update_params(torch.stack(list(losses.values())).sum())
        return {name: value.detach() for name, value in losses.items()}

    def published_networks(self) -> Mapping[str, nn.Module]:
        """The U-Net."""
        return {"generator": self.generator}

    def provenance(self) -> Mapping[str, str]:
        """Which loss terms took part, and at which size it works, where that is not the comparison's."""
        return {**super().provenance(), **self.options.reconstruction_note()}
