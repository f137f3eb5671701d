"""Fader under the harness: codes that hide an attribute from an adversary, decoded with more or less of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from mmengine.optim import OptimWrapperDict
from torch import Tensor, nn
from torch.nn import functional

from methods.base import EditBatch, FaceBatch, Stage
from methods.fader.networks import Decoder, Encoder, LatentDiscriminator
from methods.fader.options import FaderOptions
from methods.layers.adam import adam_for_each
from methods.shared.conditional_gan import frozen
from methods.shared.iteration_count import IterationCount
from methods.shared.one_stage import one_stage
from methods.shared.requested_attributes import requested_changes, strength_of, where_changed
from methods.shared.working_size import shrunk, size_note, working_size


class Fader(IterationCount):
    """Fader networks (Lample et al., "Fader Networks: Manipulating Images by Sliding Attributes", NeurIPS 2017).

    Args:
        size: side of the images in pixels, 4 times a power of two.
        options: those of `FaderOptions`.

    Raises:
        ValueError: for a size or an option that no network could be built with.
    """

    def __init__(self, size: int, **options: Any) -> None:
        super().__init__()
        self.options = config = FaderOptions(**options)
        self.full_size, self.size = size, working_size(size, config.max_size)
        halvings = config.halvings(self.size)
        self.encoder = Encoder(config.width, halvings)
        self.decoder = Decoder(config.width, halvings)
        self.discriminator = LatentDiscriminator(config.width * min(2 ** (halvings - 1), 16), config.dropout)

    def stages(self) -> Sequence[Stage]:
        """One stage."""
        return one_stage("fading", self.options, ("encoder", "decoder", "discriminator"), ("encoder", "decoder"))

    def optimizers(self, stage: Stage) -> OptimWrapperDict:
        """Adam for each network, by clipped gradients."""
        options = self.options
        betas = (options.beta1, options.beta2)
        rates = {"encoder": options.lr, "decoder": options.lr, "discriminator": options.d_lr}
        return adam_for_each(self, rates, betas, clip_norm=options.clip_norm)

    def train_step(self, faces: FaceBatch, optim: OptimWrapperDict) -> dict[str, Tensor]:
        """The adversary's update on codes of the encoder in eval mode, then that of encoder and decoder."""
        attribute = (self.options.attribute,)
        image, present = shrunk(faces, self.size).image, faces.values_of(attribute)[:, 0]
        with torch.no_grad():
            self.encoder.eval()
            code = self.encoder(image)
            self.encoder.train()
        classes = present.long()
        told = functional.cross_entropy(self.discriminator(code).float(), classes)
        optim["discriminator"].update_params(told)
        weight = self.options.latent_weight_at(self.iteration)
        self.iteration += 1
        code = self.encoder(image)
        rebuilt = self.decoder(code, values(present)).float()
        losses = {"reconstruction": functional.mse_loss(rebuilt, image.float())}
        with frozen(self.discriminator):
            self.discriminator.eval()
            losses["hidden"] = weight * functional.cross_entropy(self.discriminator(code).float(), 1 - classes)
            self.discriminator.train()
            optim["encoder"].backward(torch.stack(list(losses.values())).sum())
        for name in ("encoder", "decoder"):
            optim[name].step()
            optim[name].zero_grad()
        return {name: value.detach() for name, value in losses.items()} | {"discriminator": told.detach()}

    def edit(self, tasks: EditBatch) -> Tensor:
        """The targets with more or less of the attribute: (N, 3, H, W) in [-1, 1]; other changes are passed over.

        A task's strength slides from what the target has of it to the whole edit, and beyond.

        Raises:
            CannotEdit: if a task asks for a change, and not for that of the attribute.
        """
        attribute = (self.options.attribute,)
        changes = requested_changes(tasks, attribute)
        image = shrunk(tasks.target, self.size).image
        own, whole = values(tasks.target.values_of(attribute)[:, 0]), self.slid(tasks.values_of(attribute)[:, 0])
        made = self.decoder(self.encoder(image), torch.lerp(own, whole, strength_of(tasks))).float()
        return where_changed(changes, made, tasks.target.image)

    def slid(self, present: Tensor) -> Tensor:
        """What an edit tells the decoder of (N,) requested values in {0, 1}: (N, 2), beyond training's 0 and 1."""
        strength = self.options.edit_strength
        return values((1 - strength) + (2 * strength - 1) * present)

    def published_networks(self) -> Mapping[str, nn.Module]:
        """Encoder and decoder, and the adversary to train on."""
        return {name: self.get_submodule(name) for name in ("encoder", "decoder", "discriminator")}

    def provenance(self) -> Mapping[str, str]:
        """At which size it works, where that is not the comparison's."""
        return size_note(self.full_size, self.size)


def values(present: Tensor) -> Tensor:
    """How absent and how present an attribute is, of (N,) values that are 1 where it is present: (N, 2)."""
    return torch.stack([1 - present, present], dim=1)
