"""A command that `torchrun` starts in several processes: the first one is the command, the others help it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from benchmark.cli.plugins import load_plugins
from benchmark.runtime.launched import launched_rank, launched_together
from registry.errors import InputError
from registry.system_errors import TORCH

if TYPE_CHECKING:
    from benchmark.cli.options import CommandOptions
    from benchmark.runtime.processes import Processes

SHARED: Final = ("run", "train", "edit", "score")
"""Commands in which processes help one another."""


def helps() -> bool:
    """Whether this process is to help another one rather than to do what its words say."""
    return launched_rank() > 0


def check_command(words: list[str]) -> None:
    """Refuse a command in which processes do not help one another, where several were started.

    Raises:
        InputError: naming those that there are.
    """
    command = next((word for word in words if not word.startswith("-")), "")
    if launched_together() and command not in SHARED:
        raise InputError(
            f"several processes were started, which help one another in bench {', '.join(SHARED)} alone; "
            f"start bench {command} without torchrun".rstrip()
        )


@contextmanager
def leading(options: CommandOptions) -> Iterator[Processes | None]:
    """The processes of a command, of which this is the first; the others hear what they need, and when it has ended.

    None where this process is alone.
    """
    if not launched_together():
        yield None
        return
    from benchmark.runs.shared_work import WORK
    from benchmark.runtime.processes import joined

    with joined() as processes:
        weights = options.find_weights()
        named = {id: str(path) for id, path in weights.named.items()}
        folder = None if weights.folder is None else str(weights.folder)
        processes.tell({"plugins": list(options.plugin or ()), "weights": named, "weights_dir": folder})
        yield processes
        processes.tell({WORK: None})


def help_the_first() -> None:
    """Do what the first process tells, until it ends: before it is done too, since it says itself why."""
    from pathlib import Path

    from benchmark.runs.shared_work import help_with
    from benchmark.runtime.interruption import Interrupted
    from benchmark.runtime.processes import joined
    from benchmark.weights.locate import Weights

    with joined() as processes:
        try:
            begun = processes.hear()
            load_plugins(begun["plugins"])
            named = {id: Path(path) for id, path in begun["weights"].items()}
            folder = begun["weights_dir"]
            help_with(processes, Weights(None if folder is None else Path(folder), named))
        except (Interrupted, KeyboardInterrupt):
            return
        except RuntimeError as error:
            if not TORCH["processes"].search(str(error)):
                raise
