"""Settings and experiments from what was written after a command."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from registry.errors import InputError

if TYPE_CHECKING:
    from benchmark.cli.options import CommandOptions
    from benchmark.config.experiment import Experiment


def experiment_of(
    options: CommandOptions, method: str | None, dataset: str | None, data: object, **flags: Any
) -> Experiment:
    """The experiment of a command: its flags over its `--set` assignments over its `--config` file.

    Args:
        options: of the command.
        method: as written; None where it was not, as for the others.
        dataset: its name.
        data: its folder.
        flags: further settings, in the keys that users write.

    Raises:
        InputError: naming the key, where it stands, the value, and the nearest valid name.
    """
    from benchmark.config.flags import flags_of, sources_of
    from benchmark.config.resolve import resolve

    shared = flags_of(
        dataset,
        data,
        preset=options.preset,
        device=options.device,
        limit=options.limit,
        protocols=options.protocol,
        metrics=None if options.metrics is None else split_names(options.metrics),
    )
    return resolve(sources_of({"method": method, **shared, **flags}, options.config, options.set_))


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
    words = (word.strip() for word in re.split(r",(?!\w+=)", text))
    return list(dict.fromkeys(filter(None, words)))


def print_plan(experiments: Iterable[Experiment], as_json: bool) -> None:
    """Print resolved configurations, as YAML documents or as JSON."""
    if as_json:
        print(json.dumps([experiment.settings() for experiment in experiments], indent=2))
    else:
        print("---\n".join(experiment.to_yaml() for experiment in experiments), end="")
