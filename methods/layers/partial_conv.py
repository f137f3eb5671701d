"""Partial convolution (Liu et al., "Image Inpainting for Irregular Holes Using Partial Convolutions", ECCV 2018)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


class PartialConv2d(nn.Conv2d):
    """A convolution of what is known, scaled by how much of its window that is; borders count as unknown.

    Args:
        in_channels: of the input.
        out_channels: of the result.
        kernel_size: side of the kernels.
        stride: of the convolution.
        padding: pixels at each border.
        bias: whether what is known anywhere in a window gets a bias.
        multi_channel: whether every channel has a mask of its own, else all share one.
    """

    EPSILON = 1e-8
    """Keeps the scale finite where nothing is known."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        stride: int = 1,
        padding: int = 0,
        *,
        bias: bool = True,
        multi_channel: bool = False,
    ) -> None:
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, bias=bias)
        self.multi_channel = multi_channel

    def forward(self, features: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """The convolution, 0 where nothing is known, and what is known after it.

        Args:
            features: (N, in, H, W); what it has where nothing is known never matters.
            mask: (N, 1, H, W), or (N, in, H, W) with `multi_channel`, 1 where features are known, else 0; None if all
                are.

        Returns:
            (N, out, H', W') features and their mask, (N, 1, H', W') or (N, out, H', W').
        """
        channels = self.in_channels if self.multi_channel else 1
        if mask is None:
            mask = features.new_ones(1, channels, *features.shape[2:])
        with torch.no_grad(), torch.autocast(features.device.type, enabled=False):
            # of several channels the sum counts, as every kernel of ones would
            count = functional.conv2d(
                mask.float().sum(dim=1, keepdim=True),
                torch.ones(1, 1, *self.kernel_size, device=mask.device),
                stride=self.stride,
                padding=self.padding,
            )
            known = count.clamp(0, 1)
            window = channels * self.kernel_size[0] * self.kernel_size[1]
            scale = window / (count + self.EPSILON) * known
        made = self._conv_forward(features * mask, self.weight, None) * scale
        if self.bias is not None:
            made = made + self.bias.view(1, -1, 1, 1) * known
        after = known.expand(-1, self.out_channels, -1, -1) if self.multi_channel else known
        return made.to(features.dtype), after.to(mask.dtype).expand(len(features), -1, -1, -1)

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *args: Any) -> None:
        """Pass over the kernel of ones that published checkpoints carry."""
        state_dict.pop(f"{prefix}weight_mask_updater", None)
        super()._load_from_state_dict(state_dict, prefix, *args)
