"""Golden forwards of published networks: their filled weights, their inputs, and the comparison with stored values."""

import json
import math
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from methods.published import PublishedNetwork, build
from tests.places import DATA

GOLDENS = DATA / "golden"
TOLERANCE = 1e-4
"""Largest error allowed, in units of the stored standard deviation."""
ROUNDING = 32 * float(np.finfo(np.float32).eps)
"""Error allowed beside it, in units of the largest stored value: of a constant output rounding alone is left.

Processors sum the thousands of terms of an output in different orders: 13 units of the last place have been seen.
"""


def read_golden(name: str) -> dict[str, Any]:
    """The stored options, keys, inputs and sampled outputs of a published network."""
    return json.loads((GOLDENS / f"{name}.json").read_text())


def _generator(name: str) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(zlib.crc32(name.encode())))


def _fill(key: str, shape: tuple[int, ...]) -> np.ndarray:
    draw = _generator(key)
    if key.endswith("num_batches_tracked"):
        return np.zeros(shape)
    if key.endswith("running_mean"):
        return 0.1 * draw.standard_normal(shape)
    if key.endswith("running_var"):
        return 0.5 + draw.random(shape)
    if key.endswith(("weight_u", "weight_v")):
        vector = draw.standard_normal(shape)
        return vector / np.linalg.norm(vector)
    if len(shape) == 1:
        return float(key.endswith("weight")) + 0.1 * draw.standard_normal(shape)
    return _scaled_normal(draw, shape, math.sqrt(2.0 / np.prod(shape[1:])))


def _scaled_normal(draw: np.random.Generator, shape: tuple[int, ...], scale: float) -> np.ndarray:
    """`draw.standard_normal(shape) * scale` rounded to float32, a cache's worth at a time: in half the time."""
    filled = np.empty(shape, dtype=np.float32)
    flat, block = filled.reshape(-1), np.empty(2**14)
    for start in range(0, flat.size, block.size):
        part = flat[start : start + block.size]
        drawn = draw.standard_normal(out=block[: part.size])
        np.multiply(drawn, scale, out=part, casting="unsafe")
    return filled


class _Untouched(TorchFunctionMode):
    """Leaves tensors as they are where layers would fill them at random."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        given = kwargs or {}
        if getattr(func, "__module__", None) == "torch.nn.init":
            return given["tensor"] if "tensor" in given else args[0]
        return func(*args, **given)


def built_empty(name: str) -> PublishedNetwork:
    """A published network whose weights are whatever the memory held, for tests that load every one of them."""
    with _Untouched():
        return build(name)


def filled_state(golden: Mapping[str, Any]) -> dict[str, Tensor]:
    """The weights under which the golden was computed, by published key."""
    state = {}
    for key, shape, dtype in golden["state_dict"]:
        values = np.asarray(_fill(key, tuple(shape)), dtype=np.float32)
        state[key] = torch.from_numpy(values).to(getattr(torch, dtype.removeprefix("torch.")))
    return state


def align_spectral_norm(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The same weights with each `weight_v` along W^T u, so that spectral norms are of a trained network's order."""
    aligned = dict(state)
    for key in state:
        if key.endswith("weight_v"):
            layer = key.removesuffix("v")
            vector = state[f"{layer}orig"].double().flatten(1).T @ state[f"{layer}u"].double()
            aligned[key] = (vector / vector.norm()).float()
    return aligned


def amplify_alphas(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The same weights with ELEGANT's gains near 10: as filled, they hardly let an input reach the output."""
    amplified = dict(state)
    for key, value in state.items():
        if key.endswith("alpha"):
            gain = 10 * (1 + 0.1 * _generator(key).standard_normal(value.shape))
            amplified[key] = torch.from_numpy(gain.astype(np.float32))
    return amplified


def golden_inputs(golden: Mapping[str, Any]) -> dict[str, Tensor]:
    """The inputs of the golden forward, by name."""
    inputs = {}
    for name, about in golden["inputs"].items():
        draw, shape = _generator(name), about["shape"]
        if about["kind"] == "image":
            inputs[name] = torch.from_numpy((draw.random(shape) * 2 - 1).astype(np.float32))
        elif about["kind"] == "attribute":
            inputs[name] = torch.from_numpy(draw.integers(0, 2, size=shape).astype(np.float32))
        elif about["kind"] == "feature":
            inputs[name] = torch.from_numpy(draw.standard_normal(shape).astype(np.float32))
        else:
            n, classes, height, width = shape
            blocks = draw.integers(0, classes, size=(n, height // 8, width // 8))
            labels = torch.from_numpy(np.repeat(np.repeat(blocks, 8, 1), 8, 2))[:, None]
            inputs[name] = torch.zeros(n, classes, height, width).scatter_(1, labels, 1.0)
    return inputs


def assert_matches(name: str, actual: Tensor, stored: Mapping[str, Any]) -> None:
    """Compare a tensor with its stored samples, in units of the stored standard deviation."""
    assert list(actual.shape) == stored["shape"], name
    samples = actual.detach().reshape(-1)[torch.tensor(stored["indices"])].double().numpy()
    values = np.array(stored["values"])
    error = np.abs(samples - values).max()
    allowed = max(TOLERANCE * stored["std"], ROUNDING * np.abs(values).max())
    assert error <= allowed, f"{name}: off by {error:.1e} where {allowed:.1e} is allowed"
