"""What pages were made from and came to, by which a repeated command knows that they need not be written."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from benchmark.caching.file_record import FILES, changed_files, record_files
from benchmark.caching.fingerprints import StageState, fingerprint, source_version
from benchmark.results.run_folder import REPORT, RESULT, score_paths
from benchmark.runtime.atomic_files import sha256_of

PAGES: Final = "leaderboard"
PAGE_FILES: Final = tuple(f"leaderboard.{suffix}" for suffix in ("html", "md", "tex", "csv", "json"))


def results_beside(pages: Path) -> list[Path]:
    """The result files of the runs whose leaderboard lies in a folder."""
    return sorted(pages.glob(f"*/*/{RESULT}"))


def pages_are_up_to_date(pages: Path, runs: Iterable[Path]) -> bool:
    """Whether a leaderboard was written from the results that lie there now, by this code, and is as it was written.

    Args:
        pages: its folder.
        runs: folders below it whose pages must be as they were written, too.
    """
    noted, stamp = StageState(pages).get(PAGES), _stamp(pages)
    if stamp is None or not isinstance(noted, dict) or noted.get("stamp") != stamp:
        return False
    files: dict[str, str] = noted[FILES]
    own = {(run / REPORT).relative_to(pages).as_posix() for run in runs}
    of_others = {name for name in files if _is_of_a_run(name)} - own
    wanted = {name: sha256 for name, sha256 in files.items() if name not in of_others}
    return {*PAGE_FILES, *own} <= wanted.keys() and not changed_files(pages, wanted)


def note_pages(pages: Path, written: Iterable[Path]) -> None:
    """Note from what a leaderboard was written just now, and what was: its pages, and those of some runs below it."""
    noted = StageState(pages).get(PAGES)
    earlier = noted.get(FILES, {}) if isinstance(noted, dict) else {}
    of_runs = {name: sha256 for name, sha256 in earlier.items() if _is_of_a_run(name)}
    StageState(pages).put(PAGES, {"stamp": _stamp(pages), FILES: {**of_runs, **record_files(pages, written)}})


def _is_of_a_run(name: str) -> bool:
    return name.endswith(f"/{REPORT}")


def _stamp(pages: Path) -> str | None:
    """Hash of what the pages were made from and by; None where one of them is missing."""
    if not all((pages / name).exists() for name in PAGE_FILES):
        return None
    results = results_beside(pages)
    made_from = [*results, *(scores for path in results for scores in score_paths(path.parent))]
    hashes = {str(path.relative_to(pages)): sha256_of(path) for path in made_from}
    return fingerprint(hashes, source_version("reports", suffixes=(".py", ".yaml", ".j2", ".css", ".js")))
