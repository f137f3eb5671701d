"""Runs the commands of pages in this process, with settings put before theirs that make a training take seconds."""

from collections.abc import Sequence
from typing import Any

import torch
from typer.main import get_command
from typer.testing import CliRunner

from benchmark.cli import app
from registry.catalogue import METHOD_CARDS
from registry.plugins import load_named

TINY = (
    *("dataset.options.train=24", "dataset.options.val=4", "dataset.options.test=12", "limit=4"),
    *("judges.parser.feature_scale=16", "judges.parser.iterations=2", "judges.parser.batch_size=4"),
    *("judges.attributes.iterations=2", "judges.attributes.batch_size=4"),
    *("bootstrap_draws=100", "compute.precision=fp32"),
)
OF_RENDERED_FACES = "dataset.options."
SHORT = "iterations=2"


def run(words: Sequence[str]) -> str:
    """Run a command of `bench` with tiny settings, on one thread; gives what it printed.

    Raises:
        AssertionError: if it fails, with all that it said.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        result = CliRunner().invoke(app, with_tiny_settings(words))
    finally:
        torch.set_num_threads(threads)
    assert result.exit_code == 0, f"{' '.join(words)}\n{result.output}\n{result.exception!r}"
    return result.output


def with_tiny_settings(words: Sequence[str]) -> list[str]:
    """The words of a command that takes a limit, after tiny settings, so that the page's own have the last word."""
    command, rest = find(words)
    of_finished_runs = bool(rest) and not rest[0].startswith("-")  # which have settings of their own
    if of_finished_runs or not {"--set", "--limit"} <= options_of(command):
        return list(words)
    chosen = _value(words, "--dataset") or _value(words, "--datasets")
    settings = [each for each in TINY if chosen in (None, "rendered-faces") or not each.startswith(OF_RENDERED_FACES)]
    settings += [f"options.{name}=2" for name in _training_options(words)]
    settings += [f"judges.{judge}.{SHORT}" for judge in _judges(words)]
    called = words[: len(words) - len(rest)]
    return [*called, *(word for each in settings for word in ("--set", each)), *rest]


def check(words: Sequence[str]) -> None:
    """Check a command that is not run: it parses, and what it names resolves where it can say so.

    Raises:
        AssertionError: if it would be refused.
    """
    command, arguments = find(words)
    # scoring a folder of images is no experiment, and so has no plan
    if "--dry-run" in options_of(command) and "--images" not in arguments:
        run([*words, "--dry-run"])
    else:
        command.make_context("bench", arguments)


def find(words: Sequence[str]) -> tuple[Any, list[str]]:
    """The command that words call, and what follows its name.

    Raises:
        AssertionError: if there is none.
    """
    command: Any = get_command(app)
    rest = list(words)
    while hasattr(command, "commands") and rest:
        name = rest.pop(0)
        assert name in command.commands, f"bench {' '.join(words)}: there is no command {name}"
        command = command.commands[name]
    return command, rest


def options_of(command: Any) -> set[str]:
    """Every `--option` of a command."""
    return {word for parameter in command.params for word in [*parameter.opts, *parameter.secondary_opts]}


def options_of_every_command(command: Any = None) -> set[str]:
    """Every `--option` that some command has."""
    command = command or get_command(app)
    inner = getattr(command, "commands", {}).values()
    return options_of(command).union(*(options_of_every_command(each) for each in inner))


def _value(words: Sequence[str], option: str) -> str | None:
    return words[words.index(option) + 1] if option in words else None


def _training_options(words: Sequence[str]) -> list[str]:
    """Options of the one method named that say how long it trains; none where they are several, which are not run."""
    for place, word in enumerate(words):
        if word == "--plugin":
            load_named(words[place + 1])
    name = (_value(words, "--method") or "").partition("+")[0]
    card = METHOD_CARDS.find(name).card if name in METHOD_CARDS else None  # edits that were imported have none
    return [option for option in card.options if option.endswith("iterations")] if card else []


def _judges(words: Sequence[str]) -> list[str]:
    """Judges that the command puts in the place of the built-in ones."""
    return [
        word.partition("=")[2] for word in words if word.startswith(("parser_judge=", "attribute_judge=", "judge."))
    ]
