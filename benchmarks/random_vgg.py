"""Files of VGG networks with random weights: the work of the real ones."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import torch
from torchvision.models.vgg import cfgs, make_layers

LAYERS = {16: "D", 19: "E"}
"""torchvision's letters of the networks, by their number of layers."""


@cache
def _folder() -> TemporaryDirectory[str]:
    """This process's own, until it ends: another's would change its weights between two steps."""
    return TemporaryDirectory(prefix="random-vgg-")


@cache
def random_vgg(depth: Literal[16, 19] = 19) -> str:
    """A file of the network's convolutions."""
    path = Path(_folder().name) / f"vgg{depth}.pth"
    with torch.random.fork_rng():  # whoever asks first draws as whoever asks next
        layers = make_layers(cfgs[LAYERS[depth]])
    torch.save({f"features.{key}": each for key, each in layers.state_dict().items()}, path)
    return str(path)
