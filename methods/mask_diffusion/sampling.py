"""From noise to faces: the noise schedule, the noise of a face, and DDIM steps that keep what is known of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import torch
from diffusers.schedulers.scheduling_ddim import DDIMScheduler
from torch import Tensor

from methods.mask_diffusion.options import TRAIN_STEPS


def noise_schedule(sampling_steps: int) -> DDIMScheduler:
    """The DDIM scheduler of diffusers (Song et al., ICLR 2021), of velocities under a cosine schedule.

    The schedule is shifted so that nothing is left of a face at its last step (Lin et al., WACV 2024), which is the
    first that is sampled.

    Args:
        sampling_steps: a divisor of 1000.
    """
    scheduler = DDIMScheduler(
        num_train_timesteps=TRAIN_STEPS,
        beta_schedule="squaredcos_cap_v2",
        prediction_type="v_prediction",
        rescale_betas_zero_snr=True,
        timestep_spacing="trailing",
    )
    scheduler.set_timesteps(sampling_steps)
    return scheduler


def noise_of(ids: Sequence[str], size: int) -> Tensor:
    """Noise (N, 3, size, size) on the CPU, each face's decided by its id alone."""
    draws = []
    for name in ids:
        seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") >> 1
        draws.append(torch.randn(3, size, size, generator=torch.Generator().manual_seed(seed)))
    return torch.stack(draws)


def sample(
    velocity: Callable[[Tensor, Tensor], Tensor],
    scheduler: DDIMScheduler,
    target: Tensor,
    region: Tensor,
    noise: Tensor,
) -> Tensor:
    """Make what lies in regions of faces: (N, 3, H, W) in [-1, 1], outside the regions the faces themselves.

    Args:
        velocity: of noisy faces (N, 3, H, W) at a step (), both on the faces' device.
        scheduler: as `noise_schedule` gives it.
        target: (N, 3, H, W) in [-1, 1], float32.
        region: (N, 1, H, W) bool.
        noise: (N, 3, H, W), which regions begin at; before each step, what lies outside of them is the target with it.
    """
    faces = noise
    for step in scheduler.timesteps.to(target.device):
        known = scheduler.add_noise(target, noise, step.expand(len(target)))
        faces = torch.where(region, faces, known)
        faces = scheduler.step(velocity(faces, step), step, faces, use_clipped_model_output=True).prev_sample
    return torch.where(region, faces, target)
