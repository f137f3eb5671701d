"""Mask diffusion under the harness: velocities learned of faces in part hidden, and edits sampled from noise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch
from mmengine.optim import OptimWrapperDict
from torch import Tensor

from methods.base import EditBatch, FaceBatch, FaceEditor, Stage, one_hot
from methods.labels import NUM_LABELS
from methods.layers.adam import adam
from methods.mask_diffusion.denoiser import Conditions, Denoiser
from methods.mask_diffusion.hidden_regions import hidden_regions
from methods.mask_diffusion.options import TRAIN_STEPS, MaskDiffusionOptions
from methods.mask_diffusion.sampling import noise_of, noise_schedule, sample
from methods.shared.hints import part_colours
from methods.shared.one_stage import one_stage
from methods.shared.working_size import enlarged, shrunk, shrunk_planes, shrunk_tasks, size_note, working_size


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
        shown = torch.where(holed, known, image)
        follows_mask, has_style = (draw >= self.options.drop for draw in chance[1:])
        conditions = Conditions(
            label=one_hot(faces.mask) * follows_mask,
            region=region,
            known=known,
            colours=shown_colours(faces.mask, region, shown, faces.mask) * (follows_mask & has_style),
            style=self.denoiser.encode_style(shown) * has_style.flatten(1),
        )
        step = self._random_steps(count, device)
        noise = torch.randn_like(image)
        predicted = self.denoiser(self.scheduler.add_noise(image, noise, step), step, conditions)
        error = (predicted - self.scheduler.get_velocity(image, noise, step)).square().mean(1, keepdim=True)
        loss = (error * region).sum() / region.sum().clamp(min=1)
        optim["denoiser"].update_params(loss)
        return {"velocity": loss.detach()}

    def _random_steps(self, count: int, device: torch.device) -> Tensor:
        """Steps (N,) of the noise schedule in 0..999, of all or of those that are sampled."""
        if not self.options.train_sampled_steps:
            return torch.randint(TRAIN_STEPS, (count,), device=device)
        sampled = self.options.sampling_steps
        return (torch.randint(sampled, (count,), device=device) + 1) * (TRAIN_STEPS // sampled) - 1

    def edit(self, tasks: EditBatch) -> Tensor:
        """The target with its region made anew under the requested mask: (N, 3, H, W) in [-1, 1].

        Outside the region it is the target to the bit; within it, it begins at noise that the target's id decides.
        """
        image, device = tasks.target.image.float(), tasks.target.image.device
        small = shrunk_tasks(tasks, self.size)
        target = small.target.image.float()
        region = shrunk_planes(tasks.region[:, None].float(), self.size) > 0
        conditions = Conditions(
            label=one_hot(small.mask),
            region=region,
            known=target.masked_fill(region, 0),
            colours=shown_colours(small.mask, region, target, small.target.mask),
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
                nothing = {name: torch.zeros_like(getattr(conditions, name)) for name in (dropped, "colours")}
                lacking = replace(conditions, **nothing)
                guided = guided + (self.options.guidance - 1) * (full - self.denoiser(noisy, step, lacking))
        return guided

    def provenance(self) -> Mapping[str, str]:
        """At which size it works, where that is not the comparison's."""
        return size_note(self.full_size, self.size)


def shown_colours(mask: Tensor, region: Tensor, image: Tensor, labels: Tensor) -> Tensor:
    """What colour each part to make has in an image: (N, 3, H, W) in [-1, 1], 0 outside the region.

    It is a part's median outside the region, that inside it where the part lies there alone, and where the image does
    not have the part, the median of all of it.

    Args:
        mask: (N, H, W) uint8 labels of the parts to make.
        region: (N, 1, H, W) bool.
        image: (N, 3, H, W) in [-1, 1], whose region may be hidden by 0.
        labels: (N, H, W) uint8, the image's own.
    """
    outside = labels.masked_fill(region[:, 0], NUM_LABELS)
    return part_colours(mask, region[:, 0], (image, outside), (image, labels), otherwise=image)
