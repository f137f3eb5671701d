"""Least-squares adversarial loss over the scales of a multi-scale discriminator."""

from collections.abc import Sequence

import torch
from torch import Tensor


def lsgan_loss(features: Sequence[Sequence[Tensor]], target: float) -> Tensor:
    """Mean squared distance of each scale's verdict to `target`, summed over scales, in float32.

    Follows Mao et al., "Least Squares Generative Adversarial Networks" (ICCV 2017), as pix2pixHD sums it.

    Args:
        features: feature maps of each scale, the verdict last (`MultiscaleDiscriminator`).
        target: 1 for what should pass as real, 0 for what should be found out.
    """
    return torch.stack([(scale[-1].float() - target).square().mean() for scale in features]).sum()
