"""Simulated editing behaviour: masks as a user might edit them, from a MaskVAE's latent space."""

import torch
from torch import Tensor
from torch.nn import functional

from methods.base import one_hot
from methods.layers import whole_batch
from methods.maskgan.mask_vae import MaskVAE


@torch.no_grad()
def simulated_edits(mask_vae: MaskVAE, label: Tensor, reference: Tensor, lambda_inter: float) -> tuple[Tensor, Tensor]:
    """Masks a step towards other masks and a step away from them.

    Follows Algorithm 1 of MaskGAN (CVPR 2020): z_inter, z_outer = z ± (z_ref - z) / lambda_inter, each decoded. The
    latent of a mask is its mean: a sample's noise would be an edit that nobody requested.

    Args:
        mask_vae: in eval mode.
        label: (N, 19, H, W) one-hot masks.
        reference: (N,) for each mask, the position in the whole batch of the one it is moved towards.
        lambda_inter: divides the step; larger is a smaller edit.

    Returns:
        Interpolated and extrapolated masks, (N, 19, H, W) one-hot each, by the likeliest class of each pixel.
    """
    latent, _ = mask_vae.encode(label)
    step = (whole_batch.gathered(latent)[reference] - latent) / lambda_inter
    inter, outer = mask_vae.decode(torch.cat([latent + step, latent - step])).argmax(dim=1).chunk(2)
    return one_hot(inter, label.dtype), one_hot(outer, label.dtype)


def other_faces(count: int, device: torch.device) -> Tensor:
    """For each of `count` faces the position of another one, drawn at random: (N,), itself only where it is alone.

    The faces are put in a random circle, in which each is given the one before it.
    """
    circle = torch.randperm(count, device=device)
    return torch.empty_like(circle).scatter_(0, circle, circle.roll(1))


def next_faces(count: int, device: torch.device) -> Tensor:
    """For each of `count` faces the position of the one after it, the first one's after the last: (N,)."""
    return torch.arange(1, count + 1, device=device) % count


def mask_vae_losses(logits: Tensor, mask: Tensor, mean: Tensor, log_variance: Tensor) -> tuple[Tensor, Tensor]:
    """Cross-entropy, mean over pixels, and KL to the unit Gaussian, summed over the latent; both mean over the batch.

    The paper states the weight of the KL (1e-5) but no reduction. With these the KL of a fitted model (hundreds of
    nats) weighs some 1e-3, well below the cross-entropy, so that masks are reconstructed and the latent stays bounded.

    Args:
        logits: (N, 19, H, W).
        mask: (N, H, W) labels.
        mean: (N, latent).
        log_variance: (N, latent).
    """
    mean, log_variance = mean.float(), log_variance.float()
    divergence = -0.5 * (1 + log_variance - mean.square() - log_variance.exp()).sum(dim=1).mean()
    return functional.cross_entropy(logits.float(), mask.long()), divergence
