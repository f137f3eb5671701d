"""The messages between the harness and a method's process, JSON objects of a line each: docs/extend/process.md."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from registry.errors import quoted, sentence

VERSION: Final = 1
"""Of the messages; a process says which one it speaks."""
_LONGEST_SECONDS: Final = 1e9
"""Which a batch may take: thirty years."""


class MessageError(ValueError):
    """A line that is not the message that was waited for; the sentence goes on from the process's name."""

    def __str__(self) -> str:
        """The message as `sentence` has it; what a process writes is of any length."""
        return sentence(super().__str__())


@dataclass(frozen=True)
class Done:
    """A batch that was edited, with the seconds that it took by the process's own clock, where it said them."""

    seconds: float | None


@dataclass(frozen=True)
class Refused:
    """A batch that was not edited.

    Attributes:
        reason: in the process's words.
        impossible: whether the method cannot do such tasks, rather than failed.
    """

    reason: str
    impossible: bool


def hello(name: str, size: int, options: Mapping[str, Any]) -> str:
    """The first message: what the process is to be ready for."""
    return json.dumps({"hello": VERSION, "method": name, "size": size, "options": dict(options)})


def edit(tasks: Sequence[Mapping[str, Any]], seed: int) -> str:
    """The message that asks for edits."""
    return json.dumps({"edit": list(tasks), "seed": seed})


def read_ready(line: str) -> None:
    """Take the answer to `hello`.

    Raises:
        MessageError: if it is another message.
    """
    content = _object(line, '{"ready": 1}')
    if "error" in content:
        raise MessageError(f"cannot start: {content['error']}")
    if content.get("ready") != VERSION:
        raise MessageError(f'answered {quoted(line)} where {{"ready": {VERSION}}} was expected')


def read_answer(line: str, tasks: Collection[int]) -> Done | Refused:
    """Take the answer to `edit`.

    Args:
        line: of the process's standard output.
        tasks: the numbers of those that were asked for.

    Raises:
        MessageError: if it is another message, or of other tasks.
    """
    content = _object(line, '{"done": [0, 1], "seconds": 0.5}')
    for key, impossible in (("error", False), ("cannot_edit", True)):
        if key in content:
            return Refused(" ".join(str(content[key]).split()), impossible)
    done, seconds = content.get("done"), content.get("seconds")
    if not isinstance(done, list) or not all(type(task) is int for task in done):
        raise MessageError(f"answered {quoted(line)} where done was expected, with the numbers of the tasks")
    others = sorted(set(done) - set(tasks))
    if others or len(done) != len(set(done)):
        what = f"task {others[0]}, which it was not asked for" if others else "a task twice"
        raise MessageError(f"answered for {what}: {quoted(line)}")
    if missing := sorted(set(tasks) - set(done)):
        raise MessageError(f"left out task {missing[0]}, and {len(missing) - 1} others: {quoted(line)}")
    if seconds is not None and not (type(seconds) in (int, float) and 0 <= seconds <= _LONGEST_SECONDS):
        raise MessageError(f"says that its edits took {quoted(str(seconds))}, where seconds were expected")
    return Done(None if seconds is None else float(seconds))


def _object(line: str, expected: str) -> dict[str, Any]:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise MessageError(
            f"wrote {quoted(line.strip())} to its standard output, where a message such as {expected} was expected; "
            "what it prints belongs to standard error"
        )
    return content
