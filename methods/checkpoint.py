"""Read tensors from checkpoint files without running their code, and load them into a network all or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from registry.errors import InputError

SHOWN = 5
"""Keys named in an error before the rest is only counted."""


class CheckpointError(InputError):
    """A checkpoint that cannot be read, or does not fit its network."""


def read_state_dict(path: str | Path, network: str | None = None) -> dict[str, Tensor]:
    """Tensors of a checkpoint by key, on the CPU.

    Args:
        path: a file written by `torch.save`: a `state_dict`, a dict that holds one under "state_dict", or a dict of
            several by the names of their networks.
        network: the one to take of several.

    Raises:
        CheckpointError: if the file is missing, damaged, holds anything but tensors, or holds several networks and
            none of that name; nothing in it is executed.
    """
    path = Path(path)
    if not path.is_file():
        raise CheckpointError(f"{path}: no such checkpoint file")
    try:
        loaded = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged pickle fails with whatever class its bytes lead to
        raise CheckpointError(
            f"{path}: damaged, or holds other objects than tensors and plain values; nothing in it was executed"
        ) from error
    loaded = _unwrapped(loaded)
    several = _state_dicts(loaded)
    if several:
        if network not in several:
            raise CheckpointError(
                f"{path}: holds the networks {', '.join(map(repr, several))}"
                + (f", and no {network!r}" if network is not None else "; name the one to take")
            )
        loaded = _unwrapped(several[network])
    if not isinstance(loaded, Mapping) or not loaded:
        raise CheckpointError(f"{path}: holds a {type(loaded).__name__}, not a state_dict")
    odd = [key for key, value in loaded.items() if not (isinstance(key, str) and isinstance(value, Tensor))]
    if odd:
        raise CheckpointError(f"{path}: {_some(map(repr, odd))} {'is' if len(odd) == 1 else 'are'} not tensors by name")
    return dict(loaded)


def load_strictly(
    module: nn.Module, state_dict: Mapping[str, Tensor], rename: Callable[[str], str] | None = None
) -> None:
    """Load `state_dict` into `module`, or raise and leave `module` as it was.

    Args:
        module: takes the tensors.
        state_dict: keys may carry the `module.` prefix of `nn.DataParallel`, all of them or none.
        rename: from a key without that prefix to the key in `module`; no two keys may become one.

    Raises:
        CheckpointError: if a key is missing, left over, of another shape, or of another kind of number, or if two
            keys would become one.
    """
    if state_dict and all(key.startswith("module.") for key in state_dict):
        state_dict = {key.removeprefix("module."): value for key, value in state_dict.items()}
    renamed: dict[str, str] = {}
    if rename is not None:
        renamed = {key: rename(key) for key in state_dict}
        state_dict = {renamed[key]: value for key, value in state_dict.items()}
    wanted = module.state_dict()
    problems = []
    if len(state_dict) < len(renamed):
        taken = Counter(renamed.values())
        problems.append(f"two keys for {_some(key for key, count in taken.items() if count > 1)}")
    if missing := [key for key in wanted if key not in state_dict]:
        problems.append(f"missing {_some(missing)}")
    if extra := [key for key in state_dict if key not in wanted]:
        problems.append(f"left over {_some(extra)}")
    shared = [key for key in wanted if key in state_dict]
    if reshaped := [key for key in shared if state_dict[key].shape != wanted[key].shape]:
        shapes = (f"{key} {tuple(state_dict[key].shape)} for {tuple(wanted[key].shape)}" for key in reshaped)
        problems.append(f"of another shape {_some(shapes)}")
    if retyped := [key for key in shared if _kind(state_dict[key]) != _kind(wanted[key])]:
        problems.append(f"of another type {_some(f'{key} {state_dict[key].dtype}' for key in retyped)}")
    if problems:
        raise CheckpointError(f"checkpoint does not fit {type(module).__name__}: {'; '.join(problems)}")
    module.load_state_dict(dict(state_dict), strict=True)


def _unwrapped(content: Any) -> Any:
    """What a training script saved a `state_dict` in, without that wrapping."""
    inner = content.get("state_dict") if isinstance(content, Mapping) else None
    return inner if isinstance(inner, Mapping) else content


def _state_dicts(content: Any) -> dict[str, Mapping[str, Any]]:
    """The entries that hold networks, where none holds a tensor itself; counters and optimisers are not among them."""
    if not isinstance(content, Mapping) or any(isinstance(value, Tensor) for value in content.values()):
        return {}
    return {str(name): value for name, value in content.items() if _is_state_dict(_unwrapped(value))}


def _is_state_dict(content: Any) -> bool:
    return (
        isinstance(content, Mapping)
        and bool(content)
        and all(isinstance(key, str) and isinstance(value, Tensor) for key, value in content.items())
    )


def _some(names: Iterable[str]) -> str:
    """The first few of many, with a count of the rest."""
    listed = list(names)
    rest = len(listed) - SHOWN
    return ", ".join(listed[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def _kind(tensor: Tensor) -> tuple[bool, ...]:
    """What `copy_` would convert silently or fail on, beyond the shape."""
    return tensor.is_floating_point(), tensor.is_complex(), tensor.layout is torch.strided, tensor.is_quantized
