"""How long methods train: so many iterations, or epochs that become iterations once the training faces are counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import ceil, isfinite
from typing import cast

from benchmark.config.evaluation_spec import Options
from benchmark.config.experiment import Experiment
from registry.cards import Option
from registry.errors import InputError

EPOCHS, ITERATIONS, BATCH_SIZE = "epochs", "iterations", "batch_size"
"""Options of one length, each after the same prefix: `epochs`, or `mask_vae_epochs` of a stage."""


def put_over(lower: Mapping[str, Option], upper: Mapping[str, Option]) -> Options:
    """Options with others over them, where a length in epochs takes the place of one in iterations, and the reverse.

    Args:
        lower: such as a card's defaults.
        upper: such as those of a preset.

    Raises:
        InputError: if `upper` states a length in both units, or one in epochs that is none.
    """
    options = {**lower, **upper}
    for prefix in _lengths(options):
        epochs, iterations = prefix + EPOCHS, prefix + ITERATIONS
        length = cast(float, upper.get(epochs, 0.0))
        if not (isfinite(length) and length >= 0):
            raise InputError(f"{epochs} is {length}, where a finite number from 0 was expected")
        if upper.get(epochs) and upper.get(iterations):
            raise InputError(
                f"{epochs} {upper[epochs]} and {iterations} {upper[iterations]} both say how long to train: "
                "leave one of them out"
            )
        if upper.get(epochs):
            options[iterations] = 0
        elif iterations in upper:
            options[epochs] = 0.0
    return options


def counts_epochs(options: Mapping[str, Option]) -> bool:
    """Whether a length among the options is in epochs."""
    return any(options[prefix + EPOCHS] for prefix in _lengths(options))


def in_iterations(options: Mapping[str, Option], num_faces: int) -> Options:
    """The options with every length in iterations: epochs x faces / batch size, rounded up.

    Args:
        options: of a method, its lengths in either unit.
        num_faces: faces that it is trained on.

    Raises:
        InputError: if batches have no face.
    """
    resolved = dict(options)
    for prefix in _lengths(options):
        # as written: a binary fraction may lie above the decimal one, and would round up to an iteration more
        epochs = Fraction(str(options[prefix + EPOCHS]))
        if epochs:
            batch_size = cast(int, options[prefix + BATCH_SIZE])
            if batch_size < 1:
                raise InputError(f"{prefix + BATCH_SIZE} is {batch_size}; epochs need batches of 1 face or more")
            resolved |= {prefix + ITERATIONS: ceil(epochs * num_faces / batch_size), prefix + EPOCHS: 0.0}
    return resolved


def scaled(options: Mapping[str, Option], factor: float) -> Options:
    """The options that count iterations, those that are not 0, each times a factor; they keep one at least.

    Args:
        options: of a method, its lengths in iterations.
        factor: above zero.
    """
    lengths = {name: value for name, value in options.items() if name.rpartition("_")[2] == ITERATIONS}
    return {
        name: max(1, round(length * factor)) for name, length in lengths.items() if isinstance(length, int) and length
    }


def over_faces(experiment: Experiment, num_faces: int) -> Experiment:
    """The experiment with every length of its method's training in iterations over so many faces."""
    method = experiment.method
    options = in_iterations(method.options, num_faces)
    return experiment.model_copy(update={"method": method.model_copy(update={"options": options})})


def length_notes(options: Mapping[str, Option], num_faces: int) -> dict[str, str]:
    """What a result says of lengths in epochs, each under the name of the option in iterations.

    Args:
        options: of a method, its lengths in either unit.
        num_faces: faces that it is trained on.
    """
    resolved = in_iterations(options, num_faces)
    return {
        prefix + ITERATIONS: (
            f"{resolved[prefix + ITERATIONS]}: {options[prefix + EPOCHS]:g} epochs of {num_faces} faces "
            f"in batches of {options[prefix + BATCH_SIZE]}"
        )
        for prefix in _lengths(options)
        if options[prefix + EPOCHS]
    }


def _lengths(options: Mapping[str, Option]) -> Iterator[str]:
    """Prefixes of the lengths that can be in epochs."""
    for name in options:
        prefix = name.removesuffix(EPOCHS)
        if (
            prefix != name
            and isinstance(options[name], int | float)
            and {prefix + ITERATIONS, prefix + BATCH_SIZE} <= options.keys()
        ):
            yield prefix
