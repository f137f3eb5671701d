"""ELEGANT under the harness: training on pairs that exchange an attribute, and editing by a source's part of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from mmengine.optim import OptimWrapperDict
from torch import Tensor, nn

from methods.base import EditBatch, FaceBatch, FaceEditor, Stage
from methods.elegant.discriminator import Discriminator
from methods.elegant.initialisation import init_exchange, init_signal_keeping
from methods.elegant.losses import adversarial_loss, discriminator_loss
from methods.elegant.options import ElegantOptions
from methods.elegant.swap import AttributeSwap, add_residual
from methods.labels import attribute_columns
from methods.layers.adam import adam
from methods.shared.attribute_pairs import draw_pairs
from methods.shared.conditional_gan import frozen
from methods.shared.requested_attributes import requested_changes, strength_of, where_changed
from methods.shared.working_size import shrunk, size_note, working_size

STAGE = "exchange"


class Elegant(FaceEditor):
    """ELEGANT (Xiao et al., ECCV 2018).

    Args:
        size: side of the images in pixels, a multiple of 32.
        options: those of `ElegantOptions`.

    Raises:
        ValueError: for a size or an option that no network could be built with.
    """

    compiled_networks = ("generator.encoder", "generator.decoder")

    def __init__(self, size: int, **options: Any) -> None:
        super().__init__()
        self.options = config = ElegantOptions(**options)
        self.full_size, size = size, working_size(size, config.max_size)
        self.size = size
        if size < 32 or size % 32:
            raise ValueError(f"ELEGANT needs a size that is a multiple of 32, not {size}")
        count = len(config.attributes)
        self.generator = AttributeSwap(count, tuple(config.widths))
        if config.signal_init:
            init_exchange(self.generator, config.residual)
        sides = {size: 1.0, size // 2: config.half_size_weight}
        self.discriminators = nn.ModuleList(
            Discriminator(count, side, config.ndf) for side, weight in sides.items() if weight
        )
        if config.signal_init:
            init_signal_keeping(self.discriminators)
        self.verdict_weights = [weight for weight in sides.values() if weight]

    def stages(self) -> Sequence[Stage]:
        """One stage; the rates fall in steps."""
        options = self.options
        steps = {"type": "StepLR", "step_size": options.lr_step, "gamma": options.lr_gamma, "by_epoch": False}
        return (
            Stage(
                name=STAGE,
                iterations=options.iterations,
                batch_size=options.batch_size,
                ema=("generator",),
                ema_decay=options.ema_decay,
                schedulers={name: [steps] for name in ("generator", "discriminators")},
            ),
        )

    def optimizers(self, stage: Stage) -> OptimWrapperDict:
        """Adam for encoder and decoder together, and for the discriminators together."""
        options = self.options
        betas = (options.beta1, options.beta2)
        return OptimWrapperDict(
            generator=adam(self.generator, options.generator_lr, betas, options.weight_decay),
            discriminators=adam(self.discriminators, options.discriminator_lr, betas, options.weight_decay),
        )

    def train_step(self, faces: FaceBatch, optim: OptimWrapperDict) -> dict[str, Tensor]:
        """Faces A with an attribute exchange it with faces B without: the discriminators' update, then the others'."""
        faces = shrunk(faces, self.size)
        bits = faces.values_of(self.options.attributes)
        columns = attribute_columns(self.options.attributes, faces.attribute_names)
        pairs = draw_pairs(faces.attributes_on_host[:, columns])
        first, second = (each.to(bits.device, non_blocking=True) for each in (pairs.first, pairs.second))
        image, labels = faces.image[torch.cat([first, second])], bits[torch.cat([first, second])]
        exchanged = labels.clone()
        exchanged[:, pairs.attribute] = labels[:, pairs.attribute].roll(len(first))

        residuals = self.generator(*image.chunk(2), pairs.attribute)
        rebuilt = self._with_decoded(image, torch.cat([residuals["A"], residuals["B"]]))
        edited = self._with_decoded(image, torch.cat([residuals["C"], residuals["D"]]))
        judged = self.discriminators, self.verdict_weights
        to_tell = discriminator_loss(*judged, (image, labels), (edited, exchanged))
        optim["discriminators"].update_params(to_tell)
        with frozen(self.discriminators):
            # Twice a mean over both is the published sum of the mean over A and the mean over B.
            distance = 2 * (rebuilt - image.float()).square().mean()
            losses = {
                "reconstruction": self.options.reconstruction_weight * distance,
                "adversarial": adversarial_loss(*judged, edited, exchanged),
            }
            optim["generator"].update_params(torch.stack(list(losses.values())).sum())
        return {name: value.detach() for name, value in losses.items()} | {"discriminators": to_tell.detach()}

    def _with_decoded(self, image: Tensor, decoded: Tensor) -> Tensor:
        """(N, 3, H, W) faces with what the decoder made of them, in [-1, 1] and float32."""
        return add_residual(image.float(), decoded.float()) if self.options.residual else decoded.float() / 2

    def edit(self, tasks: EditBatch) -> Tensor:
        """The targets with the source's part of what is requested, as far as the tasks' strength says.

        (N, 3, H, W) in [-1, 1].

        A task that requests several attributes takes several parts; one that requests none leaves its target as it is.

        Raises:
            CannotEdit: if a task asks for nothing that the networks know.
        """
        changes = requested_changes(tasks, self.options.attributes)
        image, other = (shrunk(faces, self.size).image for faces in (tasks.target, tasks.source))
        edited = self._with_decoded(image, self.generator.transfer(image, other, changes, strength_of(tasks)))
        return where_changed(changes, edited, tasks.target.image)

    def published_networks(self) -> Mapping[str, nn.Module]:
        """Encoder and decoder, and the discriminators to train on."""
        networks = {"encoder": self.generator.encoder, "decoder": self.generator.decoder}
        return networks | {f"discriminator_{number}": each for number, each in enumerate(self.discriminators, 1)}

    def provenance(self) -> Mapping[str, str]:
        """At which size it works, where that is not the comparison's."""
        return size_note(self.full_size, self.size)
