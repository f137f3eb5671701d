"""Loads tensors into a network all or nothing, under whatever prefix they were saved and by whichever torch."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress

import torch
from torch import Tensor, nn

from methods.checkpoint.error import CheckpointError, some

Rename = Callable[[str], str]
_COMPILED = re.compile(r"(?:^|(?<=\.))_orig_mod\.")
"""What `torch.compile` puts before the names of a module that it wraps, which may be any within a network."""


def load_strictly(module: nn.Module, state_dict: Mapping[str, Tensor], rename: Rename | None = None) -> None:
    """Load `state_dict` into `module`, or raise and leave `module` as it was.

    Names and tensors that older versions of torch saved otherwise are taken as torch itself takes them: without the
    counters of normalisation layers, or without the second vector of spectral normalisation.

    Args:
        module: takes the tensors.
        state_dict: all keys may carry what a wrapper put before them: `module.`, `_orig_mod.`, `net.` …
        rename: from a key without that to the key in `module`; no two keys may become one.

    Raises:
        CheckpointError: if a key is missing, left over, of another shape, or of another kind of number, or if two
            keys would become one.
    """
    wanted = module.state_dict()
    bare = spelled_as(state_dict, wanted, rename)
    keys = {key: rename(key) if rename is not None else key for key in bare}
    given = {keys[key]: value for key, value in bare.items()}
    shared = [key for key in wanted if key in given]
    problems = []
    if len(given) < len(keys):
        taken = Counter(keys.values())
        problems.append(f"two keys for {some([key for key, count in taken.items() if count > 1])}")
    if reshaped := [key for key in shared if given[key].shape != wanted[key].shape]:
        shapes = [f"{key} {tuple(given[key].shape)} for {tuple(wanted[key].shape)}" for key in reshaped]
        problems.append(f"of another shape {some(shapes)}")
    if retyped := [key for key in shared if _kind(given[key]) != _kind(wanted[key])]:
        problems.append(f"of another type {some([f'{key} {given[key].dtype}' for key in retyped])}")
    missing = [key for key in wanted if key not in given]
    extra = [key for key in given if key not in wanted]
    if (missing or extra) and not problems and _loads_as_older(module, given, wanted):
        return
    if extra:
        problems.insert(0, f"left over {some(extra)}")
    if missing:
        problems.insert(0, f"missing {some(missing)}")
    if problems:
        raise CheckpointError(f"checkpoint does not fit {type(module).__name__}: {'; '.join(problems)}")
    module.load_state_dict(given, strict=True)


def spelled_as(
    state_dict: Mapping[str, Tensor], wanted: Collection[str], rename: Rename | None = None
) -> Mapping[str, Tensor]:
    """The tensors without what a wrapper put before all their names, where more of them are wanted without it.

    Args:
        state_dict: tensors by name.
        wanted: names, as `rename` gives them.
        rename: applied to a name before it is looked up.
    """

    def known(spelling: Mapping[str, Tensor]) -> int:
        count = 0
        for key in spelling:
            with suppress(LookupError, ValueError):  # a name that only a wrapper gives
                count += (key if rename is None else rename(key)) in wanted
        return count

    return max(_spellings(state_dict), key=known)  # the first of those that are equally good


def _spellings(state_dict: Mapping[str, Tensor]) -> Iterator[Mapping[str, Tensor]]:
    yield state_dict
    bare = {_COMPILED.sub("", key): value for key, value in state_dict.items()}
    if len(bare) < len(state_dict):
        return
    yield bare
    while len({key.partition(".")[0] for key in bare}) == 1 and all("." in key for key in bare):
        bare = {key.partition(".")[2]: value for key, value in bare.items()}
        yield bare


def _loads_as_older(module: nn.Module, given: dict[str, Tensor], own: Mapping[str, Tensor]) -> bool:
    """Load what torch takes for a file of an older version; False, and nothing is changed, if it takes it for none.

    Args:
        module: takes the tensors.
        given: tensors by the module's names, some missing or left over.
        own: the module's `state_dict`, which shares its memory.
    """
    before = {key: value.clone() for key, value in own.items()}
    try:
        module.load_state_dict(given, strict=True)
    except RuntimeError:
        with torch.no_grad():
            for key, value in own.items():
                value.copy_(before[key])
        return False
    return True


def _kind(tensor: Tensor) -> tuple[bool, ...]:
    """What `copy_` would convert silently or fail on, beyond the shape."""
    return tensor.is_floating_point(), tensor.is_complex(), tensor.layout is torch.strided, tensor.is_quantized
