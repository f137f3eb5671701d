"""Finished runs at an address: what goes there, what comes back on another machine, and what is never written over."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Any

import fsspec
import pytest
from filelock import FileLock
from fsspec.implementations.memory import MemoryFileSystem
from pydantic import ValidationError

from benchmark.runs.lock import lock_path
from benchmark.runs.method_budgets import Bought, read_budgets, write_budgets
from benchmark.runtime.interruption import StopRequest
from benchmark.sweep import storage as storage_module
from benchmark.sweep.object_store import ObjectStore
from benchmark.sweep.storage import Storage
from benchmark.sweep.stored_files import NotStoredError, StoredFiles, visible_files
from registry.errors import InputError
from tests.commands import bench

ADDRESS, FAILING = "memory://bucket/study", "failing://bucket/study"
NAME, OTHER = "faces/tiny+a=[1]/seed0", "faces/tiny/seed1"
NAMES = [NAME, OTHER]


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
def emptied(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    fsspec.register_implementation("failing", FailingFileSystem, clobber=True)
    FailingFileSystem.left = 1000
    MemoryFileSystem.store.clear()
    MemoryFileSystem.pseudo_dirs[:] = [""]
    monkeypatch.setattr(storage_module, "_LOCK_SECONDS", 0.1)
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


def has_result(runs: Path) -> Callable[[str], bool]:
    """Whether a run is finished, where every result answers to its experiment."""
    return lambda name: (runs / name / "result.json").is_file()


def never(name: str) -> bool:
    """Whether a run is finished, where none answers to its experiment any longer."""
    return False


def fetched(runs: Path, address: str = ADDRESS, is_finished: Callable[[str], bool] = never) -> list[str]:
    """What is said while finished runs come into a folder, in which none answers to its experiment."""
    said: list[str] = []
    storage(runs, address).fetch(NAMES, is_finished, StopRequest(), said.append)
    return said


def kept(runs: Path, address: str = ADDRESS) -> list[str]:
    """What is said while a sweep that has looked at the address stores what is finished."""
    said: list[str] = []
    keeper = storage(runs, address)
    keeper.fetch(NAMES, has_result(runs), StopRequest(), lambda text: None)
    keeper.keep_all(NAMES, has_result(runs), StopRequest(), said.append)
    assert len(said) == len(keeper.not_stored)
    return said


def stored_anew_by_others(here: Path, elsewhere: Path) -> Path:
    """A run that was stored from here, and then computed and stored anew by another machine that had it from there."""
    run = run_in(here)
    assert kept(here) == []
    fetched(elsewhere)
    run_in(elsewhere, "second")
    assert kept(elsewhere) == []
    return run


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in visible_files(folder)}


def there(name: str, address: str = ADDRESS) -> bytes | None:
    """A file at the address."""
    [content] = ObjectStore(address).read([name])
    return content


@pytest.mark.parametrize("protocol", ["memory", "file"])
def test_another_machine_gets_what_is_finished(protocol: str, tmp_path: Path) -> None:
    address = ADDRESS if protocol == "memory" else f"file://{tmp_path}/bucket"
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    run = run_in(here)
    (run / ".result.json.partial").write_text("of a writer that was killed")
    (run / "log").symlink_to("/etc/hostname")
    unfinished = here / OTHER
    unfinished.mkdir(parents=True)
    (unfinished / "log.txt").write_text("measuring what a step costs")

    assert kept(here, address) == []
    assert fetched(elsewhere, address) == [f"{elsewhere / NAME}: fetched from {address}"]
    assert contents(elsewhere) == {f"{NAME}/{name}": content for name, content in contents(run).items()}
    assert len(contents(run)) == 4
    assert fetched(elsewhere, address) == [], "nothing twice"
    assert (there(f"{NAME}/log", address), there(f"{OTHER}/log.txt", address)) == (None, None)


def test_pages_are_stored_beside_those_of_others(tmp_path: Path) -> None:
    for place, dataset in (("here", "faces"), ("elsewhere", "birds")):
        runs = tmp_path / place
        (runs / "sweep" / "jobs").mkdir(parents=True)
        (runs / "sweep" / "jobs" / f"{dataset}.log").write_text("a log")
        run_in(runs, name=f"{dataset}/tiny/seed0")
        (runs / dataset / "leaderboard.html").write_text(place)
        (runs / "notes.txt").write_text("none of the sweep's")
        storage(runs).keep_pages([dataset], runs / "sweep")
    pages = ["faces/leaderboard.html", "birds/leaderboard.html", "sweep/jobs/faces.log", "sweep/jobs/birds.log"]
    assert [there(name) for name in pages] == [b"here", b"elsewhere", b"a log", b"a log"]
    assert [there(name) for name in ("notes.txt", "faces/tiny/seed0/result.json")] == [None, None]


def bought(cost: float) -> Bought:
    return Bought(budget="300cpu-s", options={"iterations": 10}, step_costs={"paint": cost}, measured_on="a machine")


def test_seeds_of_two_machines_cost_what_the_first_measured(tmp_path: Path) -> None:
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    files = [(run_in(place).parent / "budgets.json") for place in (here, elsewhere)]
    write_budgets(files[0], {"300": bought(1.0)})
    assert kept(here) == []
    write_budgets(files[1], {"300": bought(2.0), "420": bought(3.0)})
    assert kept(elsewhere) == []
    fetched(here)
    for path in files:
        costs = {key: each.step_costs["paint"] for key, each in read_budgets(path, print).items()}
        assert costs == {"300": 1.0, "420": 3.0}
    fetched(tmp_path / "third")
    assert (tmp_path / "third" / NAME / ".." / "budgets.json").read_bytes() == files[0].read_bytes()


def test_damaged_budgets_are_replaced_on_either_side(tmp_path: Path) -> None:
    path = run_in(tmp_path).parent / "budgets.json"
    write_budgets(path, {"300": bought(1.0)})
    whole = path.read_bytes()
    ObjectStore(ADDRESS).write(f"{path.parent.relative_to(tmp_path)}/budgets.json", b"cut")
    assert kept(tmp_path) == []
    path.write_bytes(b"cut")
    fetched(tmp_path)
    assert path.read_bytes() == whole


def test_a_run_that_is_stored_anew_comes_to_who_has_the_older_one(tmp_path: Path) -> None:
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    run = run_in(here)
    assert kept(here) == []
    fetched(elsewhere)
    run_in(elsewhere, "second")
    (elsewhere / NAME / "log.txt").unlink()
    assert kept(elsewhere) == []

    assert fetched(here) == [f"{run}: fetched from {ADDRESS}"]
    assert contents(run) == contents(elsewhere / NAME)
    assert "log.txt" not in contents(run)
    assert there(f"{NAME}/log.txt") is None


def test_only_what_changed_is_sent(tmp_path: Path) -> None:
    run = run_in(tmp_path)
    assert kept(tmp_path, FAILING) == []
    (run / "stamps.json").write_text("scored anew")
    FailingFileSystem.left = 1
    assert kept(tmp_path, FAILING) == []
    assert FailingFileSystem.left == 0
    assert kept(tmp_path, FAILING) == []
    assert there(f"{NAME}/stamps.json", FAILING) == b"scored anew"


def test_what_changes_within_a_sweep_is_sent_though_it_was_there_as_it_began(tmp_path: Path) -> None:
    run = run_in(tmp_path)
    assert kept(tmp_path) == []
    keeper = storage(tmp_path)
    keeper.fetch(NAMES, never, StopRequest(), print)
    (run / "stamps.json").write_text("scored anew")
    keeper.keep_all(NAMES, has_result(tmp_path), StopRequest(), print)
    assert there(f"{NAME}/stamps.json") == b"scored anew"


def test_every_address_gets_the_runs(tmp_path: Path) -> None:
    run_in(tmp_path)
    for address in (ADDRESS, "memory://another/place"):
        assert kept(tmp_path, address) == []
        assert there(f"{NAME}/result.json", address) == b"first result.json"
    MemoryFileSystem.store.clear()
    assert kept(tmp_path) == []
    assert there(f"{NAME}/result.json") == b"first result.json", "of an address that was emptied, too"


def test_what_was_sent_in_part_is_not_read_and_is_sent_again(tmp_path: Path) -> None:
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    run = run_in(here)
    assert kept(here, FAILING) == []
    run_in(here, "second")
    other = run_in(here, name=OTHER)
    FailingFileSystem.left = 2
    assert kept(here, FAILING) == [
        f"{each} is not stored yet: --storage {FAILING}: the connection was lost" for each in (run, other)
    ]
    assert fetched(elsewhere, FAILING) == []

    FailingFileSystem.left = 1000
    assert kept(here, FAILING) == []
    assert len(fetched(elsewhere, FAILING)) == 2
    assert contents(elsewhere / NAME) == contents(run)


def test_runs_are_kept_while_others_are_computed_and_one_that_fails_waits(tmp_path: Path) -> None:
    run_in(tmp_path)
    second = run_in(tmp_path, name=OTHER)
    said: list[str] = []
    keeper = storage(tmp_path, FAILING)
    FailingFileSystem.left = 5
    with keeper.keeping(StopRequest(), said.append) as keep:
        keep(NAME)
        keep(OTHER)
    assert said == [f"{second} is not stored yet: --storage {FAILING}: the connection was lost"]
    assert list(keeper.not_stored) == [OTHER]
    FailingFileSystem.left = 1000
    keeper.keep_all(NAMES, has_result(tmp_path), StopRequest(), said.append)
    assert keeper.not_stored == {}
    assert len(fetched(tmp_path / "elsewhere", FAILING)) == 2


@pytest.mark.parametrize("way", ["request", "exception"])
def test_a_stop_waits_for_the_run_that_is_being_sent_and_for_no_other(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_in(tmp_path)
    run_in(tmp_path, name=OTHER)
    begun, stop, sent = Event(), StopRequest(), list[str]()

    def upload(self: ObjectStore, files: dict[str, Path]) -> None:
        sent.extend(files)
        begun.set()
        go_on.wait(60)

    go_on = Event()
    monkeypatch.setattr(ObjectStore, "upload", upload)

    def keep_two(keep: Callable[[str], None]) -> None:
        keep(NAME)
        keep(OTHER)
        assert begun.wait(60)
        stop.requested = way == "request"
        go_on.set()
        if way == "exception":
            raise KeyboardInterrupt

    keeper = storage(tmp_path)
    if way == "request":
        with keeper.keeping(stop, print) as keep:
            keep_two(keep)
    else:
        with pytest.raises(KeyboardInterrupt), keeper.keeping(stop, print) as keep:
            keep_two(keep)
    assert {name.startswith(NAME) for name in sent} == {True}
    assert there(f"{NAME}/stored.json") is not None


def test_a_stop_ends_fetching_and_keeping(tmp_path: Path) -> None:
    run_in(tmp_path)
    assert kept(tmp_path) == []
    stop = StopRequest()
    stop.requested = True
    elsewhere = storage(tmp_path / "elsewhere")
    elsewhere.fetch(NAMES, never, stop, print)
    assert not (tmp_path / "elsewhere" / NAME).exists()
    run_in(tmp_path, name=OTHER)
    storage(tmp_path).keep_all(NAMES, has_result(tmp_path), stop, print)
    assert there(f"{OTHER}/result.json") is None


def test_two_runs_of_one_name_are_both_left_as_they_are_and_others_go_on(tmp_path: Path) -> None:
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    run_in(here)
    assert kept(here) == []
    run = run_in(elsewhere, "another")
    run_in(elsewhere, name=OTHER)
    both = (
        f"{run} and {ADDRESS}/{NAME} are two runs of one name; move one of them away, or choose another --runs or "
        "--storage"
    )
    assert fetched(elsewhere) == [f"{both}; the one here is used as it is"]
    assert kept(elsewhere) == [f"{run} is not stored yet: {both}"]
    assert contents(run)["result.json"] == b"another result.json"
    assert there(f"{NAME}/result.json") == b"first result.json"
    assert there(f"{OTHER}/result.json") == b"first result.json"


@pytest.mark.parametrize("left", ["stamps.json", "result.json"])
def test_what_was_begun_here_by_itself_is_not_replaced(left: str, tmp_path: Path) -> None:
    run_in(tmp_path / "here")
    assert kept(tmp_path / "here") == []
    run = run_in(tmp_path / "elsewhere", "another")
    for name in {"stamps.json", "result.json"} - {left}:
        (run / name).unlink()
    before = contents(run)
    [said] = fetched(tmp_path / "elsewhere")
    assert said.endswith("; the one here is used as it is")
    assert contents(run) == before


def test_what_answers_to_its_experiment_is_not_replaced_though_others_stored_it_anew(tmp_path: Path) -> None:
    here = tmp_path / "here"
    run = stored_anew_by_others(here, tmp_path / "elsewhere")
    [said] = fetched(here, is_finished=has_result(here))
    assert said.endswith("; the one here is used as it is")
    assert contents(run)["result.json"] == b"first result.json"


def test_what_was_computed_anew_here_and_stored_anew_by_others_is_left_on_both_sides(tmp_path: Path) -> None:
    here = tmp_path / "here"
    run = stored_anew_by_others(here, tmp_path / "elsewhere")
    run_in(here, "third")
    [said] = fetched(here)
    assert said.endswith("; the one here is used as it is")
    assert contents(run)["result.json"] == b"third result.json"
    [said] = kept(here)
    assert "are two runs of one name" in said
    assert there(f"{NAME}/result.json") == b"second result.json"


def test_a_run_that_no_longer_answers_to_its_experiment_is_not_stored(tmp_path: Path) -> None:
    run = run_in(tmp_path)
    assert kept(tmp_path) == []
    (run / "stamps.json").write_text("of a job that failed midway")
    keeper = storage(tmp_path)
    keeper.fetch(NAMES, never, StopRequest(), print)
    keeper.keep_all(NAMES, never, StopRequest(), print)
    assert there(f"{NAME}/stamps.json") == b"first stamps.json"


def test_an_address_that_does_not_answer_is_asked_thrice(tmp_path: Path) -> None:
    names = [f"faces/tiny/seed{number}" for number in range(5)]
    for name in names:
        run_in(tmp_path, name=name)
    keeper = storage(tmp_path, FAILING)
    FailingFileSystem.left = 0
    said: list[str] = []
    keeper.keep_all(names, has_result(tmp_path), StopRequest(), said.append)
    assert len(said) == 3
    assert list(keeper.not_stored) == names
    assert keeper.not_stored[names[-1]] == f"{FAILING} does not answer"


def test_a_record_that_was_copied_with_its_run_is_no_file_of_it(tmp_path: Path) -> None:
    run = run_in(tmp_path)
    assert kept(tmp_path) == []
    (run / "stored.json").write_bytes(there(f"{NAME}/stored.json") or b"")
    (run / "stamps.json").write_text("scored anew")
    assert kept(tmp_path) == []
    assert len(fetched(tmp_path / "elsewhere")) == 1
    assert "stored.json" not in contents(tmp_path / "elsewhere" / NAME)


def test_one_that_failed_before_anything_was_computed_is_replaced(tmp_path: Path) -> None:
    run_in(tmp_path / "here")
    assert kept(tmp_path / "here") == []
    run = tmp_path / "elsewhere" / NAME
    run.mkdir(parents=True)
    (run / "log.txt").write_text("a traceback")
    assert len(fetched(tmp_path / "elsewhere")) == 1
    assert contents(run) == contents(tmp_path / "here" / NAME)


def test_one_that_was_computed_alike_is_the_same_run(tmp_path: Path) -> None:
    run_in(tmp_path / "here")
    assert kept(tmp_path / "here") == []
    run = run_in(tmp_path / "elsewhere")
    (run / "log.txt").write_text("of another machine")
    assert fetched(tmp_path / "elsewhere") == []
    assert contents(run)["log.txt"] == b"of another machine"
    assert kept(tmp_path / "elsewhere") == []


def test_a_run_that_is_being_computed_anew_is_not_replaced_and_then_is_stored(tmp_path: Path) -> None:
    run = run_in(tmp_path)
    assert kept(tmp_path) == []
    (run / "result.json").unlink()
    assert fetched(tmp_path) == []
    assert not (run / "result.json").exists()
    run_in(tmp_path, "second")
    assert kept(tmp_path) == []
    assert there(f"{NAME}/result.json") == b"second result.json"


def test_one_that_was_removed_here_comes_again(tmp_path: Path) -> None:
    run = run_in(tmp_path)
    assert kept(tmp_path) == []
    run.rename(tmp_path / "away")
    assert fetched(tmp_path) == [f"{run}: fetched from {ADDRESS}"]


def test_a_run_that_another_process_works_on_waits(tmp_path: Path) -> None:
    run_in(tmp_path / "here")
    assert kept(tmp_path / "here") == []
    run = tmp_path / "elsewhere" / NAME
    run.mkdir(parents=True)
    with FileLock(lock_path(run)):
        assert fetched(tmp_path / "elsewhere") == [f"{run} is not fetched: another process works on it"]
    finished = run_in(tmp_path / "elsewhere", name=OTHER)
    with FileLock(lock_path(finished)), pytest.raises(NotStoredError, match="is not stored: another process works"):
        storage(tmp_path / "elsewhere").keep(OTHER)


@pytest.mark.parametrize("harm", ["changed", "missing"])
def test_a_file_that_is_not_as_it_was_stored_leaves_its_run_out_until_it_is_stored_again(
    harm: str, tmp_path: Path
) -> None:
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    run_in(here)
    assert kept(here) == []
    if harm == "changed":
        ObjectStore(ADDRESS).write(f"{NAME}/log.txt", b"cut")
    else:
        ObjectStore(ADDRESS).remove(f"{NAME}/log.txt")
    assert fetched(elsewhere) == [f"{ADDRESS}/{NAME} is left out: log.txt is not as it was stored"]
    assert contents(elsewhere) == {}
    assert kept(here) == []
    assert len(fetched(elsewhere)) == 1
    assert contents(elsewhere / NAME) == contents(here / NAME)


def test_a_run_that_is_stored_anew_while_it_is_fetched_keeps_its_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    run_in(here)
    assert kept(here) == []
    download = ObjectStore.download

    def replaced_meanwhile(self: ObjectStore, files: dict[str, Path]) -> None:
        run_in(here, "second")
        assert kept(here) == []
        download(self, files)

    monkeypatch.setattr(ObjectStore, "download", replaced_meanwhile)
    [said] = fetched(elsewhere)
    assert "is left out: " in said
    assert there(f"{NAME}/stored.json") is not None


CONTENT = b"what a record could lead to"
FINISHED = dict.fromkeys(("result.json", "stamps.json"), hashlib.sha256(CONTENT).hexdigest())
OUTSIDE = (
    "../../a",
    "/etc/passwd",
    "a\\b",
    "a\nb",
    ".hidden",
    "a/../b",
    "a//b",
    "stored.json",
    "result.json/x",
    "a" * 256,
)


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"result.json": FINISHED["result.json"]},
        FINISHED | {"log.txt": "0" * 63},
        *(FINISHED | {name: FINISHED["result.json"]} for name in ("", *OUTSIDE)),
    ],
)
def test_a_record_of_anything_else_than_a_run_is_left_out(files: dict[str, str], tmp_path: Path) -> None:
    at = ObjectStore(ADDRESS)
    for name in files:
        with suppress(InputError):  # of names that cannot lie there together
            at.write(f"{NAME}/{name}", CONTENT)
    content = json.dumps({"schema_version": 1, "files": files})
    at.write(f"{NAME}/stored.json", content.encode())
    assert fetched(tmp_path) == [f"{ADDRESS}/{NAME} is left out: stored.json is no record of a finished run"]
    assert contents(tmp_path) == {}
    with pytest.raises(ValidationError):
        StoredFiles.model_validate_json(content)
    run_in(tmp_path)
    assert kept(tmp_path) == []


def test_a_file_whose_name_no_storage_takes_is_a_sentence(tmp_path: Path) -> None:
    run = run_in(tmp_path)
    (run / "a\\b").touch()
    run_in(tmp_path, name=OTHER)
    [said] = kept(tmp_path)
    assert said.startswith(f"{run} is not stored yet: {run} cannot be stored: ")
    assert there(f"{OTHER}/result.json") is not None


def test_what_lies_at_the_address_stays(tmp_path: Path) -> None:
    ObjectStore(ADDRESS).write("writable", b"a user's own")
    run_in(tmp_path)
    assert kept(tmp_path) == []
    assert there("writable") == b"a user's own"
    assert {path.split("/")[3] for path in MemoryFileSystem.store} == {"writable", "faces"}


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("bucket/study", "--storage 'bucket/study': write an address that fsspec opens, such as s3://bucket/study"),
        ("s3:///study", "--storage 's3:///study': write an address that fsspec opens, such as s3://bucket/study"),
        ("s3:///", "--storage 's3:///': write an address that fsspec opens, such as s3://bucket/study"),
        ("nosuch://bucket", "--storage nosuch://bucket: Protocol not known: nosuch"),
        ("ftp://me:hunter2@host/study", "--storage takes no password, "),
        ("s3://KEY:hun/ter2@bucket/study", "--storage takes no password, "),
        ("http://host/study?signature=hunter2", "--storage takes no password, "),
        ("simplecache::s3://bucket/hunter2", "--storage takes no password, "),
        ("file:///proc/study", "--storage file:///proc/study: [Errno 2] No such file or directory"),
    ],
)
def test_a_wrong_address_is_a_sentence_before_anything_runs(address: str, said: str, tmp_path: Path) -> None:
    outcome = bench("sweep", "--methods", "copy-target", "--runs", tmp_path / "runs", "--storage", address)
    assert outcome.code == 2
    assert outcome.sentence.removeprefix("bench: ").startswith(said)
    assert "hunter2" not in outcome.err
    assert "ter2@" not in outcome.err
    assert not (tmp_path / "runs").exists()
