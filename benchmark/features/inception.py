"""The Inception network of FID as an encoder, under pytorch-fid's and under clean-fid's way of resizing."""

from __future__ import annotations

from typing import ClassVar, Final

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from benchmark.features.encoder import Encoder
from benchmark.features.threaded_inference import in_streams
from benchmark.images.convert import Pixels
from benchmark.weights.locate import WeightsMissing
from benchmark.weights.resources import MetricUnavailable, Resources
from methods.checkpoint import CheckpointError

WEIGHTS = "inception-fid"
SIDE: Final = 299
"""Side of the images that the network takes, in pixels."""


class InceptionEncoder(Encoder):
    """pytorch-fid's features: bilinear to 299 x 299 without antialiasing.

    Args:
        resources: where the network runs, and its weights.
        weights: the weights file, by id or path.

    Raises:
        MetricUnavailable: if the weights are absent or do not fit.
    """

    resize_policy = "bilinear to 299 x 299, no antialiasing, as pytorch-fid"
    libraries: ClassVar[tuple[str, ...]] = ("torch", "torchvision", "pytorch-fid", "pillow")

    def __init__(self, resources: Resources, weights: str = WEIGHTS) -> None:
        try:
            file = resources.weights.find_named(weights)
            # torchvision takes a second to import, which only a run with weights should pay
            from benchmark.features.inception_network import load_fid_inception

            network = load_fid_inception(file.path)
        except (WeightsMissing, CheckpointError) as error:
            raise MetricUnavailable(str(error)) from error
        super().__init__(resources.compute, file.sha256)
        self.network = network.to(resources.compute.device).to(memory_format=torch.channels_last)

    def resize(self, images: Pixels) -> Tensor:
        """Images in [-1, 1] at 299 x 299; the sums in pytorch-fid's order, so that rounding is the same."""
        inputs = torch.from_numpy(images).permute(0, 3, 1, 2).contiguous().to(self.compute.device).float().div_(255)
        return functional.interpolate(inputs, size=(SIDE, SIDE), mode="bilinear", align_corners=False).mul_(2).sub_(1)

    def features(self, inputs: Tensor) -> Tensor:
        """Features (N, 2048) after the last average pooling."""
        return in_streams(self.network, inputs.contiguous(memory_format=torch.channels_last))


class CleanInceptionEncoder(InceptionEncoder):
    """clean-fid's features (Parmar, Zhang and Zhu, CVPR 2022): Pillow's antialiased bicubic, each channel in float."""

    resize_policy = "antialiased bicubic of each channel in float32 to 299 x 299, as clean-fid"

    def resize(self, images: Pixels) -> Tensor:
        """Images in [-1, 1] at 299 x 299; the scaling as in clean-fid's network, (x - 128) / 128."""
        resized = np.stack([[_bicubic(image[..., channel]) for channel in range(3)] for image in images])
        return torch.from_numpy(resized).to(self.compute.device).sub_(128).div_(128)


def _bicubic(channel: Pixels) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """(H, W) to (299, 299) in [0, 255]; not rounded, but clipped, since bicubic overshoots."""
    image = Image.fromarray(channel.astype(np.float32)).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    return np.asarray(image).clip(0, 255)
