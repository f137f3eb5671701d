"""Failures of the system: known as such, and never taken for a fault of plugged-in code."""

import errno

import pytest

from registry.errors import PluginError, plugin_boundary
from registry.system_errors import is_of_the_system

OF_THE_SYSTEM = [
    MemoryError(),
    OSError(errno.ENOSPC, "No space left on device", "file"),
    OSError(errno.EMFILE, "Too many open files"),
    RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"),
    RuntimeError("[enforce fail at alloc_cpu.cpp:114] DefaultCPUAllocator: can't allocate memory"),
    RuntimeError("DataLoader worker (pid 7) is killed by signal: Killed."),
]
OF_CODE = [
    FileNotFoundError(errno.ENOENT, "No such file or directory", "gain.txt"),
    RuntimeError("The size of tensor a (3) must match the size of tensor b (4)"),
    ValueError("out of range"),
]


@pytest.mark.parametrize("error", OF_THE_SYSTEM, ids=lambda error: str(error)[:20])
def test_a_failure_of_the_system_passes_the_boundary_as_it_is(error: Exception) -> None:
    assert is_of_the_system(error)
    with pytest.raises(type(error)) as caught, plugin_boundary("Painter.edit"):
        raise error
    assert caught.value is error


@pytest.mark.parametrize("error", OF_CODE, ids=lambda error: str(error)[:20])
def test_any_other_is_a_sentence_about_the_code(error: Exception) -> None:
    assert not is_of_the_system(error)
    with pytest.raises(PluginError, match=r"Painter\.edit raised") as caught, plugin_boundary("Painter.edit"):
        raise error
    assert caught.value.logged
