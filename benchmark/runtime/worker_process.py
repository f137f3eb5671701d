"""Processes that run one of this program's modules, for work that holds Python's lock.

They are started as `python -m` rather than by multiprocessing, which would run the caller's main script again in each
of them; each imports its module and nothing heavier.
"""

from __future__ import annotations

import os
import subprocess
import sys


def module_command(module: str, *arguments: str) -> list[str]:
    """The command that runs one of this program's modules.

    With -P the working directory, where a user's files may be named like libraries or like this program's packages, is
    no place to import from.
    """
    return [sys.executable, "-P", "-m", module, *arguments]


def start_worker(module: str, *arguments: str) -> subprocess.Popen[bytes]:
    """Run `python -m module arguments`, which is asked by its standard input and answers by its standard output."""
    # One thread each: the processes already fill the machine.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "OMP_NUM_THREADS": "1"}
    # In a session of its own a terminal's Ctrl-C does not reach it; it ends with the process that reads its answers.
    return subprocess.Popen(
        module_command(module, *arguments),
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
