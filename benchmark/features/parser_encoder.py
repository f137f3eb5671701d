"""The parser judge as an encoder: the mean over positions of its deepest layer."""

from __future__ import annotations

from typing import Final, Protocol

import torch
from torch import Tensor

from benchmark.features.encoder import Encoder
from benchmark.images.convert import Pixels
from benchmark.runtime.device import Compute

PARSER: Final = "parser"
"""The role of the judge, and the encoder's name on metrics' cards."""


class Parser(Protocol):
    """What a parser judge has."""

    def parse(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """(N, 3, H, W) images in [-1, 1] to labels and features (N, D)."""
        ...


class ParserEncoder(Encoder):
    """Features of a trained parser, for images of the size that it was trained at.

    Args:
        judge: the parser, in eval mode.
        weights_sha256: of the judge.
        compute: where it runs.
    """

    resize_policy = "none: images at the run's size"

    def __init__(self, judge: Parser, weights_sha256: str, compute: Compute) -> None:
        super().__init__(compute, weights_sha256)
        self._judge = judge

    def resize(self, images: Pixels) -> Tensor:
        """Images in [-1, 1], their size as it is."""
        inputs = torch.from_numpy(images).permute(0, 3, 1, 2).to(self.compute.device)
        layout = torch.channels_last if self.compute.channels_last else torch.contiguous_format
        return inputs.float().div_(127.5).sub_(1.0).contiguous(memory_format=layout)

    def features(self, inputs: Tensor) -> Tensor:
        """The parser's features."""
        return self._judge.parse(inputs)[1]
