"""An encoder: the mean colours of a grid's cells."""

import torch
from torch import Tensor
from torch.nn import functional

from benchmark.features.encoder import Encoder
from benchmark.images.convert import Pixels
from benchmark.weights.resources import Resources


class CellColours(Encoder):
    """Where which colours are, 3 * cells² numbers of an image.

    Args:
        resources: where it runs.
        cells: on each side of the grid.
    """

    resize_policy = "none"

    def __init__(self, resources: Resources, cells: int) -> None:
        super().__init__(resources.compute, weights_sha256="")
        self.cells = cells

    def resize(self, images: Pixels) -> Tensor:
        """Images (N, 3, cells, cells) in [0, 1]."""
        pixels = torch.from_numpy(images).to(self.compute.device).permute(0, 3, 1, 2).float() / 255
        return functional.adaptive_avg_pool2d(pixels, self.cells)

    def features(self, inputs: Tensor) -> Tensor:
        """One row an image."""
        return inputs.flatten(1)
