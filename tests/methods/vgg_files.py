"""Files like torchvision's of a VGG network, with random weights."""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn
from torchvision.models import VGG

from methods.layers.initialisation import init_he


def write_vgg(file: Path, network: Callable[[], VGG], seed: int = 0) -> nn.Sequential:
    """Write a file of a network's features, and give those features.

    Of its classifier, whose weights are most of a published file and which nobody reads, it has a bias alone.
    """
    with torch.device("meta"):
        features = network().features
    features = features.to_empty(device="cpu")
    torch.manual_seed(seed)
    init_he(features)
    state = {f"features.{key}": value for key, value in features.state_dict().items()}
    torch.save(state | {"classifier.6.bias": torch.zeros(1000)}, file)
    return features.eval()
