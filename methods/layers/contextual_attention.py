"""Contextual attention (Yu et al., CVPR 2018): a hole's features are pasted from patches of what is known."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

SOFTMAX_SCALE: Final = 10.0
"""What similarities are multiplied by before the softmax over patches."""
LEAST_NORM: Final = 1e-4
"""Norm below which a patch is not scaled to norm 1."""


class Attended(NamedTuple):
    """What contextual attention gives.

    Attributes:
        features: (N, C, H, W), pasted from patches of the background.
        attention: (N, h, w, h, w), how much each place of the background, at half the size, gives to each place of the
            foreground.
    """

    features: Tensor
    attention: Tensor


def contextual_attention(foreground: Tensor, background: Tensor, hole: Tensor | None = None) -> Attended:
    """Each place as the mean of the background's patches, weighted by how alike their surroundings are; in float32.

    Both maps are halved; each 3x3 patch of the foreground is compared with every one of the background, scaled to norm
    1; a pair is the more alike if its neighbours along rows, and then along columns, are. Raw 4x4 patches are pasted by
    these weights, where they overlap as their mean. Every face has its own hole.

    Args:
        foreground: (N, C, H, W) features, sides divisible by 2.
        background: (N, C, H, W) features to paste from.
        hole: (N, 1, H, W), 1 in the hole: patches that touch it are not pasted. Of a face that is all hole, all patches
            are pasted alike. None pastes from anywhere.
    """
    with torch.autocast(foreground.device.type, enabled=False):
        foreground, background = foreground.float(), background.float()
        rows, columns = (side // 2 for side in foreground.shape[2:])
        places = rows * columns
        surroundings = functional.unfold(background[..., ::2, ::2], 3, padding=1)
        norm = torch.linalg.vector_norm(surroundings, dim=1, keepdim=True).clamp(min=LEAST_NORM)
        wanted = functional.unfold(foreground[..., ::2, ::2], 3, padding=1)
        alike = _fused((surroundings / norm).mT @ wanted, rows, columns) * SOFTMAX_SCALE
        if hole is not None:
            touched = functional.max_pool2d(hole.float()[..., ::2, ::2], 3, stride=1, padding=1)
            alike = alike.masked_fill(touched.flatten(1)[:, :, None] > 0, torch.finfo(alike.dtype).min)
        attention = alike.softmax(dim=1)
        patches = functional.unfold(background, 4, padding=1, stride=2)
        pasted = functional.fold(patches @ attention, foreground.shape[2:], 4, padding=1, stride=2)
        ones = torch.ones(1, 16, places, device=foreground.device)
        overlaps = functional.fold(ones, foreground.shape[2:], 4, padding=1, stride=2)
        return Attended(pasted / overlaps, attention.view(-1, rows, columns, rows, columns))


def _fused(alike: Tensor, rows: int, columns: int) -> Tensor:
    """Similarities (N, places, places) summed with those of both neighbours along rows, then along columns."""
    shape = (-1, rows, columns, rows, columns)
    along_rows = _diagonal_sums(alike).view(shape)
    along_columns = _diagonal_sums(along_rows.permute(0, 2, 1, 4, 3).reshape(alike.shape))
    turned = (-1, columns, rows, columns, rows)
    return along_columns.view(turned).permute(0, 2, 1, 4, 3).reshape(alike.shape)


def _diagonal_sums(matrix: Tensor) -> Tensor:
    """Each entry of (N, P, P) plus those before and after it on its diagonal."""
    padded = functional.pad(matrix, (1, 1, 1, 1))
    return padded[:, :-2, :-2] + matrix + padded[:, 2:, 2:]


class ContextualAttention(nn.Module):
    """`contextual_attention` as a layer without weights."""

    def forward(self, foreground: Tensor, background: Tensor, hole: Tensor | None = None) -> Attended:
        """(N, C, H, W) features pasted, in float32, and the attention."""
        return contextual_attention(foreground, background, hole)

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *args: Any) -> None:
        """Pass over the constant kernel that published checkpoints carry."""
        state_dict.pop(f"{prefix}fuse_kernel", None)
        super()._load_from_state_dict(state_dict, prefix, *args)
