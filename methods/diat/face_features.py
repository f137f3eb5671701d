"""Features of VGG-Face (Parkhi et al., BMVC 2015), by which two pictures of a person are alike."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from methods.checkpoint import CheckpointError, read_state_dict, spelled_as

BLOCKS: Final = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))
"""Channels and convolutions of VGG-16 at each resolution."""
MEAN: Final = (129.186, 104.762, 93.594)
"""Mean of red, green and blue in [0, 255], which the network was trained without."""


class FaceFeatures(nn.Module):
    """VGG-Face up to its last convolution.

    The network is held in buffers that no checkpoint stores: it is neither trained nor part of a method's weights.

    Args:
        weights: file of its state_dict; layers are named by block and place, `conv1_1` to `conv5_3`, and the classifier
            in it is not used.

    Raises:
        CheckpointError: if the file cannot be read or is not VGG-Face's.
    """

    def __init__(self, weights: str | Path) -> None:
        super().__init__()
        names = [(block, place) for block, (_, count) in enumerate(BLOCKS, 1) for place in range(1, count + 1)]
        state = spelled_as(read_state_dict(weights), [f"conv{block}_{place}.weight" for block, place in names])
        channels = 3
        for block, place in names:
            width = BLOCKS[block - 1][0]
            for kind, shape in (("weight", (width, channels, 3, 3)), ("bias", (width,))):
                tensor = state.get(f"conv{block}_{place}.{kind}")
                if tensor is None or tuple(tensor.shape) != shape:
                    found = "nothing" if tensor is None else tuple(tensor.shape)
                    name = f"conv{block}_{place}.{kind}"
                    raise CheckpointError(f"{weights}: not VGG-Face: {name} is {found}, not {shape}")
                self.register_buffer(f"{kind}{block}_{place}", tensor.float(), persistent=False)
            channels = width
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1), persistent=False)

    def forward(self, image: Tensor) -> Tensor:
        """The last convolution's activations (N, 512, h, w) of (N, 3, H, W) images in [-1, 1]; sides of at least 16."""
        features = (image + 1) * 127.5 - self.get_buffer("mean")
        for block, (_, count) in enumerate(BLOCKS, 1):
            if block > 1:
                features = functional.max_pool2d(features, 2)
            for place in range(1, count + 1):
                weight, bias = (self.get_buffer(f"{kind}{block}_{place}") for kind in ("weight", "bias"))
                features = functional.relu(functional.conv2d(features, weight, bias, padding=1))
        return features
