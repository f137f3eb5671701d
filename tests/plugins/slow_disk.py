"""A disk that takes its time over the page in HTML, and says in the file $MARK that it was asked to write it."""

import os
import time
from pathlib import Path

write_out = os.fsync


def slow_fsync(file: int) -> None:
    if ".leaderboard.html." in os.readlink(f"/proc/self/fd/{file}"):  # noqa: PTH115
        Path(os.environ["MARK"]).touch()
        time.sleep(10)
    write_out(file)


os.fsync = slow_fsync
