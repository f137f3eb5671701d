"""Mask diffusion under the harness: velocities learned of faces in part hidden, and edits sampled from noise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch
from mmengine.optim import OptimWrapperDict
from torch import Tensor
from torch.nn import functional

from methods.base import EditBatch, FaceBatch, FaceEditor, Stage, one_hot
from methods.layers.adam import adam
from methods.mask_diffusion.denoiser import Conditions, Denoiser
from methods.mask_diffusion.hidden_regions import hidden_regions
from methods.mask_diffusion.options import TRAIN_STEPS, MaskDiffusionOptions
from methods.mask_diffusion.sampling import noise_of, noise_schedule, sample
from methods.shared.one_stage import one_stage
from methods.shared.working_size import enlarged, shrunk, shrunk_tasks, size_note, working_size


class MaskDiffusion(FaceEditor):
    """A diffusion model of faces, conditioned on mask, region, known pixels and style.

    It predicts velocities (Salimans and Ho, ICLR 2022) and samples by DDIM with classifier-free guidance (Ho and
    Salimans, 2022).

    Args:
        size: side of the images in pixels, a multiple of 32.
        options: those of `MaskDiffusionOptions`.

    Raises:
        ValueError: for a size or an option that no network could be built with.
    """

    def __init__(self, size: int, **options: Any) -> None:
        super().__init__()
        self.options = config = MaskDiffusionOptions(**options)
        self.full_size, self.size = size, working_size(size, config.max_size)
        config.require_size(self.size)
        self.denoiser = Denoiser(
            self.size,
            config.patch_size,
            config.width,
            tuple(config.width_factors),
            config.num_blocks,
            config.style_length,
            tuple(config.style_widths),
        )
        self.scheduler = noise_schedule(config.sampling_steps)

    def stages(self) -> Sequence[Stage]:
        """The one stage."""
        return one_stage("denoising", self.options, ("denoiser",), ("denoiser",))

    def optimizers(self, stage: Stage) -> OptimWrapperDict:
        """AdamW."""
        options = self.options
        betas = (options.beta1, options.beta2)
        return OptimWrapperDict(denoiser=adam(self.denoiser, options.lr, betas, options.weight_decay, decoupled=True))

    def train_step(self, faces: FaceBatch, optim: OptimWrapperDict) -> dict[str, Tensor]:
        """Tell noise from faces in hidden regions, at a random step of the noise schedule each."""
        faces = shrunk(faces, self.size)
        image, count, device = faces.image.float(), len(faces), faces.image.device
        region = hidden_regions(faces.mask, self.options.whole_share)
        known = image.masked_fill(region, 0)
        chance = torch.rand(3, count, 1, 1, 1, device=device)
        # The style is read off a whole face, or off the rest of one, as edits and completions have it.
        holed = (chance[0] < 0.5) & ~region.all(3, keepdim=True).all(2, keepdim=True)
        style = self.denoiser.encode_style(torch.where(holed, known, image))
        conditions = Conditions(
            label=one_hot(faces.mask) * (chance[1] >= self.options.drop),
            region=region,
            known=known,
            style=style * (chance[2].flatten(1) >= self.options.drop),
        )
        step = torch.randint(TRAIN_STEPS, (count,), device=device)
        noise = torch.randn_like(image)
        predicted = self.denoiser(self.scheduler.add_noise(image, noise, step), step, conditions)
        error = (predicted - self.scheduler.get_velocity(image, noise, step)).square().mean(1, keepdim=True)
        loss = (error * region).sum() / region.sum().clamp(min=1)
        optim["denoiser"].update_params(loss)
        return {"velocity": loss.detach()}

    def edit(self, tasks: EditBatch) -> Tensor:
        """The target with its region made anew under the requested mask: (N, 3, H, W) in [-1, 1].

        Outside the region it is the target to the bit; within it, it begins at noise that the target's id decides.
        """
        image, device = tasks.target.image.float(), tasks.target.image.device
        small = shrunk_tasks(tasks, self.size)
        target = small.target.image.float()
        region = _shrunk_region(tasks.region, self.size)
        conditions = Conditions(
            label=one_hot(small.mask),
            region=region,
            known=target.masked_fill(region, 0),
            style=self.denoiser.encode_style(target),
        )
        edited = sample(
            lambda noisy, step: self.guided_velocity(noisy, step, conditions),
            self.scheduler,
            target,
            region,
            noise_of(tasks.target.ids, self.size).to(device),
        )
        return torch.where(tasks.region[:, None], enlarged(edited, image.shape[-1]), image)

    def guided_velocity(self, noisy: Tensor, step: Tensor, conditions: Conditions) -> Tensor:
        """The velocity under conditions, moved away from those without the style and without the mask.

        Args:
            noisy: (N, 3, H, W).
            step: ().
            conditions: of the N faces.
        """
        guided = full = self.denoiser(noisy, step, conditions)
        if self.options.guidance != 1:
            for dropped in ("style", "label"):
                lacking = replace(conditions, **{dropped: torch.zeros_like(getattr(conditions, dropped))})
                guided = guided + (self.options.guidance - 1) * (full - self.denoiser(noisy, step, lacking))
        return guided

    def provenance(self) -> Mapping[str, str]:
        """At which size it works, where that is not the comparison's."""
        return size_note(self.full_size, self.size)


def _shrunk_region(region: Tensor, size: int) -> Tensor:
    """(N, H, W) bool regions as (N, 1, size, size): a pixel belongs to it where any of those that it covers does."""
    if region.shape[-1] <= size:
        return region[:, None]
    return functional.interpolate(region[:, None].float(), (size, size), mode="area") > 0
