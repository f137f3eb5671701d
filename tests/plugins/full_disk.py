"""A disk without room: it is full from when the file whose path matches $FULL_AT is begun.

The file system of the folder $FULL_DISK is filled to its last byte, by a file of the name `ballast`. Where there is no
such folder, the system lets no file grow beyond 16 bytes, which takes no rights.
"""

import contextlib
import os
import re
import resource
import sys
from pathlib import Path

FULL_AT = re.compile(os.environ["FULL_AT"])
SMALL = 16
filled = False


def fill(disk: str) -> None:
    if not disk:
        resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL, resource.RLIM_INFINITY))
        return
    number = os.open(Path(disk, "ballast"), os.O_WRONLY | os.O_CREAT)
    for size in (1 << 20, 4096, 1):
        with contextlib.suppress(OSError):
            while True:
                os.write(number, bytes(size))
    os.close(number)


def look(event: str, arguments: tuple[object, ...]) -> None:
    global filled
    if event != "open" or filled:
        return
    path, mode, flags = arguments
    writes = any(letter in str(mode or "") for letter in "wax+") or int(str(flags)) & (os.O_WRONLY | os.O_RDWR)
    if writes and isinstance(path, str) and FULL_AT.search(path):
        filled = True
        fill(os.environ.get("FULL_DISK", ""))


sys.addaudithook(look)
