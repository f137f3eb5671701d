"""A disk that fills up: no file may grow beyond 10 kB once the third checkpoint to go on from is written.

Trainings save their state after every step.
"""

import os
import resource
from pathlib import Path

from benchmark.training import train

write_out = os.fsync
train.CHECKPOINT_EVERY_SECONDS = 0.0
written = 0


def fsync(file: int) -> None:
    global written
    write_out(file)
    if ".unfinished.pth." in Path(os.readlink(f"/proc/self/fd/{file}")).name:  # noqa: PTH115
        written += 1
        if written == 3:
            resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


os.fsync = fsync
