"""An encoder without a network, the mean colours of a grid's cells, and the Fréchet distance on it."""

import torch
from torch import Tensor
from torch.nn import functional

from benchmark.features.encoder import Encoder
from benchmark.images.convert import Pixels
from benchmark.metrics.frechet import FrechetMetric
from benchmark.weights.resources import Resources
from registry import ENCODERS, METRICS

CARD = {
    "name": "color-grid",
    "title": "Colours of a grid",
    "summary": "The mean RGB of each cell of a grid: where which colours are, and nothing of what they show.",
    "options": {"cells": 4},
}


@ENCODERS.register(card=CARD)
class ColorGrid(Encoder):
    """Mean colours of cells.

    Args:
        resources: where it runs; a network would find its weights here.
        cells: on each side of the grid, an option of the card.
    """

    resize_policy = "none: cells of the image as it is"

    def __init__(self, resources: Resources, cells: int) -> None:
        super().__init__(resources.compute, weights_sha256="")
        self.cells = cells

    def resize(self, images: Pixels) -> Tensor:
        """Images (N, 3, cells, cells) in [0, 1], which later may be stacked with those of other sizes."""
        pixels = torch.from_numpy(images).to(self.compute.device).permute(0, 3, 1, 2).float() / 255
        return functional.adaptive_avg_pool2d(pixels, self.cells)

    def features(self, inputs: Tensor) -> Tensor:
        """One row of 3 * cells² numbers for each image."""
        return inputs.flatten(1)


FRECHET = {
    "name": "fd-colors",
    "title": "FD, colours",
    "summary": "Fréchet distance between Gaussians fitted to the colours of a 4 x 4 grid. Not FID.",
    "level": "set",
    "encoder": "color-grid",
    "direction": "down",
    "decimals": 4,
    "min_n": 500,
    "citation": "Heusel et al., NeurIPS 2017 (the formula)",
}


@METRICS.register(card=FRECHET)
class ColorDistance(FrechetMetric):
    """The built-in metric, on the encoder that the card names."""
