"""Atomic files: a reader sees the old content or the new, and a failure leaves nothing behind."""

import hashlib
import os
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from benchmark.images.folder import open_images
from benchmark.runtime.atomic_files import (
    ABANDONED_SECONDS,
    TEMPORARY_SUFFIX,
    replacing,
    replacing_folder,
    sha256_of,
    write_text_atomically,
)
from benchmark.runtime.cache_folder import writable
from registry.errors import InputError
from tests.commands import python


def test_new_content_takes_the_place_of_the_old(tmp_path: Path) -> None:
    path = tmp_path / "below" / "file.txt"
    write_text_atomically(path, "old")
    write_text_atomically(path, "neu – ñ")
    assert path.read_text(encoding="utf-8") == "neu – ñ"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(("writer", "made_by"), [(replacing, "touch"), (replacing_folder, "mkdir")])
def test_a_stop_just_when_the_temporary_one_is_there_leaves_nothing(
    writer: Callable[[Path], AbstractContextManager[Path]],
    made_by: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make = getattr(Path, made_by)

    def stopped(path: Path, *words: Any, **settings: Any) -> None:
        make(path, *words, **settings)
        if path.name.endswith(TEMPORARY_SUFFIX):
            raise KeyboardInterrupt

    monkeypatch.setattr(Path, made_by, stopped)
    with pytest.raises(KeyboardInterrupt), writer(tmp_path / "file"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_the_old_content_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    write_text_atomically(path, "old")

    def fail() -> None:
        with replacing(path) as temporary:
            temporary.write_text("half of the n")
            raise RuntimeError("disk full")

    with pytest.raises(RuntimeError, match="disk full"):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_old_content_stands_until_the_block_ends(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    write_text_atomically(path, "old")
    with replacing(path, durable=False) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"


@pytest.mark.parametrize("name", ["stage.pth", "00000.png", "scores.parquet", "result.json", "card.yaml", "a.npz"])
def test_no_pattern_of_finished_files_takes_a_temporary_one_in(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with replacing(path) as temporary:
        assert temporary.parent == path.parent, "a file takes another's place within one file system only"
        assert not list(tmp_path.glob(f"*{path.suffix}"))
        assert not list(tmp_path.rglob(name))
        with pytest.raises(InputError, match="holds no image"):
            open_images(tmp_path)
        temporary.write_text("content")
    assert list(tmp_path.glob(f"*{path.suffix}")) == [path]


def test_files_get_the_permissions_of_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_text_atomically(tmp_path / "file.txt", "content")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "file.txt").stat().st_mode) == 0o640


KILLED = """
import os, sys
from pathlib import Path
from benchmark.runtime.atomic_files import replacing
with replacing(Path(sys.argv[1])) as temporary:
    temporary.write_text("half of the n")
    print("writing", flush=True)
    sys.stdin.read()
"""


@contextmanager
def writer_of(path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process in the middle of writing a file."""
    with python("-c", KILLED, path, stdin=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "writing\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_killed_writer_leaves_the_old_content_and_the_next_writer_sweeps_up(tmp_path: Path) -> None:
    path, other = tmp_path / "file.txt", tmp_path / "other.txt"
    path.write_text("old")
    with writer_of(path) as process:
        process.kill()
        process.wait(60)
        assert path.read_text() == "old"
        (left,) = set(tmp_path.iterdir()) - {path}
    assert left.name.endswith(TEMPORARY_SUFFIX)
    write_text_atomically(other, "new")
    assert set(tmp_path.iterdir()) == {path, other}


def test_a_living_writer_keeps_its_file(tmp_path: Path) -> None:
    path, other = tmp_path / "file.txt", tmp_path / "other.txt"
    with writer_of(path) as process:
        write_text_atomically(other, "new")
        (temporary,) = set(tmp_path.iterdir()) - {other}
        assert temporary.read_text() == "half of the n"
        process.communicate("", timeout=60)  # lets it end the block
        assert process.returncode == 0
    assert path.read_text() == "half of the n"
    assert set(tmp_path.iterdir()) == {path, other}


@pytest.mark.parametrize(("age", "kept"), [(ABANDONED_SECONDS - 60, True), (ABANDONED_SECONDS + 60, False)])
def test_a_file_of_another_machine_is_swept_a_day_later(tmp_path: Path, age: int, kept: bool) -> None:
    there = tmp_path / f".file.txt.another_machine-1-0123abcd{TEMPORARY_SUFFIX}"
    there.write_text("half")
    os.utime(there, (time.time() - age, time.time() - age))
    write_text_atomically(tmp_path / "other.txt", "new")
    assert there.exists() == kept


def test_what_is_only_named_like_a_temporary_file_is_left_alone(tmp_path: Path) -> None:
    own = [tmp_path / name for name in (f"mine{TEMPORARY_SUFFIX}", f".a.txt{TEMPORARY_SUFFIX}")]
    for path in own:
        path.write_text("mine")
        os.utime(path, (0, 0))
    write_text_atomically(tmp_path / "other.txt", "new")
    assert all(path.exists() for path in own)


def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    folder = tmp_path / "above" / "folder"
    with replacing_folder(folder) as temporary:
        (temporary / "old").touch()
        assert not folder.exists()
    with pytest.raises(FileNotFoundError), replacing_folder(folder) as temporary:
        (temporary / "half").rename(temporary / "whole")
    assert [path.name for path in folder.iterdir()] == ["old"]
    with replacing_folder(folder) as temporary:
        (temporary / "new").touch()
    assert [path.name for path in folder.iterdir()] == ["new"]
    assert [path.name for path in folder.parent.iterdir()] == ["folder"]


def test_a_folder_comes_back_where_an_interruption_keeps_the_new_one_from_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "old").touch()
    replace = Path.replace

    def interrupted(self: Path, target: Path) -> Path:
        if (self / "new").exists():
            raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt), replacing_folder(folder) as temporary:
        (temporary / "new").touch()
    assert [path.name for path in tmp_path.rglob("*")] == ["folder", "old"]


def test_a_folder_that_a_killed_writer_left_is_swept_up(tmp_path: Path) -> None:
    with replacing_folder(tmp_path / "folder") as temporary:
        name = temporary.name
    gone = subprocess.Popen(["true"])
    gone.wait()
    left = tmp_path / "inner" / name.replace(f"-{os.getpid()}-", f"-{gone.pid}-")
    left.mkdir(parents=True)
    (left / "half").touch()
    with replacing(tmp_path / "inner" / "file"):
        assert not left.exists()


def test_sha256_is_that_of_the_bytes(tmp_path: Path) -> None:
    content = bytes(range(256)) * 5000
    (tmp_path / "file").write_bytes(content)
    assert sha256_of(tmp_path / "file") == hashlib.sha256(content).hexdigest()


def test_a_folder_that_can_be_written_is_made_and_left_empty(tmp_path: Path) -> None:
    assert list(writable(tmp_path / "a" / "b", "run folder").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(InputError, match=r"run folder .*file/below cannot be written: Not a directory"):
        writable(tmp_path / "file" / "below", "run folder")
