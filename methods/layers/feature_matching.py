"""Feature matching: distance between a discriminator's features of a generated image and of the real one."""

from collections.abc import Sequence

import torch
from torch import Tensor


def feature_matching_loss(fake: Sequence[Sequence[Tensor]], real: Sequence[Sequence[Tensor]]) -> Tensor:
    """L1 between features, weighted 4 / (n_layers + 1) / num_D and summed, in float32; verdicts are left out.

    Follows Wang et al., "High-Resolution Image Synthesis and Semantic Manipulation with Conditional GANs" (CVPR
    2018).

    Args:
        fake: feature maps of each scale for the generated images, the verdict last.
        real: the same for the real images; no gradient flows into them.
    """
    distances = [
        (of_fake.float() - of_real.detach().float()).abs().mean() * (4 / (len(fake_scale) - 1) / len(fake))
        for fake_scale, real_scale in zip(fake, real, strict=True)
        for of_fake, of_real in zip(fake_scale[:-1], real_scale[:-1], strict=True)
    ]
    return torch.stack(distances).sum()
