"""Processes that load a thing once and answer one call after another, so that none waits for what another computes."""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import Any, Final

from registry.errors import InputError, PluginError
from registry.plugins import load_installed, load_named

_CONTEXT: Final = (
    multiprocessing.get_context("spawn") if sys.platform == "win32" else multiprocessing.get_context("forkserver")
)
_IMPORTED_ONCE: Final = ("benchmark.demo.edit_face", "benchmark.demo.read_faces")


class OwnProcess:
    """A process that is started by its first call and ends with this one, however this one ends.

    Random draws of methods and what libraries keep to themselves are a process's own, so that calls to several cannot
    mix.

    Args:
        name: what the sentence calls it that says that it ended.
        plugins: the files, folders or modules that it loads besides installed ones.
    """

    def __init__(self, name: str, plugins: Sequence[str] = ()) -> None:
        self._name, self._plugins = name, tuple(plugins)
        self._turns = ThreadPoolExecutor(max_workers=1)
        self._process: Any = None
        self._connection: Connection | None = None

    async def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """What a module's function gives there, after the calls that came before.

        Raises:
            InputError: with its sentence where it raised InputError or PluginError, or where the process ended.
        """
        return await asyncio.get_running_loop().run_in_executor(self._turns, self._answer, function, arguments)

    def close(self) -> None:
        """End it, without waiting for a call that it works on."""
        if self._process is not None:
            self._process.kill()
        self._turns.shutdown(wait=False, cancel_futures=True)

    def _answer(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        connection = self._connection or self._start()
        try:
            connection.send((function, arguments))
            succeeded, value = connection.recv()
        except (EOFError, OSError) as error:
            self._connection = None
            raise InputError(
                f"the process of {self._name} ended, perhaps for want of memory; the next edit starts it again"
            ) from error
        if not succeeded:
            raise InputError(value)
        return value

    def _start(self) -> Connection:
        _CONTEXT.set_forkserver_preload(list(_IMPORTED_ONCE))
        ours, theirs = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(target=_serve, args=(theirs, self._plugins), daemon=True)
        self._process.start()
        theirs.close()  # else its end would not be seen
        self._connection = ours
        return ours


def _serve(connection: Connection, plugins: Sequence[str]) -> None:
    """Answer calls until nobody is there to make them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's Ctrl-C is for the server, which then ends this
    for _ in load_installed():
        pass  # the command has said which were skipped
    for plugin in plugins:
        load_named(plugin)
    while True:
        try:
            function, arguments = connection.recv()
        except EOFError:
            return
        try:
            connection.send((True, function(*arguments)))
        except (InputError, PluginError) as error:
            connection.send((False, str(error)))
        except Exception as error:
            traceback.print_exc()
            connection.send((False, f"{type(error).__name__}: {error}; the server's terminal shows more"))
