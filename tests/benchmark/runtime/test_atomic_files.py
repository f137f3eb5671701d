"""Atomic files: a reader sees the old content or the new, and a failure leaves nothing behind."""

import hashlib
import os
import stat
from pathlib import Path

import pytest

from benchmark.runtime.atomic_files import replacing, sha256_of, write_text_atomically
from benchmark.runtime.cache_folder import writable
from registry.errors import InputError
from tests.commands import python


def test_new_content_takes_the_place_of_the_old(tmp_path: Path) -> None:
    path = tmp_path / "below" / "file.txt"
    write_text_atomically(path, "old")
    write_text_atomically(path, "neu – ñ")
    assert path.read_text(encoding="utf-8") == "neu – ñ"
    assert list(path.parent.iterdir()) == [path]


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


def test_the_temporary_file_has_the_suffix_of_the_final_one(tmp_path: Path) -> None:
    with replacing(tmp_path / "edit.png") as temporary:
        assert temporary.suffix == ".png"
        assert temporary.parent == tmp_path


def test_files_get_the_permissions_of_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_text_atomically(tmp_path / "file.txt", "content")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "file.txt").stat().st_mode) == 0o640


def test_a_killed_writer_leaves_the_old_content(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    write_text_atomically(path, "old")
    script = f"""
import os
from pathlib import Path
from benchmark.runtime.atomic_files import replacing
with replacing(Path({str(path)!r})) as temporary:
    temporary.write_text("half of the n")
    print("writing", flush=True)
    os.kill(os.getpid(), 9)
"""
    process = python("-c", script)
    assert process.communicate(timeout=60)[0] == "writing\n"
    assert process.returncode == -9
    assert path.read_text() == "old"


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
