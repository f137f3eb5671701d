"""The contract of an encoder: images in, a row of features an image out, and what decided those features."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmark.caching.fingerprints import fingerprint
from benchmark.images.convert import Pixels
from benchmark.runtime.device import Compute
from registry.errors import PluginError


class Encoder(ABC):
    """Features of images by one network, always in float32: values must not depend on a run's autocast.

    The constructor of a class that is registered takes `Resources`, and the options on its card by their names. It
    raises `MetricUnavailable` where something that it needs, such as its weights file, is not here.

    Args:
        compute: where the network runs.
        weights_sha256: of its weights.

    Attributes:
        resize_policy: how images reach the network's size, in words.
        libraries: the installed packages whose versions decide the features.
        source: version of the code that makes the features, and what it was built with.
    """

    resize_policy: str
    libraries: ClassVar[tuple[str, ...]] = ("torch",)

    def __init__(self, compute: Compute, weights_sha256: str) -> None:
        self.compute = compute
        self.weights_sha256 = weights_sha256
        self.source = ""

    @property
    def key(self) -> str:
        """Hash of all that decides the features of an image."""
        versions = [_version(name) for name in self.libraries]
        return fingerprint(self.weights_sha256, self.resize_policy, self.compute.device.type, self.source, versions)

    @abstractmethod
    def resize(self, images: Pixels) -> Tensor:
        """Images (N, H, W, 3) of one size to what the network takes, (N, 3, h, w) float32 on the compute device."""

    @abstractmethod
    def features(self, inputs: Tensor) -> Tensor:
        """Features (N, D) of resized images (N, 3, h, w)."""

    @torch.inference_mode()
    def encode(self, images: Sequence[Pixels]) -> NDArray[np.float32]:
        """Features (N, D) of N images, each (H, W, 3) uint8 RGB of any size.

        Raises:
            PluginError: if `features` gives another shape.
        """
        if len({image.shape for image in images}) == 1:
            inputs = self.resize(np.stack(images))
        else:
            inputs = torch.cat([self.resize(image[None]) for image in images])
        with torch.autocast(self.compute.device.type, enabled=False):
            found = self.features(inputs)
        if not isinstance(found, Tensor) or found.ndim != 2 or len(found) != len(images):
            given = tuple(found.shape) if isinstance(found, Tensor) else type(found).__name__
            raise PluginError(f"{type(self).__name__}.features gave {given}, where ({len(images)}, D) was expected")
        features: NDArray[np.float32] = found.float().cpu().numpy()
        return features


def _version(library: str) -> str:
    """The version of an installed package, which may come under another name, as onnxruntime-gpu does."""
    try:
        return version(library)
    except PackageNotFoundError:
        others = sorted(set(packages_distributions().get(library, ())))
        return " ".join(f"{name} {version(name)}" for name in others)
