"""Adversarial losses over the scales of a discriminator: least squares, cross-entropy and hinge."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

Features = Sequence[Sequence[Tensor]]
"""Feature maps of each scale, the verdict last (`MultiscaleDiscriminator`)."""


def verdict_loss(logits: Tensor, target: float) -> Tensor:
    """Binary cross-entropy of log-odds against one `target`, 1 for real and 0 for fake, in float32.

    From log-odds, since the probability that the networks end in would be 0 or 1 in half precision.
    """
    logits = logits.float()
    return functional.binary_cross_entropy_with_logits(logits, torch.full_like(logits, target))


class LeastSquares:
    """Squared distance of verdicts to 1 (real) or 0 (fake), summed over scales; the discriminator's is halved.

    Follows Mao et al., "Least Squares Generative Adversarial Networks" (ICCV 2017), as pix2pixHD sums it; a layer's
    feature matching weighs 4 over the number of layers there.
    """

    def discriminator(self, fake: Features, real: Features) -> Tensor:
        """Scalar loss of telling apart, in float32."""
        return 0.5 * (self._distance(fake, 0.0) + self._distance(real, 1.0))

    def generator(self, fake: Features) -> Tensor:
        """Scalar loss of being found out, in float32."""
        return self._distance(fake, 1.0)

    def layer_weight(self, num_layers: int) -> float:
        """Weight of each of a scale's layers in feature matching."""
        return 4 / num_layers

    def _distance(self, features: Features, target: float) -> Tensor:
        return torch.stack([(scale[-1].float() - target).square().mean() for scale in features]).sum()


class CrossEntropy:
    """Binary cross-entropy of verdicts as log-odds of being real, summed over scales; the discriminator's is halved.

    Follows Goodfellow et al., "Generative Adversarial Nets" (NeurIPS 2014), in the form that does not saturate, as
    pix2pix (Isola et al., CVPR 2017) uses it.
    """

    def discriminator(self, fake: Features, real: Features) -> Tensor:
        """Scalar loss of telling apart, in float32."""
        return 0.5 * (self._entropy(fake, 0.0) + self._entropy(real, 1.0))

    def generator(self, fake: Features) -> Tensor:
        """Scalar loss of being found out, in float32."""
        return self._entropy(fake, 1.0)

    def layer_weight(self, num_layers: int) -> float:
        """Weight of each of a scale's layers in feature matching, as with least squares."""
        return 4 / num_layers

    def _entropy(self, features: Features, target: float) -> Tensor:
        return torch.stack([verdict_loss(scale[-1], target) for scale in features]).sum()


class Hinge:
    """Hinge loss (Lim and Ye, "Geometric GAN", 2017), mean over scales, as SPADE uses it.

    A layer's feature matching weighs 1 there.
    """

    def discriminator(self, fake: Features, real: Features) -> Tensor:
        """Scalar loss of telling apart, in float32."""
        margins = [
            functional.relu(1 + of_fake[-1].float()).mean() + functional.relu(1 - of_real[-1].float()).mean()
            for of_fake, of_real in zip(fake, real, strict=True)
        ]
        return torch.stack(margins).mean()

    def generator(self, fake: Features) -> Tensor:
        """Scalar loss of being found out, in float32; unbounded below."""
        return -torch.stack([scale[-1].float().mean() for scale in fake]).mean()

    def layer_weight(self, num_layers: int) -> float:
        """Weight of each of a scale's layers in feature matching."""
        return 1.0


AdversarialLoss = LeastSquares | CrossEntropy | Hinge
