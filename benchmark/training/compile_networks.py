"""Lets `torch.compile` take the networks of training steps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from methods.base import Trainable
from registry.errors import InputError


@contextmanager
def compiled(model: Trainable, title: str, wanted: bool) -> Iterator[None]:
    """Within the block the networks that the model names are compiled, if that is wanted.

    Their first steps compile them, which takes up to minutes.

    Raises:
        InputError: if it names none.
    """
    if wanted and not model.compiled_networks:
        raise InputError(
            f"{title} names no network that may be compiled; train it without compile=true "
            "(a plug-in names those that may be by `compiled_networks`)"
        )
    networks = [model.get_submodule(name) for name in model.compiled_networks] if wanted else []
    for network in networks:
        network.compile(dynamic=False)
    try:
        yield
    finally:
        for network in networks:
            network.compile(disable=True)
