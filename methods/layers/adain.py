"""Adaptive instance normalisation: a style's bias and weight on normalised features."""

import torch
from torch import Tensor, nn

from methods.layers.instance_norm import fused_instance_norm, instance_statistics, scale_and_shift


def adaptive_instance_norm(content: Tensor, style: Tensor, eps: float = 1e-5) -> Tensor:
    """Give each channel of each sample the mean and deviation that its style asks for.

    Follows Huang and Belongie, "Arbitrary Style Transfer in Real-time with Adaptive Instance Normalization" (ICCV
    2017), with MaskGAN's order of parameters. Statistics are those of the instance in train and eval mode alike.

    Args:
        content: (N, C, H, W) features, in any memory layout.
        style: (N, 2C); the first C values are the bias, the next C the weight (no "+1").
        eps: added to the variance.

    Returns:
        (N, C, H, W) in the dtype and layout of `content`.

    Raises:
        ValueError: if `style` does not have two values per channel.
    """
    if style.shape != (len(content), 2 * content.shape[1]):
        raise ValueError(f"style of shape {tuple(style.shape)} does not fit {content.shape[1]} channels")
    with torch.autocast(content.device.type, enabled=False):
        bias, weight = style.float()[:, :, None, None].chunk(2, dim=1)
        if content.is_cuda:
            return scale_and_shift(fused_instance_norm(content, eps), weight, bias)
        mean, variance = instance_statistics(content)
        scale = weight * torch.rsqrt(variance + eps)
        return scale_and_shift(content, scale, bias - mean * scale)


class AdaptiveInstanceNorm(nn.Module):
    """`adaptive_instance_norm` as a layer of `num_features` channels, styled at each call."""

    def __init__(self, num_features: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        # Never read: published checkpoints carry them, so a strict load needs them.
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, content: Tensor, style: Tensor) -> Tensor:
        """Style (N, C, H, W) features by (N, 2C) parameters."""
        return adaptive_instance_norm(content, style, self.eps)
