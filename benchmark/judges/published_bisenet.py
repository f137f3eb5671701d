"""BiSeNet with the weights that face-parsing.PyTorch publishes, which were trained on every face of CelebAMask-HQ."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from benchmark.judges.bisenet_parser import BiSeNetParser
from methods.checkpoint import CheckpointError, load_strictly, read_state_dict

SIDE: Final = 512
"""Of the images that the network was trained on, in pixels."""
AT_ONCE: Final = 8
"""Images in one pass, which take a gibibyte at that side."""


class PublishedBiSeNet(BiSeNetParser):
    """The published network on images of any size, its channels in the order of `methods.labels`.

    Images are resized to `SIDE` with antialiasing, as Pillow resizes them for the network, and its logits back.

    Args:
        size: side of the run's square images in pixels.
    """

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.recipe = {}

    def load_published(self, path: Path) -> None:
        """Take the weights of a file with the network's `state_dict`.

        Raises:
            CheckpointError: if it does not fit.
        """
        try:
            load_strictly(self.network, read_state_dict(path))
        except CheckpointError as error:
            raise CheckpointError(f"{path}: {error}") from error

    def logits(self, image: Tensor) -> Tensor:
        """Logits at the size of the images."""
        logits = super().logits(_resized(image, SIDE, SIDE))
        return _resized(logits.float(), *image.shape[2:])

    @torch.inference_mode()
    def parse(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Label N images and describe each, as `ParsingJudge.parse`, a few at a time."""
        labels, features = zip(
            *(super(PublishedBiSeNet, self).parse(part) for part in torch.split(image, AT_ONCE)), strict=True
        )
        return torch.cat(labels), torch.cat(features)


def _resized(images: Tensor, height: int, width: int) -> Tensor:
    return functional.interpolate(images, (height, width), mode="bilinear", align_corners=False, antialias=True)
