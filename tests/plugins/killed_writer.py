"""An end without warning: the process is killed when half of the file whose name $KILLED_AT begins is on disk.

Trainings save their state after every step, so that there is one to be killed at.
"""

import os
import signal
from pathlib import Path

from benchmark.training import train

write_out = os.fsync
train.CHECKPOINT_EVERY_SECONDS = 0.0


def fsync(file: int) -> None:
    path = Path(os.readlink(f"/proc/self/fd/{file}"))  # noqa: PTH115
    if path.name.removeprefix(".").startswith(os.environ["KILLED_AT"]):
        os.truncate(path, path.stat().st_size // 2)
        os.kill(os.getpid(), signal.SIGKILL)
    write_out(file)


os.fsync = fsync
