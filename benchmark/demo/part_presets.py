"""Presets of the mask: one part changed as the protocol of mask edits changes it."""

from __future__ import annotations

from benchmark.demo.base64_images import Labels
from benchmark.protocols.mask_parts import shows
from benchmark.protocols.part_warps import WARPS, warped_mask
from registry.errors import InputError


def with_preset(mask: Labels, preset: str) -> Labels:
    """A mask (S, S) with a part changed.

    Args:
        mask: labels.
        preset: a name in `WARPS`, such as "wider mouth".

    Raises:
        InputError: if there is no such preset, or the mask does not show the part.
    """
    if preset not in WARPS:
        raise InputError(f"there is no preset {preset!r}; presets are {', '.join(WARPS)}")
    warp = WARPS[preset]
    if not shows(mask, warp.of):
        raise InputError(f"{preset}: the mask does not show {warp.part}")
    return warped_mask(mask, warp)
