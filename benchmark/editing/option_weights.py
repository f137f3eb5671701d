"""Weights files that options of methods name: found by id like those of metrics, and counted by their hash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmark.config.evaluation_spec import Options
from benchmark.runtime.atomic_files import sha256_of_given
from benchmark.weights.locate import Weights, WeightsMissing, manifest
from registry.cards import Option

SUFFIX: Final = "_weights"
"""Options whose names end so name weights files, by an id of the manifest or by their path."""


@dataclass(frozen=True)
class OptionWeights:
    """The weights file that an option names.

    Attributes:
        named: the option's value.
        path: of the file; None where it is missing.
        sha256: of the file; None where it is missing.
        missing: one sentence that says why there is none, and what to do; None where there is one.
    """

    named: str
    path: Path | None = None
    sha256: str | None = None
    missing: str | None = None


def option_weights(options: Mapping[str, Option], weights: Weights) -> dict[str, OptionWeights]:
    """The weights files that options name, by option; those of no such file are left out.

    Args:
        options: of a method.
        weights: finds files by their id.
    """
    return {
        name: _found(value, weights)
        for name, value in options.items()
        if name.endswith(SUFFIX) and isinstance(value, str)
    }


def _found(named: str, weights: Weights) -> OptionWeights:
    if named not in manifest():
        path = Path(named)
        return OptionWeights(named, path, sha256_of_given(path))
    try:
        file = weights.find(named)
    except WeightsMissing as error:
        return OptionWeights(named, missing=str(error))
    return OptionWeights(named, file.path, file.sha256)


def with_paths(options: Mapping[str, Option], files: Mapping[str, OptionWeights]) -> Options:
    """The options with the paths of the files that they name, null where one is missing."""
    paths = {name: None if file.path is None else str(file.path) for name, file in files.items()}
    return {**options, **paths}


def hashes(files: Mapping[str, OptionWeights]) -> dict[str, str | None]:
    """The SHA-256 of each option's file, which counts in its name's place; None where it is missing.

    A text that is the path of no file counts as it is.
    """
    return {name: file.sha256 or (None if file.missing else file.named) for name, file in files.items()}


def notes(files: Mapping[str, OptionWeights]) -> dict[str, str]:
    """What a result says of the files, by option."""
    return {
        name: f"missing, trained without: {file.missing}" if file.missing else f"SHA-256 {file.sha256}"
        for name, file in files.items()
        if file.missing or file.sha256
    }


def missing_in_words(files: Mapping[str, OptionWeights]) -> list[str]:
    """What a training says aloud of the files that it has to do without."""
    missing = {name: file for name, file in files.items() if file.missing}
    return [f"TRAINING WITHOUT {file.named} (option {name}): {file.missing}" for name, file in missing.items()]
