"""Runs that are computed in a folder and kept at an address, from which another machine's sweep goes on.

Object stores have neither locks nor renames, so no run is computed there. Each goes there when it is finished. Its
record is written last; a run without one, or with files that are not as the record says, is left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Final

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from benchmark.caching.file_record import changed_files
from benchmark.results.run_folder import BUDGETS, RESULT
from benchmark.runs.lock import lock_path
from benchmark.runs.method_budgets import Bought, read_budgets, write_budgets
from benchmark.runtime.atomic_files import replacing_folder
from benchmark.runtime.interruption import StopRequest
from benchmark.runtime.json_files import ResultError, read_strictly, write_strictly
from benchmark.sweep.object_store import ObjectStore
from benchmark.sweep.stored_files import DECIDING, RECORD, NotStoredError, StoredFiles, stored_files, visible_files
from registry.errors import InputError

_LOCK_SECONDS: Final = 5.0
"""How long a run's lock is waited for, which is taken for a moment by who asks for its status."""
_POLL_SECONDS: Final = 0.2
_IN_A_ROW: Final = 3
"""Runs that cannot be sent one after the other, after which the address counts as gone."""
Say = Callable[[str], None]
"""Takes a line for people."""


class _Known(BaseModel):
    """What the address had of a run when this folder last had the same.

    Attributes:
        record: SHA-256 of its record.
        deciding: those of the files that tell runs apart.
    """

    model_config = ConfigDict(extra="forbid")
    record: str
    deciding: dict[str, str]


class Storage:
    """A folder of runs, and the address at which those that are finished are kept.

    Runs go by their names: their paths in the folder, and at the address.

    Args:
        store: the files at the address.
        runs: folder of all runs.

    Attributes:
        not_stored: why each run is not that could not be sent, by name.
    """

    def __init__(self, store: ObjectStore, runs: Path) -> None:
        self.store = store
        self.runs = runs
        self.not_stored: dict[str, str] = {}
        self._known_in = runs / ".stored" / hashlib.sha256(store.address.encode()).hexdigest()[:16]
        self._as_known: set[str] = set()  # names of runs whose record there is the one that is known

    def fetch(self, names: Sequence[str], is_finished: Callable[[str], bool], stop: StopRequest, say: Say) -> None:
        """Bring finished runs that the folder lacks, or that others have stored anew since it had them.

        What is finished here, or was begun by itself, is left as it is; where another run lies there, that is said.

        Args:
            names: of the runs.
            is_finished: whether one is, as it lies here.
            stop: ends it after a run.
            say: takes what is fetched, and what is left out and why.

        Raises:
            InputError: if the address does not answer.
        """
        for folder in _folders(names):
            self._share_budgets(folder, say)
        for name, content in zip(names, self.store.read([_record(name) for name in names]), strict=True):
            if stop.requested:
                return
            if content is not None and (said := self._fetch(name, content, is_finished)) is not None:
                say(said)

    def keep(self, name: str) -> None:
        """Store a finished run, as it is.

        Raises:
            NotStoredError: if another run of its name was stored there, a process works on the one here, or it has a
                file with a name that no storage takes.
            InputError: if the address does not answer.
        """
        run = self.runs / name
        try:
            with FileLock(lock_path(run), timeout=_LOCK_SECONDS):
                self._send(name, run)
        except Timeout:
            raise NotStoredError(f"{run} is not stored: another process works on it") from None
        self.not_stored.pop(name, None)

    def keep_all(self, names: Iterable[str], is_finished: Callable[[str], bool], stop: StopRequest, say: Say) -> None:
        """Store the finished ones of runs that are not stored as they are now.

        Args:
            names: of the runs.
            is_finished: whether one is, as it lies here.
            stop: ends it after a run.
            say: takes why one is not stored, which `not_stored` has too.
        """
        failed = 0
        for name in names:
            if stop.requested:
                return
            if self._is_kept(name) or not is_finished(name):
                continue
            if failed == _IN_A_ROW:
                self.not_stored[name] = f"{self.store.address} does not answer"
            else:
                failed = 0 if self._try_to_keep(name, say) else failed + 1

    def keep_pages(self, datasets: Iterable[str], folder: Path) -> None:
        """Store the files beside runs, in place of those that lie there; none is removed.

        Args:
            datasets: whose leaderboards they are.
            folder: of the sweep's own files, whose record, logs and reports are stored too.

        Raises:
            InputError: if the address does not answer.
        """
        beside = [path for dataset in datasets for path in sorted((self.runs / dataset).glob("[!.]*"))]
        paths = [*(path for path in beside if path.is_file()), *visible_files(folder)]
        self.store.upload({path.relative_to(self.runs).as_posix(): path for path in paths})

    @contextmanager
    def keeping(self, stop: StopRequest, say: Say) -> Iterator[Callable[[str], None]]:
        """A function that stores finished runs, one after the other, while others are computed.

        The block ends when all are stored; once `stop` is requested, or if it fails, when the one is that is being
        sent. One that cannot be stored is said, and left to `keep_all`.
        """
        pool = ThreadPoolExecutor(1)
        sending: list[Future[bool]] = []

        def keep_soon(name: str) -> None:
            sending.append(pool.submit(self._try_to_keep, name, say))

        try:
            yield keep_soon
            while not stop.requested and wait(sending, _POLL_SECONDS).not_done:
                pass
        finally:
            pool.shutdown(cancel_futures=True)
        for each in sending:
            if not each.cancelled():
                each.result()

    def _try_to_keep(self, name: str, say: Say) -> bool:
        """Store a run, or say why not; False where the reason may be the address's."""
        try:
            self.keep(name)
        except (InputError, OSError) as error:
            self.not_stored[name] = str(error)
            say(f"{self.runs / name} is not stored yet: {error}")
            return isinstance(error, NotStoredError)
        return True

    def _fetch(self, name: str, content: bytes, is_finished: Callable[[str], bool]) -> str | None:
        """Fetch a run, where there is reason to, and say so."""
        run, known = self.runs / name, self._known(name)
        if known is not None and known.record == _sha256(content):
            self._as_known.add(name)
            if run.exists():  # as it was, or on its way to something newer
                return None
        try:
            record = StoredFiles.model_validate_json(content)
        except ValidationError:
            return f"{self.store.address}/{name} is left out: {RECORD} is no record of a finished run"
        run.parent.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(lock_path(run), timeout=_LOCK_SECONDS):
                return self._fetch_alone(name, run, record, content, is_finished)
        except Timeout:
            return f"{run} is not fetched: another process works on it"

    def _fetch_alone(
        self, name: str, run: Path, record: StoredFiles, content: bytes, is_finished: Callable[[str], bool]
    ) -> str | None:
        if (run / RESULT).is_file() and not changed_files(run, record.deciding):
            self._note(name, record, content)
            return None
        known = self._known(name)
        is_as_it_was = known is not None and (run / RESULT).is_file() and not changed_files(run, known.deciding)
        if is_finished(name) or (any((run / file).is_file() for file in DECIDING) and not is_as_it_was):
            return f"{self._two_of(name)}; the one here is used as it is"
        try:
            with replacing_folder(run) as folder:
                self.store.download({f"{name}/{file}": folder / file for file in record.files})
                if changed := changed_files(folder, record.files):
                    raise _AnotherFileError(changed[0].relative_to(folder).as_posix())
        except _AnotherFileError as error:
            if list(self.store.read([_record(name)])) == [content]:  # not one that is being replaced
                self.store.remove(_record(name))
            return f"{self.store.address}/{name} is left out: {error} is not as it was stored"
        self._note(name, record, content)
        return f"{run}: fetched from {self.store.address}"

    def _send(self, name: str, run: Path) -> None:
        """Make a run at the address equal to the one here; between its first file and its last it has no record."""
        [there] = self.store.read([_record(name)])
        try:
            before = None if there is None else StoredFiles.model_validate_json(there)
        except ValidationError:
            before = None
        known = self._known(name)
        is_known = known is not None and there is not None and known.record == _sha256(there)
        if before is not None and not is_known and changed_files(run, before.deciding):
            raise NotStoredError(self._two_of(name))
        record = stored_files(run)
        content = record.as_bytes()
        if content != there:
            old = before.files if before is not None else {}
            changed = [file for file, sha256 in record.files.items() if old.get(file) != sha256]
            self._as_known.discard(name)
            self.store.remove(_record(name))
            self.store.upload({f"{name}/{file}": run / file for file in changed})
            for file in old.keys() - record.files.keys():
                self.store.remove(f"{name}/{file}")
            self._share_budgets(PurePosixPath(name).parent.as_posix(), lambda text: None)
            self.store.write(_record(name), content)
        self._note(name, record, content)

    def _share_budgets(self, folder: str, say: Say) -> None:
        """Have here and there what either has bought for a method's seeds; what was there first counts."""
        name = f"{folder}/{BUDGETS}"
        path, [content] = self.runs / name, self.store.read([name])
        there: dict[str, Bought] = {}
        if content is not None:
            with TemporaryDirectory() as place:
                copy = Path(place) / BUDGETS
                copy.write_bytes(content)
                there = read_budgets(copy, lambda text: None)
        if not there and not path.is_file():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(f".{path.name}.lock")):
            here = read_budgets(path, say)
            bought = {**here, **there}
            if bought != here:
                write_budgets(path, bought)
        if bought != there:
            self.store.upload({name: path})

    def _is_kept(self, name: str) -> bool:
        """Whether the address has a run as it is here, of those that this process has looked at there."""
        known = self._known(name) if name in self._as_known else None
        return known is not None and not changed_files(self.runs / name, known.deciding)

    def _known(self, name: str) -> _Known | None:
        path = self._known_in / f"{name}.json"
        try:
            return read_strictly(path, _Known) if path.is_file() else None
        except ResultError:
            return None

    def _note(self, name: str, record: StoredFiles, content: bytes) -> None:
        known = _Known(record=_sha256(content), deciding=record.deciding)
        write_strictly(self._known_in / f"{name}.json", known)
        self._as_known.add(name)

    def _two_of(self, name: str) -> str:
        return (
            f"{self.runs / name} and {self.store.address}/{name} are two runs of one name; move one of them away, "
            "or choose another --runs or --storage"
        )


class _AnotherFileError(Exception):
    """A file that was fetched has another content than its record says."""


def _folders(names: Iterable[str]) -> list[str]:
    """Of methods, which hold the runs of their seeds."""
    return list(dict.fromkeys(PurePosixPath(name).parent.as_posix() for name in names))


def _record(name: str) -> str:
    return f"{name}/{RECORD}"


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
