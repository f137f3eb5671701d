"""The networks in what a training script saved: alone, wrapped, or several beside optimisers and counters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeGuard

from torch import Tensor

StateDict = Mapping[str, Tensor]
MAX_DEPTH: Final = 4
"""Mappings within mappings that are looked into."""


def networks_in(content: Any, depth: int = 0) -> dict[str, StateDict]:
    """Every network by the key that tells it from the others, of keys within keys joined by dots; "" for a bare one.

    Args:
        content: as the file has it. What is under "state_dict" goes before everything beside it.
        depth: how many mappings it lies in.
    """
    if is_state_dict(content):
        return {"": content}
    if not isinstance(content, Mapping) or depth > MAX_DEPTH or "param_groups" in content:
        return {}
    inner = content.get("state_dict")
    if isinstance(inner, Mapping):
        return networks_in(inner, depth + 1)
    found = {
        key: networks
        for key, value in content.items()
        if isinstance(key, str) and (networks := networks_in(value, depth + 1))
    }
    if len(found) == 1:
        ((key, networks),) = found.items()
        return {name or key: network for name, network in networks.items()}
    return {
        f"{key}.{name}" if name and len(networks) > 1 else key: network
        for key, networks in found.items()
        for name, network in networks.items()
    }


def is_state_dict(content: Any) -> TypeGuard[StateDict]:
    """Whether these are tensors by name and nothing else."""
    return (
        isinstance(content, Mapping)
        and bool(content)
        and all(isinstance(key, str) and isinstance(value, Tensor) for key, value in content.items())
    )
