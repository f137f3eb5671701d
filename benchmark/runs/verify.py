"""Compares the files of a run with the hashes that were recorded when they were written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmark.caching.file_record import FILES, changed_files
from benchmark.caching.fingerprints import STAMPS, StageState
from benchmark.results.run_folder import CHECKPOINTS, EDITS, RESULT, checkpoints_folder, is_of_finished_stage
from benchmark.runs.up_to_date import FINISHED
from benchmark.runs.weights_record import WEIGHTS
from registry.errors import InputError


@dataclass(frozen=True)
class Verification:
    """What came of a run's files.

    Attributes:
        run: the run's folder.
        compared: how many files have a recorded hash.
        problems: by file, "changed", "missing", or "damaged" of the file of hashes itself.
        unrecorded: parts of the run without hashes: not finished, or made by an older version.
    """

    run: Path
    compared: int
    problems: Mapping[Path, str]
    unrecorded: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The same as plain values."""
        problems = [{"file": str(path), "problem": problem} for path, problem in self.problems.items()]
        return {
            "run": str(self.run),
            "compared": self.compared,
            "problems": problems,
            "unrecorded": list(self.unrecorded),
        }


def verify_run(run: Path) -> Verification:
    """Compare checkpoints, edits, and the parts of the result with their recorded hashes; reads all of them.

    Raises:
        InputError: if the folder is no run's.
    """
    if not any((run / name).is_file() for name in (STAMPS, RESULT)):
        raise InputError(f"{run} is no run folder: it has neither {STAMPS} nor {RESULT}")
    state = StageState(run)
    if state.damage is not None:
        return Verification(run, 0, {state.path: "damaged"}, ())
    records = {stage: _record(state.get(stage)) for stage in state.stages}
    problems = {
        path: "changed" if path.exists() else "missing"
        for record in records.values()
        for path in changed_files(run, record)
    }
    unrecorded = tuple(part for stage, part in _parts(run).items() if not records.get(stage))
    return Verification(run, sum(map(len, records.values())), problems, unrecorded)


def _record(stamp: Any) -> Mapping[str, str]:
    record: Mapping[str, str] = stamp.get(FILES, {}) if isinstance(stamp, dict) else {}
    return record


def _parts(run: Path) -> dict[str, str]:
    """What has files in a run's folder, by the name that the run's state gives it."""
    parts = {}
    if any(map(is_of_finished_stage, checkpoints_folder(run).glob("*"))):
        parts[WEIGHTS] = CHECKPOINTS
    for protocol in sorted({path.parent.name for path in (run / EDITS).glob("*/*.png")}):
        parts[f"{EDITS}/{protocol}"] = f"{EDITS}/{protocol}"
    if (run / RESULT).is_file():
        parts[FINISHED] = "scores and result"
    return parts
