"""What a training step may give: losses by name, each a single number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from registry.errors import PluginError


def checked_losses(function: str, losses: Any) -> Mapping[str, Tensor | float]:
    """The losses that a step gave, once their form is checked; no device is waited for.

    Args:
        function: the step's name, for messages.
        losses: what it gave.

    Raises:
        PluginError: if it is no mapping of names to numbers or tensors of one number.
    """
    if not isinstance(losses, Mapping):
        given = "None" if losses is None else type(losses).__name__
        raise PluginError(f"{function} gave {given}, where losses by name were expected, {{}} where there is none")
    for name, value in losses.items():
        if (isinstance(value, Tensor) and value.numel() == 1) or isinstance(value, int | float):
            continue
        given = f"a tensor {tuple(value.shape)}" if isinstance(value, Tensor) else type(value).__name__
        raise PluginError(f"{function} gave {given} as loss {name!r}, where a single number was expected")
    return losses
