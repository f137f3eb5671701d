"""Experiments from what was written after a command."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.errors import InputError

if TYPE_CHECKING:
    from benchmark.config.experiment import Experiment


def resolved(flags: dict[str, Any], config: Path | None, assignments: Sequence[str]) -> Experiment:
    """The experiment of a command: its flags over its `--set` words over its `--config` file.

    Args:
        flags: nested settings in the keys of `Experiment`; None where a flag was not given.
        config: a YAML file.
        assignments: `key=value` words.

    Raises:
        InputError: naming the key, where it stands, the value, and the nearest valid name.
    """
    from benchmark.config.flags import drop_unset
    from benchmark.config.resolve import resolve
    from benchmark.config.sources import COMMAND, Layer, read_layer, set_layer

    layers = [read_layer(config)] if config else []
    return resolve([*layers, set_layer(assignments), Layer(drop_unset(flags), COMMAND)])


def parse_seed_range(option: str, text: str) -> list[int]:
    """The seeds of a number, which is a seed, or of a range `first..last`.

    Raises:
        InputError: naming the option, if the text is neither.
    """
    first, dots, last = text.partition("..")
    try:
        seeds = list(range(int(first), int(last) + 1)) if dots else [int(first)]
    except ValueError:
        seeds = []
    if not seeds or min(seeds) < 0:
        raise InputError(f"{option} {text!r}: write a number such as 0, or a range such as 0..4")
    return seeds


def parse_seeds(option: str, text: str) -> list[int]:
    """The seeds of a number, which says how many from 0 on, or of a range `first..last`.

    Raises:
        InputError: naming the option, if the text is neither.
    """
    if ".." in text:
        return parse_seed_range(option, text)
    if not text.isdecimal() or int(text) < 1:
        raise InputError(f"{option} {text!r}: write how many seeds, such as 3, or a range such as 0..2")
    return list(range(int(text)))


def split_names(text: str) -> list[str]:
    """The words between commas, none twice; `METHOD+OPTION=VALUE,OPTION=VALUE` is one word."""
    words = re.split(r",(?!\w+=)", text)
    return list(dict.fromkeys(each.strip() for each in words if each.strip()))


def print_plan(experiments: Iterable[Experiment], as_json: bool) -> None:
    """Print resolved configurations, as YAML documents or as JSON."""
    if as_json:
        print(json.dumps([each.model_dump(mode="json") for each in experiments], indent=2))
    else:
        print("---\n".join(each.to_yaml() for each in experiments), end="")
