"""Runs a command in several processes, as `torchrun` starts them: by its environment."""

import socket
from pathlib import Path

from tests.commands import Outcome, bench_process, ended
from tests.warm_processes import WarmProcess


def together(*words: str | Path, size: int = 2, timeout: float = 120) -> list[Outcome]:
    """Run a command in so many processes; how each ended, by rank."""
    return [ended(process, timeout) for process in started_together(*words, size=size)]


def started_together(*words: str | Path, size: int = 2, **environment: str) -> list[WarmProcess]:
    """Start a command in so many processes; they are by rank."""
    meeting = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": _free_port(), "WORLD_SIZE": str(size), **environment}
    processes = [
        bench_process(*words, RANK=str(rank), LOCAL_RANK=str(rank), **meeting) for rank in reversed(range(size))
    ]
    return processes[::-1]


def _free_port() -> str:
    """A port at which the processes can meet."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return str(found.getsockname()[1])
