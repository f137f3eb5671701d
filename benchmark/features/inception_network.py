"""The Inception-v3 of FID as pytorch-fid defines it, from its weights file, folded for inference."""

from __future__ import annotations

from pathlib import Path

import torch
import torchvision
from pytorch_fid.inception import FIDInceptionA, FIDInceptionC, FIDInceptionE_1, FIDInceptionE_2
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval
from torchvision.models.inception import BasicConv2d

from methods.checkpoint import CheckpointError, load_strictly, read_state_dict


def fid_inception() -> nn.Module:
    """pytorch-fid's network without weights: torchvision's, with the blocks that differ replaced.

    Built from pytorch-fid's public blocks, since the function that builds it there downloads the weights.
    """
    network: nn.Module = torchvision.models.inception_v3(
        weights=None, num_classes=1008, aux_logits=False, init_weights=False
    )
    network.Mixed_5b = FIDInceptionA(192, pool_features=32)
    network.Mixed_5c = FIDInceptionA(256, pool_features=64)
    network.Mixed_5d = FIDInceptionA(288, pool_features=64)
    network.Mixed_6b = FIDInceptionC(768, channels_7x7=128)
    network.Mixed_6c = FIDInceptionC(768, channels_7x7=160)
    network.Mixed_6d = FIDInceptionC(768, channels_7x7=160)
    network.Mixed_6e = FIDInceptionC(768, channels_7x7=192)
    network.Mixed_7b = FIDInceptionE_1(1280)
    network.Mixed_7c = FIDInceptionE_2(2048)
    return network


def load_fid_inception(path: Path) -> nn.Module:
    """The features of pytorch-fid's network with the weights of `path`: (N, 3, 299, 299) in [-1, 1] to (N, 2048).

    Raises:
        CheckpointError: if the file does not fit the network; nothing in it is executed.
    """
    with torch.device("meta"):  # no weights are drawn that the file's replace
        network = fid_inception()
    network.to_empty(device="cpu")
    try:
        load_strictly(network, read_state_dict(path))
    except CheckpointError as error:
        raise CheckpointError(f"{path}: {error}") from error
    return InceptionFeatures(network).eval().requires_grad_(False)


class InceptionFeatures(nn.Module):
    """The network up to its last average pooling.

    Batch norm is folded into the convolutions before it: the same function, but for rounding, in fewer passes over
    memory.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        network.eval()
        layer = network.get_submodule
        self.layers = nn.Sequential(
            *map(layer, ("Conv2d_1a_3x3", "Conv2d_2a_3x3", "Conv2d_2b_3x3")),
            nn.MaxPool2d(kernel_size=3, stride=2),
            *map(layer, ("Conv2d_3b_1x1", "Conv2d_4a_3x3")),
            nn.MaxPool2d(kernel_size=3, stride=2),
            *map(layer, ("Mixed_5b", "Mixed_5c", "Mixed_5d")),
            *map(layer, ("Mixed_6a", "Mixed_6b", "Mixed_6c", "Mixed_6d", "Mixed_6e")),
            *map(layer, ("Mixed_7a", "Mixed_7b", "Mixed_7c")),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
        )
        _fold(self.layers)

    def forward(self, inputs: Tensor) -> Tensor:
        """Features (N, 2048)."""
        found: Tensor = self.layers(inputs)
        return found


def _fold(module: nn.Module) -> None:
    for name, child in module.named_children():
        if isinstance(child, BasicConv2d):
            setattr(module, name, nn.Sequential(fuse_conv_bn_eval(child.conv, child.bn), nn.ReLU(inplace=True)))
        else:
            _fold(child)
