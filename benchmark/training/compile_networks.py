"""Lets `torch.compile` take the networks of training steps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from methods.base import Trainable
from registry.errors import InputError


def compile_networks(model: Trainable, title: str) -> None:
    """Compile the networks that the model names, in place; the first steps do so, which takes up to minutes.

    Raises:
        InputError: if the model names none.
    """
    if not model.compiled_networks:
        raise InputError(
            f"{title} names no network that may be compiled; train it without compile=true "
            "(a plug-in names those that may be by `compiled_networks`)"
        )
    for name in model.compiled_networks:
        model.get_submodule(name).compile(dynamic=False)


@contextmanager
def compiled(model: Trainable, title: str, wanted: bool) -> Iterator[None]:
    """Within the block the networks that the model names are compiled, if that is wanted.

    Raises:
        InputError: if it names none.
    """
    if wanted:
        compile_networks(model, title)
    try:
        yield
    finally:
        if wanted:
            for name in model.compiled_networks:
                model.get_submodule(name).compile(disable=True)
