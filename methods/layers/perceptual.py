"""Features of VGG networks, with weights read from a local file, and the perceptual loss: L1 between them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from methods.checkpoint import CheckpointError, read_state_dict, spelled_as

Slices = Sequence[Sequence[int | Literal["pool"]]]
"""Widths of convolutions, and poolings, up to each place where features are taken."""

SLICES: Final[Slices] = (
    (64,),
    (64, "pool", 128),
    (128, "pool", 256),
    (256, 256, 256, "pool", 512),
    (512, 512, 512, "pool", 512),
)
"""VGG-19 up to the first ReLU of each resolution: relu1_1 … relu5_1."""

VGG16_POOLS: Final[Slices] = ((64, 64, "pool"), (128, 128, "pool"), (256, 256, 256, "pool"))
"""VGG-16 up to each of its first three poolings."""

SLICE_WEIGHTS: Final = (1 / 32, 1 / 16, 1 / 8, 1 / 4, 1.0)
"""Weight of each slice (pix2pixHD, Wang et al., CVPR 2018)."""

MEAN: Final = (0.485, 0.456, 0.406)
STD: Final = (0.229, 0.224, 0.225)
"""ImageNet's statistics, on which torchvision's weights were trained."""


class VGGFeatures(nn.Module):
    """VGG-19, or another VGG network, up to several of its layers.

    The network is held in buffers that no checkpoint stores: it is neither trained nor part of a method's weights.

    Args:
        weights: file of torchvision's state_dict of the network; the classifier in it is not used.
        imagenet_input: whether images are normalised by ImageNet's statistics, as torchvision trained the network; the
            published code of pix2pixHD and its heirs feeds it images in [-1, 1] instead.
        slices: up to where features are taken.
        average_pooling: whether poolings average (else they take the largest value, as the network was trained).
        network: its name, for the message where the file is another's.

    Raises:
        CheckpointError: if the file cannot be read or is not the network's.
    """

    def __init__(
        self,
        weights: str | Path,
        *,
        imagenet_input: bool = True,
        slices: Slices = SLICES,
        average_pooling: bool = False,
        network: str = "VGG-19",
    ) -> None:
        super().__init__()
        self.imagenet_input = imagenet_input
        self.slices = slices
        self.average_pooling = average_pooling
        state = spelled_as(read_state_dict(weights), [f"features.{index}.weight" for index in (0, 5, 10, 19, 28)])
        index, channels = 0, 3
        for layer in (layer for part in slices for layer in part):
            if layer == "pool":
                index += 1
                continue
            for kind, shape in (("weight", (layer, channels, 3, 3)), ("bias", (layer,))):
                tensor = state.get(f"features.{index}.{kind}")
                if tensor is None or tuple(tensor.shape) != shape:
                    found = "nothing" if tensor is None else tuple(tensor.shape)
                    raise CheckpointError(f"{weights}: not {network}: features.{index}.{kind} is {found}, not {shape}")
                self.register_buffer(f"{kind}_{index}", tensor.float(), persistent=False)
            index, channels = index + 2, layer
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(STD).view(1, 3, 1, 1), persistent=False)

    def features(self, image: Tensor) -> list[Tensor]:
        """Features of (N, 3, H, W) images in [-1, 1] after each slice; sides of at least 16."""
        features = ((image + 1) / 2 - self.mean) / self.std if self.imagenet_input else image
        results = []
        index = 0
        pool = functional.avg_pool2d if self.average_pooling else functional.max_pool2d
        for layers in self.slices:
            for layer in layers:
                if layer == "pool":
                    features = pool(features, 2)
                    index += 1
                else:
                    weight, bias = self.get_buffer(f"weight_{index}"), self.get_buffer(f"bias_{index}")
                    features = functional.relu(functional.conv2d(features, weight, bias, padding=1))
                    index += 2
            results.append(features)
        return results


class PerceptualLoss(VGGFeatures):
    """Weighted L1 between the features of two images after the first ReLU of each resolution (pix2pixHD, CVPR 2018)."""

    def forward(self, fake: Tensor, real: Tensor) -> Tensor:
        """Scalar loss of generated against real images, both (N, 3, H, W) in [-1, 1]."""
        with torch.no_grad():
            of_real = self.features(real)
        of_fake = self.features(fake)
        distances = [
            weight * (one.float() - other.float()).abs().mean()
            for weight, one, other in zip(SLICE_WEIGHTS, of_fake, of_real, strict=True)
        ]
        return torch.stack(distances).sum()
