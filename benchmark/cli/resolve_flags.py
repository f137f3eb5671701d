"""Settings and experiments from what was written after a command."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from registry.errors import InputError

MAX_SEEDS = 1000
"""Runs that one command may start for a method."""

if TYPE_CHECKING:
    from pathlib import Path

    from benchmark.cli.options import CommandOptions
    from benchmark.config.evaluation_spec import EvaluationSpec
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
    from benchmark.config.flags import sources_of
    from benchmark.runs.outside_settings import resolve_with_runs

    written = {"method": method, **_shared_flags(options, dataset, data), **flags}
    return resolve_with_runs(sources_of(written, options.config, options.set_), options.runs)


def evaluation_of(options: CommandOptions, dataset: str | None, data: object, beneath: Path | None) -> EvaluationSpec:
    """The evaluation of a command that names no method.

    Args:
        options: of the command.
        dataset: its name; None where it was not written, as for the next.
        data: its folder.
        beneath: a file of settings under all that was written; None of none.

    Raises:
        InputError: as for `experiment_of`.
    """
    from benchmark.config.flags import sources_of
    from benchmark.config.resolve import resolve_evaluation
    from benchmark.config.sources import read_config

    files = [] if beneath is None else [read_config(beneath)]
    flags = _shared_flags(options, dataset, data)
    return resolve_evaluation([*files, *sources_of(flags, options.config, options.set_)])


def _shared_flags(options: CommandOptions, dataset: str | None, data: object) -> dict[str, Any]:
    from benchmark.config.flags import flags_of

    return flags_of(
        dataset,
        data,
        preset=options.preset,
        device=options.device,
        limit=options.limit,
        protocols=options.protocol,
        metrics=None if options.metrics is None else split_names(options.metrics),
    )


def parse_seed_range(option: str, text: str) -> list[int]:
    """The seeds of a number, which is a seed, or of a range `first..last`.

    Raises:
        InputError: naming the option, if the text is neither, or they are too many or too large.
    """
    from benchmark.config.experiment import MAX_SEED

    first, dots, last = text.partition("..")
    try:
        lowest, highest = _number(first), _number(last if dots else first)
    except ValueError:
        lowest, highest = 0, -1
    if lowest > highest:
        raise InputError(f"{option} {text!r}: write a number such as 0, or a range such as 0..4")
    if highest > MAX_SEED:
        raise InputError(f"{option} {text!r}: a seed is {MAX_SEED} at most")
    if highest - lowest >= MAX_SEEDS:
        raise InputError(f"{option} {text!r}: these are {highest - lowest + 1} seeds; {MAX_SEEDS} at most are taken")
    return list(range(lowest, highest + 1))


def parse_seeds(option: str, text: str) -> list[int]:
    """The seeds of a number, which says how many from 0 on, or of a range `first..last`.

    Raises:
        InputError: naming the option, if the text is neither, or they are too many or too large.
    """
    if ".." in text:
        return parse_seed_range(option, text)
    try:
        count = _number(text)
    except ValueError:
        count = 0
    if count < 1:
        raise InputError(f"{option} {text!r}: write how many seeds, such as 3, or a range such as 0..2")
    return parse_seed_range(option, f"0..{count - 1}")


def _number(text: str) -> int:
    """A whole number from 0; of more digits than any use has, the greatest there is.

    Raises:
        ValueError: if the text is no such number.
    """
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError(text)
    return int(digits) if len(digits) <= 20 else 10**20  # Python refuses numbers of thousands of digits


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
