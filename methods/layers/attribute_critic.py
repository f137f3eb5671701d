"""The objective of a Wasserstein critic that also reads attributes, as StarGAN and AttGAN train theirs."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from methods.layers.gradient_penalty import gradient_penalty


def classification_loss(logits: Tensor, attributes: Tensor) -> Tensor:
    """Binary cross-entropy of (N, K) logits, summed over attributes and averaged over faces, in float32."""
    return functional.binary_cross_entropy_with_logits(logits.float(), attributes, reduction="sum") / len(logits)


def discriminator_losses(
    discriminator: nn.Module,
    real: Tensor,
    fake: Tensor,
    attributes: Tensor,
    classification_weight: float,
    gradient_penalty_weight: float,
) -> dict[str, Tensor]:
    """Weighted terms of the discriminator's loss by name, whose sum is to be minimised.

    Args:
        discriminator: gives (N, ...) verdicts and (N, K) logits of attributes; a face's depend on that face alone.
        real: (N, 3, H, W) faces in [-1, 1].
        fake: (N, 3, H, W) translated faces; no gradient reaches what made them.
        attributes: (N, K) of the real faces, in {0, 1}.
        classification_weight: of reading them.
        gradient_penalty_weight: of the penalty on the slope; 0 leaves it out.
    """
    # Two passes would give the same verdicts (no norm mixes faces) at twice the calls.
    verdicts, logits = discriminator(torch.cat([real, fake.detach().to(real.dtype)]))
    of_real, of_fake = verdicts.float().chunk(2)
    losses = {
        "critic": of_fake.mean() - of_real.mean(),
        "classification_real": classification_weight * classification_loss(logits[: len(real)], attributes),
    }
    if gradient_penalty_weight:
        penalty = gradient_penalty(lambda images: discriminator(images)[0], real, fake)
        losses["gradient_penalty"] = gradient_penalty_weight * penalty
    return losses
