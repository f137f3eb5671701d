"""Runs that are computed in a folder and kept at an address, from which another machine's sweep goes on.

Object stores have neither locks nor renames, so no run is computed there. Each goes there when it is finished. Its
record is written last; a run without one, or with files that are not as the record says, is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from benchmark.caching.file_record import changed_files
from benchmark.caching.fingerprints import STAMPS
from benchmark.results.run_folder import RESULT
from benchmark.runs.lock import lock_path
from benchmark.runs.status import run_folders
from benchmark.runtime.atomic_files import replacing_folder
from benchmark.runtime.json_files import ResultError, read_strictly, write_strictly
from benchmark.sweep.object_store import ObjectStore
from benchmark.sweep.stored_files import RECORDS, StoredFiles, files_to_store, inside, stored_files
from registry.errors import InputError

_SUFFIX = ".json"


class Storage:
    """A folder of runs, and the address at which those that are finished are kept.

    Args:
        store: the files at the address.
        runs: folder of all runs.
    """

    def __init__(self, store: ObjectStore, runs: Path) -> None:
        self.store = store
        self.runs = runs

    def fetch(self, say: Callable[[str], None]) -> None:
        """Bring finished runs that the folder lacks, or that others have stored anew.

        Args:
            say: takes what is fetched, and what is left out and why.

        Raises:
            InputError: if a run was finished here and stored by others; neither is written over.
        """
        names = [name for name in self.store.names(RECORDS) if name.endswith(_SUFFIX)]
        for path, content in zip(names, self.store.read(names), strict=True):
            try:
                name = inside(path.removeprefix(f"{RECORDS}/").removesuffix(_SUFFIX))
                record = _run_record(content)
            except ValueError:
                say(f"{self.store.address}/{path} is left out: it is no record of a stored run")
                continue
            if said := self._fetch(self.runs / name, name, record):
                say(said)

    def keep(self, run: Path) -> None:
        """Store a finished run.

        Raises:
            InputError: if it cannot be sent, or others have stored one of its name since it was looked for.
        """
        name = run.relative_to(self.runs).as_posix()
        there = self._there(name)
        if there is not None and there != self._known(name) and not _is_the_run_of(there, run):
            raise InputError(self._two_of(name))
        try:
            with FileLock(lock_path(run), timeout=0):
                self._send(name, there, stored_files(run, files_to_store(run)))
        except Timeout:
            raise InputError(f"{run} is not stored: another process works on it") from None

    def keep_all(self) -> None:
        """Store every finished run that is not stored as it is now, and what lies beside runs, such as pages.

        Raises:
            InputError: as `keep`.
        """
        runs = set(run_folders(self.runs))
        for run in sorted(runs):
            known = self._known(run.relative_to(self.runs).as_posix())
            if (run / RESULT).is_file() and not (known is not None and _is_the_run_of(known, run)):
                self.keep(run)
        beside = (path for path in files_to_store(self.runs) if runs.isdisjoint(path.parents))
        self._send("", self._there(""), stored_files(self.runs, beside))

    @contextmanager
    def keeping(self, say: Callable[[str], None]) -> Iterator[Callable[[Path], None]]:
        """A function that stores finished runs, one after the other, while others are computed.

        One that cannot be stored is said, and left to `keep_all`, as are those that wait when the block fails.
        """
        with ThreadPoolExecutor(1) as pool:

            def try_to_keep(run: Path) -> None:
                try:
                    self.keep(run)
                except (InputError, OSError) as error:
                    say(f"{run} is not stored yet: {error}")

            def keep_soon(run: Path) -> None:
                pool.submit(try_to_keep, run)

            try:
                yield keep_soon
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _fetch(self, run: Path, name: str, record: StoredFiles) -> str | None:
        """Fetch a run, where there is reason to, and say so."""
        known = self._known(name)
        if known == record and run.exists():  # as it was, or on its way to something newer
            return None
        if _is_the_run_of(record, run):
            self._write_known(name, record)
            return None
        if (run / RESULT).is_file() and not (known is not None and _is_the_run_of(known, run)):
            raise InputError(self._two_of(name))
        run.parent.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(lock_path(run), timeout=0):
                changed = self._download(run, name, record)
        except Timeout:
            return f"{run} is not fetched: another process works on it"
        if changed is not None:
            return f"{self.store.address}/{name} is left out: {changed} is not as it was stored"
        self._write_known(name, record)
        return f"{run}: fetched from {self.store.address}"

    def _download(self, run: Path, name: str, record: StoredFiles) -> str | None:
        """Put the stored run in place of what is in the folder; the name of a file that is another one, if any is."""
        try:
            with replacing_folder(run) as folder:
                self.store.download({f"{name}/{file}": folder / file for file in record.files})
                if changed := changed_files(folder, record.files):
                    raise _AnotherFileError(changed[0].relative_to(folder).as_posix())
        except _AnotherFileError as error:
            return str(error)
        return None

    def _send(self, name: str, there: StoredFiles | None, record: StoredFiles) -> None:
        """Make a folder at the address equal to the one here; between its first file and its last it has no record."""
        if there != record:
            before = there.files if there is not None else {}
            at = f"{name}/" if name else ""
            changed = [file for file, sha256 in record.files.items() if before.get(file) != sha256]
            self.store.remove(_record_path(name))
            self.store.upload({f"{at}{file}": self.runs / name / file for file in changed})
            for file in before.keys() - record.files.keys():
                self.store.remove(f"{at}{file}")
            self.store.write(_record_path(name), record.model_dump_json(indent=2).encode())
        self._write_known(name, record)

    def _there(self, name: str) -> StoredFiles | None:
        """What the address has of a folder; None where it has no record of it, or no longer one that can be read."""
        [content] = self.store.read([_record_path(name)])
        try:
            return None if content is None else StoredFiles.model_validate_json(content)
        except ValueError:
            return None

    def _known(self, name: str) -> StoredFiles | None:
        """What the address had of a folder when it was last looked at from here."""
        path = self.runs / _record_path(name)
        try:
            return read_strictly(path, StoredFiles) if path.is_file() else None
        except ResultError:
            return None

    def _write_known(self, name: str, record: StoredFiles) -> None:
        write_strictly(self.runs / _record_path(name), record)

    def _two_of(self, name: str) -> str:
        return (
            f"{self.runs / name} and {self.store.address}/{name} are two finished runs of one name; move one of them "
            "away, or choose another --runs or --storage"
        )


class _AnotherFileError(Exception):
    """A file that was fetched has another content than its record says."""


def _run_record(content: bytes | None) -> StoredFiles:
    record = StoredFiles.model_validate_json(content or b"")
    if RESULT not in record.files:
        raise ValueError("is the record of no finished run")
    return record


def _record_path(name: str) -> str:
    return f"{RECORDS}/{name}{_SUFFIX}" if name else f"{RECORDS}{_SUFFIX}"


def _is_the_run_of(record: StoredFiles, run: Path) -> bool:
    """Whether a run in its folder is the finished one of a record, by its result and the hashes of its files."""
    deciding = {file: record.files.get(file, "") for file in (RESULT, STAMPS)}
    return not changed_files(run, deciding)
