"""Sample sheets beside results, as data URIs for pages that must be one file."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.results import Result
from reports.groups import Run

SAMPLES_NAME = "samples.png"
MAX_SHEET_BYTES = 2 * 2**20
MAX_PAGE_BYTES = 16 * 2**20
_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class RunSamples:
    """A run, with its sample sheet or the reason why the page has none of it.

    Attributes:
        uri: `data:image/png;base64,…`, or None.
        reason: why a sheet that exists was left out, or None.
    """

    result: Result
    uri: str | None
    reason: str | None = None


def collect_samples(runs: Sequence[Run], embed: bool) -> list[RunSamples]:
    """The sheet beside each result file, while sheets and page stay within bounds that a browser opens gladly."""
    collected: list[RunSamples] = []
    room = MAX_PAGE_BYTES
    for path, result in runs:
        sheet = path.parent / SAMPLES_NAME
        if not embed or not sheet.is_file():
            collected.append(RunSamples(result, None))
        elif (size := sheet.stat().st_size) > min(room, MAX_SHEET_BYTES):
            collected.append(
                RunSamples(result, None, f"{SAMPLES_NAME} is left out to keep this page small ({size:,} bytes)")
            )
        elif not (content := sheet.read_bytes()).startswith(_PNG):
            collected.append(RunSamples(result, None, f"{SAMPLES_NAME} is not a PNG file"))
        else:
            room -= size
            collected.append(RunSamples(result, _uri(content)))
    return collected


def picture_uri(path: Path) -> str | None:
    """A PNG file that a page may hold, as a data URI; None where there is none."""
    if not path.is_file() or path.stat().st_size > MAX_SHEET_BYTES:
        return None
    content = path.read_bytes()
    return _uri(content) if content.startswith(_PNG) else None


def _uri(png: bytes) -> str:
    return f"data:image/png;base64,{b64encode(png).decode('ascii')}"
