"""Methods that fill holes against a discriminator of patches, in one stage."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence

import torch
from mmengine.optim import OptimWrapperDict
from torch import Tensor, nn

from methods.base import FaceBatch, Stage
from methods.layers.adam import adam_for_each
from methods.layers.gan_losses import Hinge
from methods.layers.patch_discriminator import SpectralPatchDiscriminator
from methods.shared.completion import HINT_CHANNELS, CompletionEditor
from methods.shared.completion_gan_options import CompletionGANOptions
from methods.shared.conditional_gan import GANTrainer, LossWeights
from methods.shared.one_stage import one_stage
from methods.shared.working_size import shrunk


class CompletionGAN(CompletionEditor):
    """A generator that fills holes, against a spectrally normalised discriminator of patches.

    Args:
        size: side of the images in pixels.
        work: side at which the networks work.
        options: of the method.
        generator: makes the filled images.
    """

    options: CompletionGANOptions

    def __init__(self, size: int, work: int, options: CompletionGANOptions, generator: nn.Module) -> None:
        super().__init__(size, work)
        self.options = options
        self.generator = generator
        judged = 3 + 1 + (HINT_CHANNELS if self.takes_hints else 0)
        self.discriminator = SpectralPatchDiscriminator(judged, options.ndf, options.n_layers_d)
        weights = LossWeights(
            adversarial=options.adversarial_weight,
            feature_matching=0.0,
            gradient_penalty=options.gradient_penalty_weight,
        )
        self.gan_trainer = GANTrainer(self.discriminator, Hinge(), weights)

    @abstractmethod
    def reconstruction_losses(self, images: Sequence[Tensor], real: Tensor, hole: Tensor) -> Mapping[str, Tensor]:
        """Weighted losses of the images that `fill` gave, against the faces, by name."""

    def stages(self) -> Sequence[Stage]:
        """The one stage, of the generator alone where nothing is to deceive the discriminator."""
        return one_stage("completion", self.options, tuple(self._rates), ("generator",))

    def optimizers(self, stage: Stage) -> OptimWrapperDict:
        """Adam for each network that is trained."""
        return adam_for_each(self, self._rates, (self.options.beta1, self.options.beta2))

    @property
    def _rates(self) -> Mapping[str, float]:
        """Learning rates of the networks that are trained, by name."""
        rates = {"generator": self.options.lr}
        return rates | {"discriminator": self.options.d_lr} if self.options.adversarial_weight else rates

    def train_step(self, faces: FaceBatch, optim: OptimWrapperDict) -> dict[str, Tensor]:
        """Fill holes of the faces; the discriminator, if any, judges completed faces with their holes and hints."""
        faces = shrunk(faces, self.size)
        hole, hints = self.holed(faces)
        images = self.fill(faces.image * (1 - hole), hole, hints)
        losses = self.reconstruction_losses(images, faces.image, hole)
        if not self.options.adversarial_weight:
            optim["generator"].update_params(torch.stack(list(losses.values())).sum())
            return {name: value.detach() for name, value in losses.items()}
        completed = torch.lerp(faces.image.float(), images[-1], hole.float())
        told = torch.cat([hole, hints], dim=1)
        return self.gan_trainer.step(completed, told, faces.image, optim, ("generator",), losses)

    def published_networks(self) -> Mapping[str, nn.Module]:
        """The generator, and the discriminator to train on."""
        return {"generator": self.generator, "discriminator": self.discriminator}
