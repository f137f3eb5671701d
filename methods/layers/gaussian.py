"""Latent Gaussians of variational autoencoders (Kingma and Welling, ICLR 2014): draws, and their divergence."""

import torch
from torch import Tensor

from methods.layers import whole_batch


def gaussian_sample(mean: Tensor, log_variance: Tensor) -> Tensor:
    """A draw from N(mean, exp(log_variance)) through which gradients reach both."""
    return mean + torch.exp(0.5 * log_variance) * whole_batch.randn_like(mean)


def gaussian_divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL(N(mean, exp(log_variance)) || N(0, 1)) in nats, of each element."""
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance)
