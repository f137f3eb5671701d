"""The result files that patterns name, read: those that can be, and of the others why not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from benchmark.results.run_folder import RESULT, scores_path
from benchmark.results.schema import Result, read_result
from benchmark.runtime.atomic_files import sha256_of
from benchmark.runtime.home_folder import expanded
from benchmark.runtime.json_files import ResultError
from registry.errors import InputError


class FinishedRun(NamedTuple):
    """A finished run.

    Attributes:
        path: the `result.json` that its result was read from, with scores and edits beside it.
    """

    path: Path
    result: Result


def read_run(path: Path) -> FinishedRun:
    """Read a result, beside which the scores of its tasks lie as they were written, or are missing.

    Raises:
        ResultError: as `read_result`, or if a file of scores is not the one that the result was made with.
    """
    result = read_result(path)
    for name, protocol in result.protocols.items():
        scores = scores_path(path.parent, name)
        if protocol.scores_sha256 is not None and scores.is_file() and sha256_of(scores) != protocol.scores_sha256:
            raise ResultError(
                f"{scores} is not the file that {path} was made with; `bench verify {path.parent}` names what changed "
                "in the run, and scoring it again makes it anew"
            )
    return FinishedRun(path, result)


def result_files(patterns: Sequence[str], option: str = "--runs ") -> list[Path]:
    """Result files, each once.

    Args:
        patterns: folders of runs, or globs of folders or result files; every folder is searched to the bottom.
        option: what stands before each of them on the command line.

    Raises:
        InputError: if a pattern is none, or is no folder and leads to no result file.
    """
    found = dict.fromkeys(path for pattern in patterns for path in _matches(pattern, option))
    return list({path.resolve(): path for path in found}.values())


def read_results(paths: Sequence[Path]) -> tuple[list[FinishedRun], list[ResultError]]:
    """Results that can be used (`read_run`), and an error for each that cannot.

    Raises:
        ResultError: if there are files and none can be read.
    """
    found: list[FinishedRun] = []
    errors: list[ResultError] = []
    for path in paths:
        try:
            found.append(read_run(path))
        except ResultError as error:
            errors.append(error)
    if errors and not found:
        raise errors[0]
    return found, errors


def _matches(pattern: str, option: str) -> list[Path]:
    folder = expanded(pattern)
    if folder.is_dir():
        return sorted(folder.rglob(RESULT))
    if any("**" in part and part != "**" for part in folder.parts):
        raise InputError(f"{option}{pattern!r} is no pattern of files: ** stands for whole folders, between slashes")
    anchor = Path(folder.anchor) if folder.is_absolute() else Path()
    matches = sorted(anchor.glob(str(folder.relative_to(anchor)) if folder.is_absolute() else pattern))
    if not matches:
        raise InputError(f"{option}{pattern!r} matches no file or folder")
    folders = [path for path in matches if path.is_dir()]
    # what else lies beside folders, such as the pages of a leaderboard, was not meant
    files = [path for path in matches if not path.is_dir() and (not folders or path.name == RESULT)]
    found = sorted([*files, *(path for folder in folders for path in folder.rglob(RESULT))])
    if not found:
        raise InputError(f"{option}{pattern!r} matches no {RESULT}, and no folder that holds one")
    return found
