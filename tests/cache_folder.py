"""The cache folder of tests, which must never be the user's."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def caching_in(folder: Path) -> Iterator[Path]:
    """Within the block commands in this process cache in `folder`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_CACHE", str(folder))
        yield folder
