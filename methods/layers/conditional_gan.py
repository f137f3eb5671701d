"""The pix2pixHD objective (Wang et al., CVPR 2018): images judged together with the mask they were painted from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from methods.layers.feature_matching import feature_matching_loss
from methods.layers.gan_losses import lsgan_loss
from methods.layers.perceptual import PerceptualLoss


@dataclass(frozen=True)
class LossWeights:
    """Weights of the generator's terms; 0 leaves a term out."""

    adversarial: float = 1.0
    feature_matching: float = 10.0
    perceptual: float = 10.0
    l1: float = 0.0


def discriminator_loss(discriminator: nn.Module, label: Tensor, fake: Tensor, real: Tensor) -> Tensor:
    """Half the LSGAN loss of telling `real` from `fake`; no gradient reaches what made `fake`.

    Args:
        discriminator: a `MultiscaleDiscriminator`.
        label: (N, 19, H, W) one-hot masks.
        fake: (N, 3, H, W) generated images.
        real: (N, 3, H, W) real images.
    """
    # Two passes would give the same verdicts (every norm is a sample's own) at twice the calls.
    pairs = torch.cat([torch.cat([label, fake.detach().to(real.dtype)], 1), torch.cat([label, real], 1)])
    verdicts = discriminator(pairs)
    of_fake = [[scale[-1][: len(fake)]] for scale in verdicts]
    of_real = [[scale[-1][len(fake) :]] for scale in verdicts]
    return 0.5 * (lsgan_loss(of_fake, 0.0) + lsgan_loss(of_real, 1.0))


def generator_losses(
    discriminator: nn.Module,
    label: Tensor,
    fake: Tensor,
    real: Tensor,
    weights: LossWeights,
    perceptual: PerceptualLoss | None = None,
) -> dict[str, Tensor]:
    """Weighted terms of the generator's loss by name, whose sum is to be minimised.

    Call it under `frozen(discriminator)`, or the discriminator gathers gradients that it must not follow.
    """
    of_fake = discriminator(torch.cat([label, fake.to(real.dtype)], 1))
    losses = {"adversarial": weights.adversarial * lsgan_loss(of_fake, 1.0)}
    if weights.feature_matching:
        with torch.no_grad():
            of_real = discriminator(torch.cat([label, real], 1))
        losses["feature_matching"] = weights.feature_matching * feature_matching_loss(of_fake, of_real)
    if perceptual is not None and weights.perceptual:
        losses["perceptual"] = weights.perceptual * perceptual(fake, real)
    if weights.l1:
        losses["l1"] = weights.l1 * (fake.float() - real.float()).abs().mean()
    return losses


@contextmanager
def frozen(module: nn.Module) -> Iterator[None]:
    """Let gradients pass through `module` without gathering in its parameters."""
    before = [(parameter, parameter.requires_grad) for parameter in module.parameters()]
    module.requires_grad_(False)
    try:
        yield
    finally:
        for parameter, required in before:
            parameter.requires_grad_(required)
