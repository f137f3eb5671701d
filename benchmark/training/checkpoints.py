"""Training checkpoints: tensors and plain values, written atomically, checked, and read with `weights_only=True`."""

from __future__ import annotations

import hashlib
import pickle
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor

from benchmark.runtime.atomic_files import replacing
from benchmark.runtime.checked_files import check_archive
from benchmark.runtime.system_failures import writing
from registry.system_errors import is_of_the_system

ZIPPED: Final = 320
"""Bytes beside a tensor in a checkpoint: its entry in the archive, and its name."""


class TrainingCheckpointError(ValueError):
    """A training checkpoint that cannot be used; the message names the file."""


class DamagedCheckpointError(TrainingCheckpointError):
    """One that does not hold what was written to it."""


def write_checkpoint(path: Path, content: dict[str, Any]) -> None:
    """Write tensors and plain values atomically; equal content gives equal files.

    Raises:
        DiskFullError: if there is no room; the file that lay there before is whole.
    """
    # given a path, torch would write its name, which is a random one here, into the file
    with writing(path, needed=bytes_in_file(content)), replacing(path) as temporary, temporary.open("wb") as file:
        torch.save(content, file)


def bytes_in_file(content: Any) -> int:
    """Bytes that the tensors in nested plain values take in a file, which hardly has anything else."""
    if isinstance(content, Tensor):
        return content.numel() * content.element_size() + ZIPPED
    if isinstance(content, Mapping):
        return sum(map(bytes_in_file, content.values()))
    return sum(map(bytes_in_file, content)) if isinstance(content, list | tuple) else 0


def read_checkpoint(path: Path) -> dict[str, Any]:
    """Read a checkpoint onto the CPU without executing anything in it, once its checksums were compared.

    Raises:
        DamagedCheckpointError: if it is missing, or has not the content that was written to it.
        TrainingCheckpointError: if it holds anything but tensors and plain values, or no training state.
    """
    try:
        check_archive(path)
        content = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise TrainingCheckpointError(
            f"{path} is not a checkpoint of this project; delete it to train that stage again"
        ) from error
    except Exception as error:  # a damaged file fails with whatever class its bytes lead to
        if is_of_the_system(error):  # which says nothing of the file
            raise
        raise DamagedCheckpointError(f"{path} is damaged or not a checkpoint of this project") from error
    if not isinstance(content, dict) or not content.keys() >= {"state_dict", "meta"}:
        raise TrainingCheckpointError(f"{path} holds no training state; delete it to train that stage again")
    return content


def read_or_discard(path: Path, say: Callable[[str], None]) -> dict[str, Any] | None:
    """Read a checkpoint that can be made anew.

    Args:
        path: of the checkpoint; a damaged one is removed.
        say: told of it.

    Returns:
        None where there is none, or it was damaged.

    Raises:
        TrainingCheckpointError: if it is whole and of something else.
    """
    if not path.exists():
        return None
    try:
        return read_checkpoint(path)
    except DamagedCheckpointError as error:
        say(f"{error}; it is thrown away, and what it held is made anew")
        path.unlink()
        return None


def weights_sha256(state_dict: Mapping[str, Tensor]) -> str:
    """SHA-256 of named tensors: the same weights give the same hash, whatever file holds them."""
    digest = hashlib.sha256()
    for name, tensor in sorted(state_dict.items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\0".encode())
        digest.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def random_state() -> dict[str, Any]:
    """The state of Python's, numpy's and torch's generators as tensors and plain values."""
    version, words, gauss = random.getstate()
    state: Any = np.random.get_state(legacy=True)
    content: dict[str, Any] = {
        "python": [version, list(words), gauss],
        "numpy": [
            torch.from_numpy(np.asarray(state[1]).astype(np.int64)),
            int(state[2]),
            int(state[3]),
            float(state[4]),
        ],
        "torch": torch.get_rng_state(),
    }
    if torch.cuda.is_available():
        content["cuda"] = torch.cuda.get_rng_state_all()
    return content


def restore_random_state(state: dict[str, Any], *, of_several: bool = False) -> None:
    """Put back what `random_state` gave.

    Args:
        state: what it gave.
        of_several: whether processes train together, each on its GPU: all draw as the first does on the first one.
    """
    version, words, gauss = state["python"]
    random.setstate((version, tuple(words), gauss))
    words_tensor: Tensor = state["numpy"][0]
    np.random.set_state(("MT19937", words_tensor.numpy().astype(np.uint32), *state["numpy"][1:]))
    torch.set_rng_state(state["torch"])
    if "cuda" in state and torch.cuda.is_available():
        if of_several:
            torch.cuda.set_rng_state(state["cuda"][0])
        else:
            torch.cuda.set_rng_state_all(state["cuda"][: torch.cuda.device_count()])
