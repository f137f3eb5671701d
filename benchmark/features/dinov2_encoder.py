"""DINOv2 as an encoder: timm's network, with position embeddings as DINOv2's own code interpolates them."""

from __future__ import annotations

from collections.abc import Mapping
from math import isqrt
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmark.features.timm_encoder import TimmEncoder
from methods.checkpoint import CheckpointError

OFFSET: Final = 0.1
"""Added to the side of the new grid before its scale is taken, as the published networks were evaluated with."""


class DinoV2Encoder(TimmEncoder):
    """The class token of DINOv2 (Oquab et al., 2024), a network without registers.

    It was trained at 518 pixels. timm would interpolate its position embeddings with antialiasing; those whose features
    are published, torch hub's, are interpolated without.
    """

    def _fitted(self, network: nn.Module, state_dict: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        if (embedding := state_dict.get("pos_embed")) is None or embedding.ndim != 3:
            raise CheckpointError(f"checkpoint does not fit {type(network).__name__}: missing pos_embed")
        side = int(network.get_submodule("patch_embed").grid_size[0])  # type: ignore[index]
        return super()._fitted(network, {**state_dict, "pos_embed": interpolated_positions(embedding, side)})


def interpolated_positions(embedding: Tensor, side: int) -> Tensor:
    """Position embeddings of another grid: bicubic, without antialiasing, as DINOv2's `interpolate_pos_encoding`.

    Args:
        embedding: (1, 1 + n², D), that of the class token first.
        side: of the new grid.

    Returns:
        (1, 1 + side², D); the same where the grid is the same.
    """
    before = isqrt(embedding.shape[1] - 1)
    if before == side:
        return embedding
    grid = embedding[:, 1:].float().reshape(1, before, before, -1).permute(0, 3, 1, 2)
    scale = (side + OFFSET) / before
    found = functional.interpolate(grid, scale_factor=(scale, scale), mode="bicubic", antialias=False)
    return torch.cat([embedding[:, :1].float(), found.flatten(2).transpose(1, 2)], dim=1)
