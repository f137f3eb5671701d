"""The gradient penalty of WGAN-GP: a critic's slope between real and generated images is drawn to 1."""

from collections.abc import Callable

import torch
from torch import Tensor

from methods.layers import whole_batch


def gradient_penalty(critic: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor) -> Tensor:
    """Mean squared distance to 1 of the slope's norm at one random point between each real and generated image.

    Follows Gulrajani et al., "Improved Training of Wasserstein GANs" (NeurIPS 2017). The slope is that of the sum of a
    sample's verdicts. All of it is computed in float32, under autocast too: squared slopes in bfloat16 would keep two
    digits.

    Args:
        critic: (N, C, H, W) images to verdicts (N, ...).
        real: (N, C, H, W) images.
        fake: generated images in the same shape; no gradient reaches what made them.
    """
    with torch.autocast(real.device.type, enabled=False):
        share = whole_batch.rand(len(real), 1, 1, 1, device=real.device)
        between = torch.lerp(fake.detach().float(), real.float(), share).requires_grad_()
        (slope,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
        return (torch.linalg.vector_norm(slope.flatten(1), dim=1) - 1).square().mean()
