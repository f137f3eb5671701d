"""Finished runs at an address: what goes there, what comes back on another machine, and what is never written over."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from filelock import FileLock
from fsspec.implementations.memory import MemoryFileSystem

from benchmark.runs.lock import lock_path
from benchmark.sweep.object_store import ObjectStore
from benchmark.sweep.storage import Storage
from benchmark.sweep.stored_files import StoredFiles, inside
from registry.errors import InputError
from tests.commands import bench

ADDRESS = "memory://bucket/study"
NAME = "faces/tiny+a=[1]/seed0"


class FailingFileSystem(MemoryFileSystem):
    """One of memory whose connection ends once so many more files were written."""

    protocol = "failing"
    left = 1000

    def put_file(self, *args: Any, **options: Any) -> None:
        if FailingFileSystem.left == 0:
            raise RuntimeError("the connection was lost\nwith a second line")
        FailingFileSystem.left -= 1
        super().put_file(*args, **options)


@pytest.fixture(autouse=True)
def emptied() -> Iterator[None]:
    fsspec.register_implementation("failing", FailingFileSystem, clobber=True)
    FailingFileSystem.left = 1000
    MemoryFileSystem.store.clear()
    MemoryFileSystem.pseudo_dirs[:] = [""]
    yield
    MemoryFileSystem.store.clear()


def run_in(runs: Path, content: str = "first", name: str = NAME) -> Path:
    """A folder as a finished run leaves it."""
    run = runs / name
    (run / "edits" / "style-copy").mkdir(parents=True, exist_ok=True)
    for file in ("result.json", "stamps.json", "log.txt", "edits/style-copy/0.png"):
        (run / file).write_text(f"{content} {file}")
    return run


def storage(runs: Path, address: str = ADDRESS) -> Storage:
    return Storage(ObjectStore(address), runs)


def fetched(runs: Path, address: str = ADDRESS) -> list[str]:
    """What is said while finished runs come into a folder."""
    said: list[str] = []
    storage(runs, address).fetch(said.append)
    return said


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".") and "stored" not in path.relative_to(folder).parts[0]
    }


@pytest.mark.parametrize("protocol", ["memory", "file"])
def test_another_machine_gets_the_runs_and_not_what_is_unfinished(protocol: str, tmp_path: Path) -> None:
    address = ADDRESS if protocol == "memory" else f"file://{tmp_path}/bucket"
    here, there = tmp_path / "here", tmp_path / "there"
    run = run_in(here)
    (run / ".result.json.partial").write_text("of a writer that was killed")
    unfinished = here / "faces" / "tiny" / "seed1"
    unfinished.mkdir(parents=True)
    for name in ("stamps.json", "log.txt"):
        (unfinished / name).write_text("{}")
    (here / "faces" / "leaderboard.md").write_text("a table")
    (here / "sweep.lock").touch()

    storage(here, address).keep_all()
    assert fetched(there, address) == [f"{there / NAME}: fetched from {address}"]
    assert contents(there / NAME) == contents(run)
    assert [path.name for path in there.iterdir()] == ["faces", "stored"], "runs come back, and no pages"
    assert fetched(there, address) == [], "nothing twice"

    names = {name for name in ObjectStore(address).names("") if not name.startswith("stored")}
    assert names == {f"{NAME}/{file}" for file in contents(run)} | {"faces/leaderboard.md"}


def test_a_run_that_is_stored_anew_comes_to_who_has_the_older_one(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    run = run_in(here)
    storage(here).keep(run)
    fetched(there)
    run_in(there, "second")
    (there / NAME / "log.txt").unlink()
    storage(there).keep_all()

    assert fetched(here) == [f"{run}: fetched from {ADDRESS}"]
    assert contents(run) == contents(there / NAME)
    assert "log.txt" not in contents(run)
    assert not any(name.endswith("log.txt") for name in ObjectStore(ADDRESS).names(""))


def test_only_what_changed_is_sent(tmp_path: Path) -> None:
    address = "failing://bucket/study"
    run = run_in(tmp_path)
    storage(tmp_path, address).keep_all()
    (run / "stamps.json").write_text("scored anew")
    FailingFileSystem.left = 1
    storage(tmp_path, address).keep_all()
    assert FailingFileSystem.left == 0
    storage(tmp_path, address).keep_all()
    assert ObjectStore(address).read([f"{NAME}/stamps.json"]) == [b"scored anew"]


def test_what_was_sent_in_part_is_not_read_and_is_sent_again(tmp_path: Path) -> None:
    address = "failing://bucket/study"
    run = run_in(tmp_path / "here")
    storage(tmp_path / "here", address).keep(run)
    run_in(tmp_path / "here", "second")
    FailingFileSystem.left = 2
    with pytest.raises(InputError, match=r"^--storage failing://bucket/study: the connection was lost$"):
        storage(tmp_path / "here", address).keep_all()
    assert fetched(tmp_path / "there", address) == []

    FailingFileSystem.left = 1000
    storage(tmp_path / "here", address).keep_all()
    assert len(fetched(tmp_path / "there", address)) == 1
    assert contents(tmp_path / "there" / NAME) == contents(run)


def test_runs_are_kept_while_others_are_computed_and_one_that_fails_waits(tmp_path: Path) -> None:
    address = "failing://bucket/study"
    first, second = run_in(tmp_path), run_in(tmp_path, name="faces/tiny/seed1")
    said: list[str] = []
    keeper = storage(tmp_path, address)
    FailingFileSystem.left = 5
    with keeper.keeping(said.append) as keep:
        keep(first)
        keep(second)
    assert said == [f"{second} is not stored yet: --storage {address}: the connection was lost"]
    FailingFileSystem.left = 1000
    keeper.keep_all()
    assert len(fetched(tmp_path / "there", address)) == 2


def test_two_finished_runs_of_one_name_are_both_left_as_they_are(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    storage(here).keep(run_in(here))
    run = run_in(there, "another")
    message = f"{run} and {ADDRESS}/{NAME} are two finished runs of one name; "
    for attempt in (lambda: fetched(there), storage(there).keep_all):
        with pytest.raises(InputError) as caught:
            attempt()
        assert str(caught.value).startswith(message)
    assert contents(run)["result.json"] == b"another result.json"
    assert ObjectStore(ADDRESS).read([f"{NAME}/result.json"]) == [b"first result.json"]


def test_one_that_was_computed_alike_is_the_same_run(tmp_path: Path) -> None:
    storage(tmp_path / "here").keep(run_in(tmp_path / "here"))
    run = run_in(tmp_path / "there")
    (run / "log.txt").write_text("of another machine")
    assert fetched(tmp_path / "there") == []
    assert contents(run)["log.txt"] == b"of another machine"


def test_a_run_that_is_being_computed_anew_is_not_replaced(tmp_path: Path) -> None:
    run = run_in(tmp_path)
    storage(tmp_path).keep(run)
    (run / "result.json").unlink()
    assert fetched(tmp_path) == []
    assert not (run / "result.json").exists()


def test_a_run_that_another_process_works_on_waits(tmp_path: Path) -> None:
    storage(tmp_path / "here").keep(run_in(tmp_path / "here"))
    run = tmp_path / "there" / NAME
    run.mkdir(parents=True)
    with FileLock(lock_path(run)):
        assert fetched(tmp_path / "there") == [f"{run} is not fetched: another process works on it"]
    finished = run_in(tmp_path / "there", name="faces/tiny/seed1")
    with FileLock(lock_path(finished)), pytest.raises(InputError, match="is not stored: another process works on it"):
        storage(tmp_path / "there").keep(finished)


@pytest.mark.parametrize("harm", ["changed", "missing"])
def test_a_file_that_is_not_as_it_was_stored_leaves_its_run_out(harm: str, tmp_path: Path) -> None:
    storage(tmp_path / "here").keep(run_in(tmp_path / "here"))
    there = ObjectStore(ADDRESS)
    if harm == "changed":
        there.write(f"{NAME}/log.txt", b"cut")
    else:
        there.remove(f"{NAME}/log.txt")
    [said] = fetched(tmp_path / "there")
    assert said == f"{ADDRESS}/{NAME} is left out: log.txt is not as it was stored"
    assert contents(tmp_path / "there") == {}


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"log.txt": "0" * 64},
        {"result.json": "0" * 63},
        {"result.json": "0" * 64, "../../outside": "0" * 64},
        {"result.json": "0" * 64, "/etc/passwd": "0" * 64},
        {"result.json": "0" * 64, "a\\b": "0" * 64},
        {"result.json": "0" * 64, "a\nb": "0" * 64},
        {"result.json": "0" * 64, ".hidden": "0" * 64},
    ],
)
def test_a_record_of_anything_else_than_a_run_is_left_out(files: dict[str, str], tmp_path: Path) -> None:
    ObjectStore(ADDRESS).write(f"stored/{NAME}.json", json.dumps({"schema_version": 1, "files": files}).encode())
    assert fetched(tmp_path) == [f"{ADDRESS}/stored/{NAME}.json is left out: it is no record of a stored run"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["", ".", "..", "a/../b", "/a", "a//b", "a/", "./a", "a/.b", "a\\b"])
def test_a_path_stays_in_its_folder(name: str) -> None:
    with pytest.raises(ValueError, match="is no path of a file in its folder"):
        inside(name)


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    storage(tmp_path).keep(run_in(tmp_path))
    [content] = ObjectStore(ADDRESS).read([f"stored/{NAME}.json"])
    assert StoredFiles.model_validate_json(content or b"").files.keys() == contents(tmp_path / NAME).keys()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("bucket/study", "--storage 'bucket/study': write an address that fsspec opens, such as s3://bucket/study"),
        ("nosuch://bucket", "--storage nosuch://bucket: Protocol not known: nosuch"),
        ("ftp://me:secret@host/study", "--storage: an address with a password would stand in logs; "),
        ("file:///nowhere/at/all", "--storage file:///nowhere/at/all: [Errno 2] No such file or directory"),
        ("http://127.0.0.1:9/study", "--storage http://127.0.0.1:9/study: "),
    ],
)
def test_a_wrong_address_is_a_sentence_before_anything_runs(address: str, said: str, tmp_path: Path) -> None:
    outcome = bench("sweep", "--methods", "copy-target", "--runs", tmp_path / "runs", "--storage", address)
    assert outcome.code == 2
    assert outcome.sentence.removeprefix("bench: ").startswith(said)
    assert "secret" not in outcome.err
    assert not (tmp_path / "runs").exists()
