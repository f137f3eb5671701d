"""What the system fails in is one sentence that names the file and says how to go on."""

import errno
import io
import os
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from benchmark.runtime.atomic_files import replacing, write_text_atomically
from benchmark.runtime.device import DeviceError, choose_compute
from benchmark.runtime.system_failures import DiskFullError, sentence_of, writing
from benchmark.training.checkpoints import read_checkpoint, write_checkpoint


@pytest.fixture
def small_files() -> Iterator[None]:
    """Files of at most 100 kB, which stand for a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_leaves_the_former_checkpoint_and_names_file_and_size(tmp_path: Path, small_files: None) -> None:
    path = tmp_path / "checkpoints" / "stage.pth"
    write_checkpoint(path, {"state_dict": {"a": torch.ones(3)}, "meta": {"finished": True}})
    with pytest.raises(DiskFullError) as caught:
        write_checkpoint(path, {"state_dict": {"a": torch.ones(3, 100_000)}, "meta": {}, "optimizer": [torch.ones(4)]})
    sentence = str(sentence_of(caught.value))
    assert sentence.startswith(f"{path}: the file is larger than this disk or `ulimit -f` allows (it takes 1.2 MB)")
    assert "run the same command again, which goes on" in sentence
    assert read_checkpoint(path)["state_dict"]["a"].tolist() == [1, 1, 1]
    assert [file.name for file in path.parent.iterdir()] == ["stage.pth"]


def test_any_file_that_does_not_fit_is_named(tmp_path: Path, small_files: None) -> None:
    with pytest.raises(OSError, match="File too large") as caught:
        write_text_atomically(tmp_path / "page.html", "x" * 200_000)
    assert str(sentence_of(caught.value)).startswith(f"{tmp_path / 'page.html'}: the file is larger than this disk")
    assert not list(tmp_path.iterdir())


def test_a_disk_without_room_says_how_much_there_is(tmp_path: Path) -> None:
    hidden = RuntimeError("[enforce fail at inline_container.cc:672] . unexpected pos 64 vs 0")
    hidden.__context__ = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # as torch's writer leaves it
    with pytest.raises(DiskFullError) as caught, writing(tmp_path / "a.pth", needed=3_500_000):
        raise hidden
    sentence = str(sentence_of(caught.value))
    assert "a.pth: the disk is full (it takes 3.5 MB, " in sentence
    assert " MB are free); make room" in sentence


def test_an_error_of_another_kind_stays_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="no room here") as caught, replacing(tmp_path / "a"):
        raise RuntimeError("no room here")
    assert sentence_of(caught.value) is None
    assert sentence_of(KeyError("a")) is None


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.EACCES, "Permission denied", "runs/a"), "runs/a: Permission denied; change who may"),
        (OSError(errno.EROFS, "Read-only file system", "runs/a"), "runs/a: Read-only file system; another folder"),
        (OSError(errno.EMFILE, "Too many open files"), "Too many open files; raise the limit, such as by `ulimit"),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), "the memory is used up; take less at once"),
        (OSError(errno.ENOENT, "No such file or directory", "a", None, "b"), "a and b: No such file or directory"),
        (OSError("a sentence of the program's own"), "a sentence of the program's own"),
        (MemoryError("Unable to allocate 3 TiB"), "the memory is used up: Unable to allocate 3 TiB; take less"),
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"), "the memory is used up: CUDA out of"),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried"), "the memory is used up"),
        (RuntimeError("DataLoader worker (pid 3) is killed by signal: Bus error."), "a process that loads faces ended"),
        (RuntimeError("CUDA error: unspecified launch failure\nmore"), "the GPU failed: CUDA error: unspecified"),
        (UnicodeEncodeError("cp932", "é", 0, 1, "no"), "text cannot be written in the encoding cp932"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_every_failure_says_what_to_do(error: BaseException, said: str) -> None:
    sentence = str(sentence_of(error))
    assert sentence.startswith(said)
    assert "\n" not in sentence


@pytest.mark.parametrize("device", ["meta", "xpu", "xla", "mps", "hpu", "vulkan", "cpu:x", "gpu", "", "cuda:99"])
def test_a_device_that_computes_nothing_here_is_one_sentence(device: str) -> None:
    with pytest.raises(DeviceError) as caught:
        choose_compute(device)
    assert str(caught.value).startswith(f"device {device!r} ")
    assert str(caught.value).endswith("use --device cpu")
    assert "\n" not in str(caught.value)


def test_a_tensor_of_no_memory_is_said_of_torch_itself() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**50)
    assert str(sentence_of(caught.value)).startswith("the memory is used up")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp932"])
def test_a_terminal_that_lacks_a_character_gets_another(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmark.cli import main

    screen = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr("sys.stdout", screen)
    monkeypatch.setattr("sys.argv", ["bench", "list", "protocols"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    screen.flush()
    assert b"attribute-transfer" in screen.buffer.getvalue()  # type: ignore[attr-defined]
