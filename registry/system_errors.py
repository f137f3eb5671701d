"""Errors of the system, such as memory that runs out, which are no fault of the code in which they show."""

from __future__ import annotations

import errno
import re
from collections.abc import Mapping
from typing import Final

FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""Numbers of the errors of a disk without room."""
_NUMBERS: Final = FULL | {errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.EIO, errno.ESTALE}
TORCH: Final[Mapping[str, re.Pattern[str]]] = {
    "memory": re.compile(r"out of memory|can't allocate memory|not enough memory", re.IGNORECASE),
    "loader": re.compile(r"DataLoader worker .*(killed|exited)|shared memory", re.IGNORECASE),
    "gpu": re.compile(r"CUDA error|CUDA driver|cuDNN|No CUDA GPUs", re.IGNORECASE),
    "processes": re.compile(r"gloo|NCCL|TCPStore|ProcessGroup|Connection (closed|reset) by peer", re.IGNORECASE),
}
"""What torch says where something of the system fails, all of it in RuntimeErrors."""


def is_of_the_system(error: BaseException) -> bool:
    """Whether memory, a disk, a device or a process failed, rather than the code that ran."""
    if isinstance(error, OSError):
        return error.errno in _NUMBERS
    if isinstance(error, RuntimeError):
        return any(pattern.search(str(error)) for pattern in TORCH.values())
    return isinstance(error, MemoryError)
