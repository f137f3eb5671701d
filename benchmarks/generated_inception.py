"""A weights file for FID's Inception where the published one is not at hand: random, but with features of some scale.

A random network's features die out over ninety layers. Here every batch norm has the statistics of some images, so that
each layer's outputs vary between images, as those of a trained network do.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from benchmark.features.inception import SIDE
from benchmark.features.inception_network import fid_inception

CALIBRATION_IMAGES = 8


def write_generated_inception(path: Path, images: NDArray[np.uint8], seed: int = 0) -> None:
    """Write weights in the format of pytorch-fid's file.

    Args:
        path: of the file.
        images: (N, H, W, 3), of the kind that the network will see; the first few calibrate it.
        seed: of the weights.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = fid_inception()
        for module in network.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.orthogonal_(module.weight)
            elif isinstance(module, nn.BatchNorm2d):
                nn.init.normal_(module.bias, std=0.5)
                module.momentum = 1.0
    some = torch.from_numpy(images[:CALIBRATION_IMAGES]).permute(0, 3, 1, 2).float() / 127.5 - 1
    network.train()
    with torch.no_grad():
        network(functional.interpolate(some, size=(SIDE, SIDE), mode="bilinear"))
    torch.save(network.state_dict(), path)
