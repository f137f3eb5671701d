"""A method whose card names a command: its edits are made by a process of its own, from files, and read back."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from benchmark.editing.checked_edit import EditError
from benchmark.editing.process.child import Child, Ended, TimedOut
from benchmark.editing.process.messages import MessageError, Refused, edit, hello, read_answer, read_ready
from benchmark.editing.task_folder import write_tasks
from benchmark.images.convert import Pixels, image_tensor
from benchmark.images.read import UnreadableImageError, decode_image
from benchmark.runtime.home_folder import expanded
from benchmark.runtime.regular_files import read_regular
from methods.base import CannotEdit, EditBatch, FaceEditor
from registry.cards import MethodCard
from registry.errors import LOGGER, InputError, PluginError
from registry.system_errors import is_of_the_system

OUTPUT = "output.png"


class ProcessMethod(FaceEditor):
    """An editor that hands its tasks to a program and reads the edits back.

    The program is started at the first edit, and again after it has ended: once on the same tasks, then that is an
    error.

    Args:
        card: names the command and how many seconds a batch may take.
        folder: the card's, in which the program runs.
        size: side of the square images in pixels.
        options: handed to the program.

    Attributes:
        seconds: what the last edit took by the program's own clock; None where it did not say.

    Raises:
        InputError: if there is no such program.
    """

    def __init__(self, card: MethodCard, folder: Path, *, size: int, **options: Any) -> None:
        super().__init__()
        self.seconds: float | None = None
        self._size = size
        self._command = card.command
        self._numbers = count()
        self._server = _Server(card, folder, hello(card.name, size, options))
        self._end = weakref.finalize(self, self._server.close)

    def edit(self, tasks: EditBatch) -> Tensor:
        """Edit N faces: the PNG files that the program writes, to the bit.

        Raises:
            CannotEdit: if the program says that it cannot.
            EditError: if a file is missing, damaged, or of another size.
            PluginError: if the program fails, ends twice, is too slow, or says what is no answer.
        """
        with tempfile.TemporaryDirectory(prefix="bench-tasks-") as place:
            numbers = [next(self._numbers) for _ in range(len(tasks))]
            folders = [Path(place) / f"{number:05d}" for number in numbers]
            records = [
                {"task": number, **record, "output": str(folder / OUTPUT)}
                for number, folder, record in zip(numbers, folders, write_tasks(tasks, folders, str), strict=True)
            ]
            self.seconds = self._server.edit(records, torch.initial_seed())
            images = np.stack([self._read(folder, number) for number, folder in zip(numbers, folders, strict=True)])
        return image_tensor(images).to(tasks.target.image.device)

    def provenance(self) -> Mapping[str, str]:
        """The command, as its card has it."""
        return {"process": " ".join(self._command)}

    def close(self) -> None:
        """End the program; the next edit starts it again."""
        self._server.close()

    def _read(self, folder: Path, number: int) -> Pixels:
        name, path = self._server.name, folder / OUTPUT
        try:
            image = decode_image(read_regular(path))
        except FileNotFoundError as error:
            raise EditError(f"{name} said that task {number} is done and wrote no output of it") from error
        except OSError as error:
            raise EditError(f"{name}: its output of task {number} cannot be read: {error.strerror}") from error
        except UnreadableImageError as error:
            raise EditError(f"{name}: its output of task {number} {error}") from error
        if image.shape != (self._size, self._size, 3):
            height, width, _ = image.shape
            size = f"{self._size}×{self._size}"
            raise EditError(f"{name}: its output of task {number} is {width}×{height}, where {size} was expected")
        return image


class _Server:
    """The program of a method, running or not."""

    def __init__(self, card: MethodCard, folder: Path, greeting: str) -> None:
        self.name = card.name
        self._program = _found(card.command, folder, card.name)
        self._folder = folder
        self._greeting = greeting
        self._timeout = card.timeout
        self._child: Child | None = None

    def edit(self, records: Sequence[Mapping[str, Any]], seed: int) -> float | None:
        """Have tasks edited; gives the seconds that the program says they took."""
        message = edit(records, seed)
        try:
            try:
                line = self._ask(message)
            except Ended as error:
                LOGGER.debug("%s %s; it is started again", self.name, error)
                self._child = None
                line = self._ask(message)
            answer = read_answer(line, [record["task"] for record in records])
        except Ended as error:
            self._child = None
            raise PluginError(f"{self.name} {error}; started again, it ended on the same tasks") from error
        except TimedOut as error:
            self._kill()
            raise PluginError(
                f"{self.name} took more than {self._timeout:g} s for {len(records)} tasks; `timeout` on its card says "
                "how many it may take"
            ) from error
        except MessageError as error:
            self._kill()
            raise PluginError(f"{self.name} {error}") from error
        if isinstance(answer, Refused):
            if answer.impossible:
                raise CannotEdit(answer.reason)
            raise PluginError(f"{self.name} says: {answer.reason}")
        return answer.seconds

    def close(self) -> None:
        """End the program, if it runs."""
        child, self._child = self._child, None
        if child is not None:
            child.close()

    def _kill(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()

    def _ask(self, message: str) -> str:
        if self._child is None:
            self._child = self._started()
            read_ready(self._child.ask(self._greeting, self._timeout))
        return self._child.ask(message, self._timeout)

    def _started(self) -> Child:
        try:
            return Child(self._program, self._folder, self.name)
        except OSError as error:
            if is_of_the_system(error):
                raise
            raise InputError(
                f"{self.name}: its program {self._program[0]} cannot be started: {error.strerror}; `command` on its "
                "card names a file that may be executed, or the interpreter of a script before it"
            ) from error


def _found(command: Sequence[str], folder: Path, name: str) -> list[str]:
    """The command with its program's path, which is looked for in the card's folder, then where programs are."""
    program, *arguments = command
    own = folder / expanded(program)
    path = str(own.absolute()) if own.is_file() else None
    if path is None and Path(program).name == program:
        path = shutil.which(program)
    if path is None:
        raise InputError(
            f"{name} cannot be built: there is no program {program!r}, neither in {folder} nor on the PATH"
        )
    return [path, *arguments]
