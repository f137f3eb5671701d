"""StarGAN under the harness: translation there and back against a critic that reads attributes, and editing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from mmengine.optim import OptimWrapperDict
from torch import Tensor, nn

from methods.base import EditBatch, FaceBatch, FaceEditor, Stage
from methods.labels import attribute_columns
from methods.layers.adam import adam
from methods.layers.initialisation import init_he
from methods.layers.schedules import linear_decay
from methods.shared.conditional_gan import frozen
from methods.shared.requested_attributes import choose, requested_changes
from methods.shared.working_size import enlarged, shrunk, size_note, working_size
from methods.stargan.discriminator import LEAK, Discriminator
from methods.stargan.generator import Generator
from methods.stargan.losses import classification_loss, discriminator_losses
from methods.stargan.options import StarGANOptions

STAGE = "translation"


class StarGAN(FaceEditor):
    """StarGAN (Choi et al., CVPR 2018).

    Published faces were generated in train mode, where instance norms use each image's own statistics. This generator
    uses those in eval mode too, so that an edit depends on its own image alone and changes no running statistic.

    Args:
        size: side of the images in pixels, divisible by every halving of both networks.
        options: those of `StarGANOptions`.

    Raises:
        ValueError: for a size or an option that no network could be built with.
    """

    def __init__(self, size: int, **options: Any) -> None:
        super().__init__()
        self.options = config = StarGANOptions(**options)
        self.full_size, size = size, working_size(size, config.max_size)
        self.size = size
        for name in ("n_downsampling", "d_downsampling"):
            halvings = getattr(config, name)
            if size % 2**halvings:
                raise ValueError(f"{name} {halvings} needs a size divisible by {2**halvings}, not {size}")
        if size < 2 ** (config.n_downsampling + 1):
            raise ValueError(f"n_downsampling {config.n_downsampling} leaves instance norms one pixel of size {size}")
        count = len(config.attributes)
        self.generator = Generator(
            count, config.ngf, config.n_blocks, config.n_downsampling, config.outer_kernel, own_statistics=True
        )
        if config.residual:
            nn.init.zeros_(self.generator.main[-2].weight)
        self.discriminator = Discriminator(size, count, config.ndf, config.d_downsampling)
        if config.d_he_init:
            init_he(self.discriminator, LEAK)
        self.register_buffer("columns", torch.tensor(attribute_columns(config.attributes)), persistent=False)
        self.iteration = 0
        self.generator_losses: dict[str, Tensor] = {}

    def stages(self) -> Sequence[Stage]:
        """One stage; both rates fall over its last part."""
        options = self.options
        schedule = linear_decay(options.iterations, options.decay_from)
        return (
            Stage(
                name=STAGE,
                iterations=options.iterations,
                batch_size=options.batch_size,
                ema=("generator",),
                ema_decay=options.ema_decay,
                schedulers=dict.fromkeys(("generator", "discriminator"), schedule),
            ),
        )

    def begin_stage(self, stage: Stage) -> None:
        """Begin with the generator's turn."""
        self.iteration = 0
        self.generator_losses = {}

    def get_extra_state(self) -> Tensor:
        """The iteration, saved with the weights, so that a resumed training keeps the generator's turns."""
        return torch.tensor(self.iteration)

    def set_extra_state(self, state: Tensor) -> None:
        """Take the iteration up where it was."""
        self.iteration = int(state)

    def optimizers(self, stage: Stage) -> OptimWrapperDict:
        """Adam for each network."""
        options = self.options
        betas = (options.beta1, options.beta2)
        rates = {"generator": options.generator_lr, "discriminator": options.discriminator_lr}
        return OptimWrapperDict(**{name: adam(self.get_submodule(name), rate, betas) for name, rate in rates.items()})

    def train_step(self, faces: FaceBatch, optim: OptimWrapperDict) -> dict[str, Tensor]:
        """The discriminator's update, and every `n_critic`-th time the generator's, on the same translated faces.

        Each face gets the attributes of another of the batch. The generator's losses are those of its last
        turn.
        """
        image, own = shrunk(faces, self.size).image, faces.attributes[:, self.columns]
        requested = own[torch.randperm(len(own), device=own.device)]
        generators_turn = self.iteration % self.options.n_critic == 0
        self.iteration += 1
        with torch.set_grad_enabled(generators_turn):
            fake = self.translate(image, requested)
        weights = self.options.classification_weight, self.options.gradient_penalty_weight
        losses = discriminator_losses(self.discriminator, image, fake, own, *weights)
        optim["discriminator"].update_params(torch.stack(list(losses.values())).sum())
        if generators_turn:
            self.generator_losses = self._generator_step(image, fake, own, requested, optim)
        return {name: value.detach() for name, value in losses.items()} | self.generator_losses

    def _generator_step(
        self, image: Tensor, fake: Tensor, own: Tensor, requested: Tensor, optim: OptimWrapperDict
    ) -> dict[str, Tensor]:
        with frozen(self.discriminator):
            verdicts, logits = self.discriminator(fake)
            losses = {
                "adversarial": -verdicts.float().mean(),
                "classification_fake": self.options.classification_weight * classification_loss(logits, requested),
            }
            if self.options.reconstruction_weight:
                distance = (self.translate(fake, own) - image.float()).abs().mean()
                losses["reconstruction"] = self.options.reconstruction_weight * distance
            optim["generator"].update_params(torch.stack(list(losses.values())).sum())
        return {name: value.detach() for name, value in losses.items()}

    def translate(self, image: Tensor, attributes: Tensor) -> Tensor:
        """(N, 3, H, W) faces in [-1, 1] with the (N, K) requested attributes, in float32."""
        output = self.generator(image, attributes).float()
        return (image.float() + output).clamp(-1, 1) if self.options.residual else output

    def edit(self, tasks: EditBatch) -> Tensor:
        """The targets with the requested attributes: (N, 3, H, W) in [-1, 1]; a task without any keeps its target.

        Raises:
            CannotEdit: if a task asks for nothing that the networks know.
        """
        changes = requested_changes(tasks, self.options.attributes)
        image = shrunk(tasks.target, self.size).image
        edited = enlarged(self.translate(image, tasks.attributes[:, self.columns]), tasks.target.image.shape[-1])
        return choose(changes.any(dim=1), edited, tasks.target.image)

    def published_networks(self) -> Mapping[str, nn.Module]:
        """The generator, and the discriminator to train on."""
        return {"generator": self.generator, "discriminator": self.discriminator}

    def provenance(self) -> Mapping[str, str]:
        """At which size it works, where that is not the comparison's."""
        return size_note(self.full_size, self.size)
