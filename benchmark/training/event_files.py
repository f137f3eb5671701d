"""What a training shows elsewhere than in its own log: losses and pictures, written by mmengine's backends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mmengine.registry import VISBACKENDS
from numpy.typing import NDArray


class EventFiles:
    """Has backends write what a training shows; mmengine's Visualizer, which draws too, imports matplotlib to be made.

    Args:
        backends: configurations of mmengine's `VisBackend`s; none writes nothing.
    """

    def __init__(self, backends: Sequence[dict[str, Any]]) -> None:
        self.backends = [VISBACKENDS.build(each) for each in backends]

    def add_scalars(self, values: Mapping[str, float], step: int) -> None:
        """Write numbers by name."""
        for backend in self.backends:
            backend.add_scalars(dict(values), step)

    def add_image(self, name: str, image: NDArray[Any], step: int) -> None:
        """Write a picture, (H, W, 3) uint8 RGB."""
        for backend in self.backends:
            backend.add_image(name, image, step)
