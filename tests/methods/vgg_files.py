"""Files like torchvision's of a VGG network, with random weights."""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn
from torchvision.models import VGG

from methods.layers.initialisation import init_he


def write_vgg(file: Path, network: Callable[[], VGG]) -> nn.Sequential:
    """Write a file of a network's features, the same at every call, and give those features.

    Most of a published file is the classifier, which nobody reads: of it this one has a bias only.
    """
    with torch.device("meta"):
        features = network().features
    features = features.to_empty(device="cpu")
    with torch.random.fork_rng():
        torch.manual_seed(0)
        init_he(features)
        for name, parameter in features.named_parameters():
            if name.endswith("bias"):
                nn.init.normal_(parameter, std=0.1)
    state = {f"features.{key}": value for key, value in features.state_dict().items()}
    torch.save(state | {"classifier.6.bias": torch.zeros(1000)}, file)
    return features.eval()
