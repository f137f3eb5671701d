"""The parser judge as an encoder: the mean over positions of its deepest layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

import torch
from torch import Tensor

from benchmark.caching.code_version import code_version
from benchmark.caching.fingerprints import fingerprint
from benchmark.features.encoder import Encoder
from benchmark.images.convert import Pixels
from benchmark.runtime.device import Compute

PARSER: Final = "parser"
"""Its name on metrics' cards."""

Parse = Callable[[Tensor], tuple[Tensor, Tensor]]


class ParserEncoder(Encoder):
    """Features of a trained parser, for images of the size that it was trained at.

    Args:
        parse: (N, 3, H, W) images in [-1, 1] to labels and features (N, D).
        weights_sha256: of the judge.
        compute: where it runs.
        judge_code: version of the judge's source.
    """

    resize_policy: ClassVar[str] = "none: images at the run's size"

    def __init__(self, parse: Parse, weights_sha256: str, compute: Compute, judge_code: str) -> None:
        super().__init__(compute, weights_sha256)
        self._parse = parse
        self._judge_code = judge_code

    @property
    def code(self) -> str:
        """Version of the judge and this module."""
        return fingerprint(code_version(__name__), self._judge_code, self.compute.described)

    def resize(self, images: Pixels) -> Tensor:
        """Images in [-1, 1], their size as it is."""
        inputs = torch.from_numpy(images).permute(0, 3, 1, 2).to(self.compute.device)
        layout = torch.channels_last if self.compute.channels_last else torch.contiguous_format
        return inputs.float().div_(127.5).sub_(1.0).contiguous(memory_format=layout)

    def features(self, inputs: Tensor) -> Tensor:
        """The parser's features."""
        return self._parse(inputs)[1]
