"""Feature matching: distance between a discriminator's features of a generated image and of the real one."""

from collections.abc import Sequence

import torch
from torch import Tensor


def feature_matching_loss(
    fake: Sequence[Sequence[Tensor]], real: Sequence[Sequence[Tensor]], layer_weight: float
) -> Tensor:
    """L1 between features, each layer's times `layer_weight`, summed over layers and averaged over scales, in float32.

    Follows Wang et al., "High-Resolution Image Synthesis and Semantic Manipulation with Conditional GANs" (CVPR 2018).

    Args:
        fake: feature maps of each scale for the generated images, the verdict, which is left out, last.
        real: the same for the real images; no gradient flows into them.
        layer_weight: 4 over the number of layers in pix2pixHD, 1 in SPADE.
    """
    distances = [
        (of_fake.float() - of_real.detach().float()).abs().mean()
        for fake_scale, real_scale in zip(fake, real, strict=True)
        for of_fake, of_real in zip(fake_scale[:-1], real_scale[:-1], strict=True)
    ]
    return torch.stack(distances).sum() * layer_weight / len(fake)
