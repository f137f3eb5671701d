"""A network's graph in a file as an encoder: a TorchScript program, or an ONNX graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import Tensor

from benchmark.features.normalized_encoder import NormalizedEncoder
from benchmark.features.onnx_graph import OnnxGraph
from benchmark.features.threaded_inference import in_streams
from benchmark.features.torchscript import load_torchscript
from benchmark.weights.locate import WeightsFile, WeightsMissing
from benchmark.weights.resources import MetricUnavailable, Resources
from registry.system_errors import is_of_the_system


class _GraphEncoder(NormalizedEncoder):
    """An encoder whose weights file has the network too.

    Args:
        resources: where the network runs, and the file.
        weights: the file, by id or path.
        size: side of the square images that the network takes, in pixels.
        mean: of each channel, of images in [0, 1].
        std: deviation of each channel.
        interpolation: how images are resized: nearest, bilinear, bicubic or lanczos, as Pillow has them.

    Raises:
        MetricUnavailable: if the file, or what runs it, is not here, or the file is no such graph.
    """

    def __init__(
        self,
        resources: Resources,
        *,
        weights: str,
        size: int,
        mean: Sequence[float],
        std: Sequence[float],
        interpolation: str = "bicubic",
    ) -> None:
        try:
            file = resources.weights.find_named(weights)
        except WeightsMissing as error:
            raise MetricUnavailable(str(error)) from error
        super().__init__(resources, file.sha256, size=size, mean=mean, std=std, interpolation=interpolation)
        self._load(file)

    def _load(self, file: WeightsFile) -> None:
        raise NotImplementedError


class TorchScriptEncoder(_GraphEncoder):
    """What a TorchScript program gives for images (N, 3, size, size), flattened; of several outputs the first.

    A TorchScript file is a program: it has no Python, but it computes whatever its author wrote. Load only files of
    authors that you trust.
    """

    def _load(self, file: WeightsFile) -> None:
        try:
            program = load_torchscript(file.path)
        except (RuntimeError, ValueError) as error:
            if is_of_the_system(error):
                raise
            raise MetricUnavailable(f"{file.path} is no TorchScript program, as torch.jit.save writes it") from error
        self.network = program.to(self.compute.device)

    def features(self, inputs: Tensor) -> Tensor:
        """Features (N, D)."""

        def first(part: Tensor) -> Tensor:
            found = self.network(part)
            return (found if isinstance(found, Tensor) else found[0]).flatten(1)

        return in_streams(first, inputs)


class OnnxEncoder(_GraphEncoder):
    """What an ONNX graph gives for images (N, 3, size, size), flattened; of several outputs the first.

    onnxruntime runs it, on the CPU.
    """

    libraries: ClassVar[tuple[str, ...]] = ("torch", "pillow", "onnxruntime")

    def _load(self, file: WeightsFile) -> None:
        self.graph = OnnxGraph(file.path)

    def features(self, inputs: Tensor) -> Tensor:
        """Features (N, D)."""
        return torch.from_numpy(self.graph(inputs.cpu().numpy())).flatten(1)
