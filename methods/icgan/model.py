"""IcGAN under the harness: a conditional GAN, then encoders that find a face's latent vector and attributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import torch
from mmengine.optim import OptimWrapperDict
from torch import Tensor, nn
from torch.nn import functional

from methods.base import EditBatch, FaceBatch, FaceEditor, Stage
from methods.icgan.networks import Discriminator, Encoder, Generator
from methods.icgan.options import IcGANOptions
from methods.layers.adam import adam_for_each
from methods.layers.gan_losses import verdict_loss
from methods.layers.initialisation import init_normal
from methods.shared.conditional_gan import frozen
from methods.shared.requested_attributes import requested_changes, strength_of, where_changed
from methods.shared.working_size import shrunk, size_note, working_size

GAN: Final = "gan"
ENCODERS: Final = ("latent_encoder", "attribute_encoder")
"""The encoders, each of which has the stage of its name."""


def mismatched(attributes: Tensor) -> Tensor:
    """Attributes that are wrong of each of N faces: those of another, or where it has the same, its own inverted.

    Args:
        attributes: (N, K) in {-1, 1}.
    """
    others = attributes.roll(1, 0)
    same = (others == attributes).all(dim=1, keepdim=True)
    return torch.where(same, -attributes, others)


class IcGAN(FaceEditor):
    """IcGAN (Perarnau et al., "Invertible Conditional GANs for Image Editing", NeurIPS workshop 2016).

    Args:
        size: side of the images in pixels, 4 times a power of two.
        options: those of `IcGANOptions`.

    Raises:
        ValueError: for a size or an option that no network could be built with.
    """

    def __init__(self, size: int, **options: Any) -> None:
        super().__init__()
        self.options = config = IcGANOptions(**options)
        self.full_size, self.size = size, working_size(size, config.max_size)
        steps, count = config.halvings(self.size), len(config.attributes)
        self.generator = Generator(config.latent + count, config.ngf, steps)
        self.discriminator = Discriminator(count, config.ndf, steps)
        self.latent_encoder = Encoder(config.latent, config.hidden, config.nef, steps)
        self.attribute_encoder = Encoder(count, config.hidden // 8, config.nef, steps)
        for network in (self.generator, self.discriminator):
            init_normal(network)
        self.stage_name = GAN

    def stages(self) -> Sequence[Stage]:
        """Generator and discriminator, then each encoder."""
        options = self.options
        adversarial = Stage(
            name=GAN,
            iterations=options.gan_iterations,
            batch_size=options.gan_batch_size,
            ema=("generator",),
            ema_decay=options.ema_decay,
            schedulers=dict.fromkeys(("generator", "discriminator"), options.schedule(options.gan_iterations)),
            edits=False,
        )
        encoders = (
            Stage(
                name=name,
                iterations=options.encoder_iterations,
                batch_size=options.encoder_batch_size,
                ema=(name,),
                ema_decay=options.ema_decay,
                schedulers={name: options.schedule(options.encoder_iterations)},
                edits=name == ENCODERS[-1],  # which takes both
            )
            for name in ENCODERS
        )
        return (adversarial, *encoders)

    def begin_stage(self, stage: Stage) -> None:
        """Remember what is trained."""
        self.stage_name = stage.name

    def optimizers(self, stage: Stage) -> OptimWrapperDict:
        """Adam for each network that the stage trains."""
        options = self.options
        if stage.name == GAN:
            rates = dict.fromkeys(("generator", "discriminator"), options.lr)
            return adam_for_each(self, rates, (options.beta1, options.beta2))
        return adam_for_each(self, {stage.name: options.encoder_lr}, (options.encoder_beta1, options.beta2))

    def train_step(self, faces: FaceBatch, optim: OptimWrapperDict) -> dict[str, Tensor]:
        """One update of the stage's networks."""
        image, attributes = shrunk(faces, self.size).image, 2 * faces.values_of(self.options.attributes) - 1
        if self.stage_name == GAN:
            return self._adversarial_step(image, attributes, optim)
        if self.stage_name == "attribute_encoder":
            wanted = attributes
        else:
            wanted = self._drawn_latents(attributes)
            with torch.no_grad():
                self.generator.eval()
                image = self.generator.generate(wanted, attributes)
                self.generator.train()
        found = self.get_submodule(self.stage_name)(image.to(faces.image.dtype)).float()
        loss = functional.mse_loss(found, wanted)
        optim[self.stage_name].update_params(loss)
        return {"distance": loss.detach()}

    def _drawn_latents(self, attributes: Tensor) -> Tensor:
        return torch.randn(len(attributes), self.options.latent, device=attributes.device)

    def _adversarial_step(self, image: Tensor, attributes: Tensor, optim: OptimWrapperDict) -> dict[str, Tensor]:
        """The discriminator sees real faces, real faces that claim another's attributes, and made ones."""
        made = self.generator.generate(self._drawn_latents(attributes), attributes)
        shown = (
            (image, attributes, 1.0, 1.0),
            (image, mismatched(attributes), 0.0, 0.5),
            (made.detach().to(image.dtype), attributes, 0.0, 0.5),
        )
        told = torch.stack(
            [weight * verdict_loss(self.discriminator(face, claim), target) for face, claim, target, weight in shown]
        ).sum()
        optim["discriminator"].update_params(told)
        with frozen(self.discriminator):
            fooled = verdict_loss(self.discriminator(made, attributes), 1.0)
            optim["generator"].update_params(fooled)
        return {"adversarial": fooled.detach(), "discriminator": told.detach()}

    def edit(self, tasks: EditBatch) -> Tensor:
        """Faces generated anew with the requested attributes: (N, 3, H, W) in [-1, 1]; the rest are as they were read.

        A task's strength slides the former from what was read to what is requested, and beyond.

        Raises:
            CannotEdit: if a task asks for nothing that the networks know.
        """
        changes = requested_changes(tasks, self.options.attributes)
        image = shrunk(tasks.target, self.size).image
        requested = 2 * tasks.values_of(self.options.attributes) - 1
        read = self.attribute_encoder(image).float()
        attributes = torch.where(changes, torch.lerp(read, requested, strength_of(tasks)), read)
        made = self.generator.generate(self.latent_encoder(image), attributes).float()
        return where_changed(changes, made, tasks.target.image)

    def published_networks(self) -> Mapping[str, nn.Module]:
        """The generator, the discriminator to train on, and the encoders."""
        return {name: self.get_submodule(name) for name in ("generator", "discriminator", *ENCODERS)}

    def provenance(self) -> Mapping[str, str]:
        """At which size it works, where that is not the comparison's."""
        return size_note(self.full_size, self.size)
