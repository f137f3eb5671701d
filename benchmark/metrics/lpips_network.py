"""The LPIPS network of the lpips package, its trunk read from a local file: nothing is downloaded or executed."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmark.weights.locate import WeightsMissing
from benchmark.weights.resources import MetricUnavailable, Resources
from methods.checkpoint import CheckpointError, load_strictly, read_state_dict, spelled_as

TRUNK: Final = "alexnet"
MIN_SIDE: Final = 64
"""Pixels. LPIPS's linear weights were fitted on patches of 64 x 64; below, AlexNet's last maps shrink to a pixel."""


class Perceptual:
    """LPIPS v0.1 with the AlexNet trunk, in float32 whatever the run's precision.

    Zhang et al., "The Unreasonable Effectiveness of Deep Features as a Perceptual Metric" (CVPR 2018).

    Args:
        weights: file of torchvision's `alexnet` state_dict; the classifier in it is not used.
        device: runs the network.

    Raises:
        CheckpointError: if the file cannot be read or is not AlexNet's.
    """

    def __init__(self, weights: Path, device: torch.device) -> None:
        self.device = device
        self.network = _without_trunk()
        trunk = self.network.net
        # lpips holds layer 3 of torchvision's features as slice2.3
        wanted = {key: f"features.{key.partition('.')[2]}" for key in trunk.state_dict()}
        state = spelled_as(read_state_dict(weights), wanted.values())
        try:
            load_strictly(trunk, {key: state[name] for key, name in wanted.items() if name in state})
        except CheckpointError as error:
            raise CheckpointError(f"{weights}: {error}") from error
        self.network.to(device)

    @torch.no_grad()
    def distances(self, image: Tensor, reference: Tensor) -> NDArray[np.float64]:
        """LPIPS of N pairs: (N,), at least 0.

        Args:
            image: (N, 3, H, W) in [-1, 1], sides of at least `MIN_SIDE`.
            reference: (N, 3, H, W) in [-1, 1].

        Raises:
            MetricUnavailable: if the images are smaller.
        """
        check_size(image.shape[2:])
        with torch.autocast(self.device.type, enabled=False):
            pair = (images.to(self.device, torch.float32).contiguous() for images in (image, reference))
            distances: Tensor = self.network(*pair)
        return distances.flatten().double().cpu().numpy()


def check_size(sides: Sequence[int]) -> None:
    """Refuse images whose height or width in pixels is too small for LPIPS.

    Raises:
        MetricUnavailable: with the sizes.
    """
    side = min(sides)
    if side < MIN_SIDE:
        raise MetricUnavailable(f"LPIPS takes images of {MIN_SIDE} pixels a side or more; these have {side}")


def perceptual(resources: Resources) -> Perceptual:
    """The network, with the weights file that `resources` finds; one for all metrics of a process.

    Raises:
        MetricUnavailable: if the weights file is not here.
        CheckpointError: if the file given for it is another network's.
    """
    try:
        found = resources.weights.find(TRUNK)
    except WeightsMissing as error:
        raise MetricUnavailable(str(error)) from error
    return _loaded(found.path, found.sha256, resources.compute.device)


@lru_cache(maxsize=1)
def _loaded(path: Path, sha256: str, device: torch.device) -> Perceptual:
    """Keyed by the file's hash too: another content under the same path is another network."""
    return Perceptual(path, device)


def _without_trunk() -> Any:
    """The package's network with its bundled linear weights and a random trunk; torch's generator stays as it was."""
    import lpips  # half a second that only a run with weights should pay

    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The parameter 'pretrained'|Arguments other than a weight enum", UserWarning)
        return lpips.LPIPS(net="alex", version="0.1", pnet_rand=True, verbose=False).requires_grad_(False)
