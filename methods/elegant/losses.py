"""The adversarial terms of ELEGANT (Xiao et al., ECCV 2018), by two discriminators that know the attributes."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from methods.elegant.discriminator import Discriminator
from methods.layers.gan_losses import verdict_loss


def discriminator_loss(
    discriminators: Sequence[Discriminator],
    weights: Sequence[float],
    real: tuple[Tensor, Tensor],
    fake: tuple[Tensor, Tensor],
) -> Tensor:
    """Half the weighted sum of each discriminator's losses on real faces and on faces after the exchange.

    The published quarter of four sums: here a mean goes over faces A and B together, and one over C and D.

    Args:
        discriminators: at full and at half size.
        weights: of each.
        real: (N, 3, H, W) faces in [-1, 1] and their (N, K) attributes.
        fake: faces after the exchange, and the attributes after it; no gradient reaches what made them.
    """
    images = torch.cat([real[0], fake[0].detach().to(real[0].dtype)])
    attributes = torch.cat([real[1], fake[1]])
    total = torch.zeros((), device=images.device)
    for discriminator, weight in zip(discriminators, weights, strict=True):
        of_real, of_fake = discriminator.logits(images, attributes).split([len(real[0]), len(fake[0])])
        total = total + weight * (verdict_loss(of_real, 1.0) + verdict_loss(of_fake, 0.0))
    return total / 2


def adversarial_loss(
    discriminators: Sequence[Discriminator], weights: Sequence[float], fake: Tensor, attributes: Tensor
) -> Tensor:
    """Weighted sum of what it takes for faces C and D to pass as real with the attributes after the exchange.

    Twice a mean over both, which is the published sum of the mean over C and the mean over D.
    """
    losses = [
        weight * 2 * verdict_loss(discriminator.logits(fake, attributes), 1.0)
        for discriminator, weight in zip(discriminators, weights, strict=True)
    ]
    return torch.stack(losses).sum()
