"""Files of VGG networks with random weights: the work of the real ones."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import gettempdir
from typing import Literal

import torch
from torchvision.models.vgg import cfgs, make_layers

LAYERS = {16: "D", 19: "E"}
"""torchvision's letters of the networks, by their number of layers."""


@cache
def random_vgg(depth: Literal[16, 19] = 19) -> str:
    """A file of the network's convolutions."""
    path = Path(gettempdir()) / f"random-vgg{depth}.pth"
    with torch.random.fork_rng():  # whoever asks first draws as whoever asks next
        layers = make_layers(cfgs[LAYERS[depth]])
    torch.save({f"features.{key}": each for key, each in layers.state_dict().items()}, path)
    return str(path)
