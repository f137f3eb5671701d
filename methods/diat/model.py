"""DIAT-style transfer under the harness: a critic wants the attribute, and further terms keep the rest of a face."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import torch
from mmengine.optim import OptimWrapperDict
from torch import Tensor, nn
from torch.nn import functional

from methods.base import FaceBatch, Stage
from methods.diat.face_features import FaceFeatures
from methods.diat.networks import Critic, Denoiser, MaskedTransform
from methods.diat.options import DIATOptions
from methods.layers.adam import adam_for_each
from methods.layers.gradient_penalty import gradient_penalty
from methods.layers.initialisation import init_he, init_normal
from methods.shared.conditional_gan import frozen
from methods.shared.domain_pair import OTHER, DomainPairEditor, total
from methods.shared.iteration_count import IterationCount
from methods.shared.working_size import shrunk

DENOISER: Final = "denoiser"
"""The stage before that of translation."""
NUM_FEATURES: Final = 2
"""The critic's deepest features that are compared."""


class DIAT(DomainPairEditor, IterationCount):
    """DIAT-style (after Li et al., "Deep Identity-aware Transfer of Facial Attributes", 2016).

    Args:
        size: side of the images in pixels.
        options: those of `DIATOptions`.

    Raises:
        ValueError: for a size or an option that no network could be built with.
        CheckpointError: for VGG-Face weights that cannot be read.
    """

    options: DIATOptions

    def __init__(self, size: int, **options: Any) -> None:
        config = DIATOptions(**options)
        super().__init__(size, config)
        widths = config.ngf, config.n_downsampling, config.n_blocks, config.outer_kernel, config.mask_width
        halvings = config.mask_halvings(self.size)
        self.generators = nn.ModuleDict(
            {domain: MaskedTransform(*widths, halvings, residual=config.residual) for domain in OTHER}
        )
        self.discriminators = nn.ModuleDict({domain: Critic(config.ndf, config.d_downsampling) for domain in OTHER})
        self.denoiser = Denoiser(config.denoiser_width, config.denoiser_depth)
        init_normal(self.generators)
        init_he(self.discriminators, 0.2)
        init_he(self.denoiser)
        for generator in self.generators.values():
            nn.init.ones_(generator.mask[-1].bias)  # masks begin by letting everything through
            if config.residual:
                nn.init.zeros_(generator.transform[-2].weight)
        given = config.face_weights if config.identity_weight else None
        self.face_features = None if given is None else FaceFeatures(given)
        self.stage_name = ""
        self.generator_losses: dict[str, Tensor] = {}

    def translate(self, domain: str, image: Tensor) -> Tensor:
        """(N, 3, H, W) faces in [-1, 1] made ones of the domain "with" or "without", in float32."""
        made, _ = self.generators[domain](image)
        return made

    def stages(self) -> Sequence[Stage]:
        """The denoiser's stage, where it is used, and that of translation."""
        options = self.options
        iterations = options.denoiser_iterations if options.denoiser_weight else 0
        learning = Stage(
            name=DENOISER,
            iterations=iterations,
            batch_size=options.denoiser_batch_size,
            ema=(DENOISER,),
            ema_decay=options.ema_decay,
            schedulers={DENOISER: options.schedule(iterations)},
            edits=False,
        )
        return (learning, *super().stages())

    def begin_stage(self, stage: Stage) -> None:
        """Let gradients into the denoiser in its own stage only, and begin with the generators' turn."""
        super().begin_stage(stage)
        self.stage_name = stage.name
        self.denoiser.requires_grad_(stage.name == DENOISER)
        self.generator_losses = {}

    def optimizers(self, stage: Stage) -> OptimWrapperDict:
        """Adam for each network, or all of a kind, that the stage trains."""
        if stage.name == DENOISER:
            options = self.options
            return adam_for_each(self, {DENOISER: options.lr}, (options.beta1, options.beta2))
        return super().optimizers(stage)

    def train_step(self, faces: FaceBatch, optim: OptimWrapperDict) -> dict[str, Tensor]:
        """Take noise from faces; or the critics' update, and every `n_critic`-th time the generators'.

        The generators' losses are those of their last turn.
        """
        if self.stage_name == DENOISER:
            image = shrunk(faces, self.size).image.float()
            noisy = image + self.options.noise * torch.randn_like(image)
            loss = functional.mse_loss(self.denoiser(noisy), image)
            optim[DENOISER].update_params(loss)
            return {"noise": loss.detach()}
        real = self.domains(faces)
        generators_turn = self.iteration % self.options.n_critic == 0
        self.iteration += 1
        with torch.set_grad_enabled(generators_turn):
            made = {domain: self.generators[domain](real[other]) for domain, other in OTHER.items()}
        to_tell = torch.stack([self._told(domain, made[domain][0], real[domain]) for domain in OTHER]).sum()
        optim["discriminators"].update_params(to_tell)
        if generators_turn:
            with frozen(self.discriminators):
                losses = self._generator_losses(real, made)
                optim["generators"].update_params(total(losses))
            self.generator_losses = {name: value.detach() for name, value in losses.items()}
        return {"discriminators": to_tell.detach()} | self.generator_losses

    def _told(self, domain: str, fake: Tensor, real: Tensor) -> Tensor:
        """A critic's loss (Gulrajani et al., NeurIPS 2017) on faces of its domain and those made for it."""
        critic = self.discriminators[domain]
        # No norm mixes faces, so that one pass gives the verdicts of two.
        of_fake, of_real = critic(torch.cat([fake.detach().to(real.dtype), real])).float().chunk(2)
        loss = of_fake.mean() - of_real.mean()
        if self.options.gradient_penalty_weight:
            # The slope of what the loss sees: a face's mean verdict, not the sum of its patches'.
            penalty = gradient_penalty(lambda images: critic(images).flatten(1).mean(1), real, fake)
            loss = loss + self.options.gradient_penalty_weight * penalty
        return loss

    def _generator_losses(
        self, real: Mapping[str, Tensor], made: Mapping[str, tuple[Tensor, Tensor]]
    ) -> dict[str, Tensor]:
        """Weighted terms by name."""
        options = self.options
        terms: dict[str, list[Tensor]] = {"adversarial": [], "perceptual": [], "mask": []}
        for domain, other in OTHER.items():
            critic, face, (image, mask) = self.discriminators[domain], real[other], made[domain]
            features = critic.features(image.to(face.dtype))
            with torch.no_grad():
                of_face = critic.features(face)
            terms["adversarial"].append(-critic.verdict(features[-1]).float().mean())
            terms["perceptual"] += [
                options.perceptual_weight * functional.mse_loss(mine.float(), theirs.float())
                for mine, theirs in zip(features[-NUM_FEATURES:], of_face[-NUM_FEATURES:], strict=True)
            ]
            terms["mask"].append(options.mask_weight * mask.mean())
            if options.denoiser_weight:
                noise = functional.mse_loss(image, self.denoiser(image))
                terms.setdefault("denoiser", []).append(options.denoiser_weight * noise)
            if self.face_features is not None:
                with torch.no_grad():
                    known = self.face_features(face)
                apart = functional.mse_loss(self.face_features(image).float(), known.float())
                terms.setdefault("identity", []).append(options.identity_weight * apart)
        return {name: torch.stack(parts).sum() for name, parts in terms.items()}

    def provenance(self) -> Mapping[str, str]:
        """Whether a face-recognition network took part, and at which size it works."""
        return {**self.options.provenance(), **super().provenance()}
