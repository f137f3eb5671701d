"""The patch discriminator as SPADE (Park et al., CVPR 2019) and its heirs train and publish it."""

from __future__ import annotations

import re
from typing import Final

from methods.labels import NUM_LABELS
from methods.layers.patch_discriminator import MultiscaleDiscriminator

_LAYER: Final = re.compile(r"^discriminator_([01])\.model(\d+)\.0\.(?:0\.)?")
"""Where a layer sits in the published keys: scale, layer."""


def spade_discriminator(
    ndf: int = 64, n_layers: int = 3, num_d: int = 2, *, last_stride: int = 1
) -> MultiscaleDiscriminator:
    """A spectrally normalised discriminator of one-hot masks and images; SEAN's has 2 layers, the last of stride 2."""
    return MultiscaleDiscriminator(NUM_LABELS + 3, ndf, n_layers, num_d, spectral=True, last_stride=last_stride)


def published_discriminator_key(key: str) -> str:
    """Our key for a published one: SPADE counts its two scales from fine to coarse and nests a layer's norm."""
    return _LAYER.sub(lambda found: f"scale{1 - int(found[1])}_layer{found[2]}.0.", key)
