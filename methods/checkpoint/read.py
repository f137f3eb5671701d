"""Reads tensors from weights files without running anything in them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from methods.checkpoint.error import CheckpointError, some
from methods.checkpoint.file_kinds import damaged, foreign_kind, holds_objects, is_safetensors
from methods.checkpoint.networks import StateDict, networks_in


def read_state_dict(path: str | Path, network: str | None = None, *, key: str | None = None) -> dict[str, Tensor]:
    """Tensors of a network by name, on the CPU.

    Args:
        path: a file of safetensors, or one of `torch.save` with a `state_dict`, bare or among other things.
        network: the one to take where the file has several.
        key: what the file calls the one to take: its key, or the first part of its tensors' names.

    Raises:
        CheckpointError: if the file is missing, damaged, something else than tensors and plain values, or has several
            networks and none of that name; nothing in it is executed.
    """
    return take_network(Path(path), read_content(Path(path)), network, key=key)


def take_network(
    path: Path, content: Any, network: str | None = None, *, key: str | None = None, others: Collection[str] = ()
) -> dict[str, Tensor]:
    """Tensors of a network in what a file has; as `read_state_dict`.

    Args:
        path: of the file, as messages name it.
        content: what `read_content` found in it.
        network: the one to take of several.
        key: what the file calls the one to take.
        others: names of networks that are not wanted: even the only one in the file is not taken under such a name.
    """
    networks = networks_in(content)
    if key is not None:
        return dict(_named(path, networks, key))
    if len(networks) == 1 and not networks.keys() <= set(others):
        return dict(next(iter(networks.values())))
    if network in networks:
        return dict(networks[network])
    if networks:
        lacking = "" if network is None else f", and no {network!r}"
        example = "" if network is None else f", such as {next(iter(networks))}:{network}"
        raise CheckpointError(f"{path}: holds the networks {_quoted(networks)}{lacking}; name the one to take{example}")
    raise CheckpointError(f"{path}: {_why_no_network(content)}")


def read_content(path: Path) -> Any:
    """Everything in a weights file: tensors and plain values, on the CPU.

    Raises:
        CheckpointError: if it cannot be read, or holds anything else; nothing in it is executed.
    """
    if path.is_dir():
        raise CheckpointError(f"{path}: is a folder; give the weights file in it")
    if not path.is_file():
        raise CheckpointError(f"{path}: no such checkpoint file")
    try:
        if is_safetensors(path):
            return load_file(path)
        foreign = foreign_kind(path)
        if foreign is not None:
            raise CheckpointError(f"{path}: {foreign}")
        return torch.load(path, map_location="cpu", weights_only=True)
    except (CheckpointError, MemoryError):
        raise
    except OSError as error:
        raise CheckpointError(f"{path}: {error.strerror or error}") from error
    except SafetensorError as error:
        raise CheckpointError(f"{path}: {damaged(path)}") from error
    except Exception as error:  # a damaged pickle fails with whatever class its bytes lead to
        names = _objects(path, error)
        raise CheckpointError(f"{path}: {damaged(path) if names is None else holds_objects(names)}") from error


def _objects(path: Path, error: Exception) -> list[str] | None:
    """Names of what the file needs beside tensors; None if it failed otherwise."""
    if not isinstance(error, UnpicklingError):
        return None
    try:
        names = torch.serialization.get_unsafe_globals_in_checkpoint(path)
    except Exception:  # only files of today's form can be looked through
        names = re.findall(r"GLOBAL ([\w.]+)", str(error))
    return sorted(set(names)) or ([] if re.search("Unsupported (global|class)", str(error)) else None)


def _named(path: Path, networks: Mapping[str, StateDict], key: str) -> StateDict:
    if key in networks:
        return networks[key]
    for network in networks.values():
        part = {name.removeprefix(f"{key}."): tensor for name, tensor in network.items() if name.startswith(f"{key}.")}
        if part:
            return part
    raise CheckpointError(
        f"{path}: holds no network {key!r}; it has {_quoted(networks) if any(networks) else 'one only'}"
    )


def _why_no_network(content: Any) -> str:
    if not isinstance(content, Mapping) or not content:
        return f"holds a {type(content).__name__}, not a state_dict"
    odd = [repr(key) for key, value in content.items() if not (isinstance(key, str) and isinstance(value, Tensor))]
    return f"holds no network: {some(odd)} {'is' if len(odd) == 1 else 'are'} not tensors by name"


def _quoted(networks: Mapping[str, StateDict]) -> str:
    return some([repr(name) for name in networks])
