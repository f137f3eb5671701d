"""The contract of an encoder: images in, a row of features an image out, and what decided those features."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmark.caching.fingerprints import fingerprint
from benchmark.images.convert import Pixels
from benchmark.runtime.device import Compute


class Encoder(ABC):
    """Features of images by one network, always in float32: values must not depend on a run's autocast.

    Args:
        compute: where the network runs.
        weights_sha256: of its weights.

    Attributes:
        resize_policy: how images reach the network's size, in words.
    """

    resize_policy: ClassVar[str]

    def __init__(self, compute: Compute, weights_sha256: str) -> None:
        self.compute = compute
        self.weights_sha256 = weights_sha256

    @property
    def key(self) -> str:
        """Hash of all that decides the features of an image."""
        return fingerprint(self.weights_sha256, self.resize_policy, self.compute.device.type, self.code)

    @property
    @abstractmethod
    def code(self) -> str:
        """Version of the code that makes the features."""

    @abstractmethod
    def resize(self, images: Pixels) -> Tensor:
        """Images (N, H, W, 3) of one size to what the network takes, (N, 3, h, w) float32 on the compute device."""

    @abstractmethod
    def features(self, inputs: Tensor) -> Tensor:
        """Features (N, D) of resized images (N, 3, h, w)."""

    @torch.inference_mode()
    def encode(self, images: Sequence[Pixels]) -> NDArray[np.float32]:
        """Features (N, D) of N images, each (H, W, 3) uint8 RGB of any size."""
        if len({image.shape for image in images}) == 1:
            inputs = self.resize(np.stack(images))
        else:
            inputs = torch.cat([self.resize(image[None]) for image in images])
        with torch.autocast(self.compute.device.type, enabled=False):
            found: NDArray[np.float32] = self.features(inputs).float().cpu().numpy()
        return found
