"""An ONNX graph of images, run by onnxruntime on as many threads as torch has."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from benchmark.weights.resources import MetricUnavailable

AT_ONCE: Final = 32
"""Images in one pass, where the graph leaves their number open."""
_ERRORS_ONLY: Final = 3
"""onnxruntime's level of what it writes to stderr."""


class OnnxGraph:
    """A graph with one input of images.

    Args:
        path: of the `.onnx` file.

    Raises:
        MetricUnavailable: if onnxruntime is not installed, or the file is no graph with one input of images.
    """

    def __init__(self, path: Path) -> None:
        if find_spec("onnxruntime") is None:
            raise MetricUnavailable("onnxruntime is not installed: pip install 'face-editing-benchmark[encoders]'")
        import onnxruntime  # of the extra `encoders`

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = torch.get_num_threads(), 1
        options.log_severity_level = _ERRORS_ONLY
        try:
            session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's classes share no base but this
            raise MetricUnavailable(f"{path} is no ONNX graph that onnxruntime runs: {_first_line(error)}") from error
        inputs = session.get_inputs()
        shape = inputs[0].shape if inputs else []
        if len(inputs) != 1 or len(shape) != 4 or (isinstance(shape[1], int) and shape[1] != 3):
            taken = " and ".join(f"{one.name} {one.shape}" for one in inputs) or "nothing"
            raise MetricUnavailable(f"{path} takes {taken}, where one input of images (N, 3, H, W) was expected")
        self.path, self._session, self._name = path, session, inputs[0].name
        self._fixed = isinstance(shape[0], int) and shape[0] > 0
        self._at_once = shape[0] if self._fixed else AT_ONCE

    def __call__(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """The first output (N, …) for images (N, 3, H, W), N at least 1.

        Raises:
            MetricUnavailable: if the graph does not take such images.
        """
        starts = range(0, len(images), self._at_once)
        return np.concatenate([self._run(images[start : start + self._at_once]) for start in starts])

    def _run(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        number = len(images)
        if self._fixed and number < self._at_once:
            images = np.concatenate([images, np.repeat(images[-1:], self._at_once - number, axis=0)])
        try:
            found = self._session.run(None, {self._name: np.ascontiguousarray(images)})[0]
        except Exception as error:  # as above
            raise MetricUnavailable(f"{self.path} fails on images {images.shape}: {_first_line(error)}") from error
        outputs: NDArray[np.float32] = np.asarray(found, dtype=np.float32)[:number]
        return outputs


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
