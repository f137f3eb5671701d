"""Download of one file over HTTPS: resumed where a connection dropped, checked by its hash, atomic, retried."""

from __future__ import annotations

import http.client
import os
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from filelock import FileLock

from benchmark.runtime.atomic_files import sha256_of

BLOCK: Final = 1 << 20
TIMEOUT: Final = 30.0
"""Seconds without a byte after which a connection counts as dropped."""

Count = Callable[[int, int], None]
"""Called with the bytes here so far and the bytes of the whole file."""


class DownloadError(OSError):
    """A file that could not be fetched; the message names the address and the reason."""


class _Dropped(Exception):
    """The transfer failed in a way that another attempt may mend."""


def download(
    url: str, path: Path, sha256: str, *, attempts: int = 4, pause: float = 1.0, count: Count | None = None
) -> None:
    """Fetch a file unless it is there, whole and with the right hash.

    What arrives is kept in `.NAME.part` beside `path`, so that the next attempt, or the next call, asks the server only
    for the rest. `path` appears when the content is whole and checked. A second process that fetches the same file
    waits for the first.

    Args:
        url: https, or http on a loopback host.
        path: of the file; its folder is created where absent.
        sha256: of the file, in hex; its first digits at least.
        attempts: connections tried before it gives up; those that brought bytes do not count.
        pause: seconds before the second attempt, doubled before each one after it.
        count: told of the progress.

    Raises:
        DownloadError: if the address is refused, the server cannot be reached or lacks the file, or what it serves is
            another file.
    """
    _check_address(url)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    with FileLock(path.with_name(f".{path.name}.lock")):
        if path.is_file() and sha256_of(path).startswith(sha256):
            return
        _fetch_whole(url, part, sha256, attempts, pause, count)
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(path)


def _fetch_whole(url: str, part: Path, sha256: str, attempts: int, pause: float, count: Count | None) -> None:
    failures = 0
    while True:
        before = part.stat().st_size if part.exists() else 0
        try:
            resumed = _fetch_rest(url, part, count)
        except _Dropped as error:
            failures = 0 if part.exists() and part.stat().st_size > before else failures + 1
            if failures == attempts:
                kept = "; what arrived is kept, and the same command goes on from there" if part.exists() else ""
                raise DownloadError(f"{url}: {error}{kept}") from None
            time.sleep(pause * 2 ** max(failures - 1, 0))
            continue
        found = sha256_of(part)
        if found.startswith(sha256):
            return
        part.unlink()
        if not resumed:  # a file put together from two may be at fault itself: once more from the start
            raise DownloadError(
                f"{url}: the server gave another file: its SHA-256 begins with {found[:8]}, not with {sha256[:8]}"
            )


def _fetch_rest(url: str, part: Path, count: Count | None) -> bool:
    """Append what is missing of the file; whether anything was there before.

    Raises:
        _Dropped: if the connection failed; what arrived is in `part`.
        DownloadError: if the server refuses for good.
    """
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        response = _opener().open(request, timeout=TIMEOUT)
    except DownloadError:  # a redirect to a refused address
        raise
    except urllib.error.HTTPError as error:
        if error.code == 416 and have:  # nothing lies beyond what is here: whole, or another file's
            return True
        if error.code >= 500 or error.code == 429:
            raise _Dropped(f"the server answered {error.code} {error.reason}") from error
        raise DownloadError(f"{url}: the server answered {error.code} {error.reason}") from error
    except (OSError, http.client.HTTPException) as error:
        raise _Dropped(_reason(error)) from error
    with response:
        start = _first_byte(response)
        if start not in (0, have):
            part.unlink(missing_ok=True)  # the next attempt asks for the whole file
            raise _Dropped(f"the server did not send the bytes from {have} on that were asked for")
        _append(response, part, start, count)
    return start > 0


def _append(response: Any, part: Path, start: int, count: Count | None) -> None:
    length = response.headers.get("Content-Length")
    total = None if length is None else start + int(length)
    with part.open("r+b" if start else "wb") as file:
        file.seek(start)
        while True:
            try:
                block = response.read(BLOCK)
            except (OSError, http.client.HTTPException) as error:
                raise _Dropped(_reason(error)) from error
            if not block:
                break
            file.write(block)
            if count is not None and total is not None:
                count(file.tell(), total)
        if total is not None and file.tell() < total:
            raise _Dropped(f"the connection dropped after {file.tell()} of {total} bytes")


def _first_byte(response: Any) -> int:
    """Where the body begins in the file: 0 from a server that ignores ranges, -1 where it does not say."""
    if response.status != 206:
        return 0
    found = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    return int(found.group(1)) if found else -1


class _CheckedRedirects(urllib.request.HTTPRedirectHandler):
    """Follows a redirect only to an address that would have been accepted itself."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        _check_address(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(_CheckedRedirects)


def _check_address(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname or "")):
        return
    raise DownloadError(f"{url}: refused: not https")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _reason(error: Exception) -> str:
    inner = error.reason if isinstance(error, urllib.error.URLError) else error
    return str(inner) or type(inner).__name__
