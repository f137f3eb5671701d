"""What imports did with each file's answers: how many were seen, taken and left out, and why; kept with the study."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from benchmark.human_study.answers import Answer
from benchmark.human_study.collection.rejections import Reason
from benchmark.human_study.collection.validate import unreadable
from benchmark.runtime.json_files import read_strictly, write_strictly
from registry.errors import shortened

IMPORTS: Final = "imports.json"
"""In the private folder."""
SCHEMA_VERSION: Literal[1] = 1
TOO_FAST_MS: Final = 50
"""Faster than anybody reacts: times below this are most likely seconds."""
_NEARLY_ALL: Final = 0.9


@dataclass
class FileSummary:
    """What became of a file's answers.

    Attributes:
        sha256: of its bytes.
        kind: of file, in words.
        new: answers imported from it.
        known: answers that had been imported before, equal in every cell.
        rejected: how many were left out, by reason.
        empty: cells of a wide table in which nobody answered; they are no answers.
        timed: answers taken whose response time is known.
        fast: of those, how many are faster than anybody reacts.
        unreadable: optional cells of answers taken that say something which cannot be read, by column.
        example: what is wrong with the first of them.
    """

    file: str
    sha256: str
    kind: str
    encoding: str
    new: int = 0
    known: int = 0
    rejected: Counter[Reason] = field(default_factory=Counter)
    empty: int = 0
    timed: int = 0
    fast: int = 0
    unreadable: Counter[str] = field(default_factory=Counter)
    example: str = ""

    @property
    def taken(self) -> int:
        """Answers that count, whether new or known already."""
        return self.new + self.known

    @property
    def seen(self) -> int:
        """All answers of the file."""
        return self.taken + self.rejected.total()

    def take(self, answer: Answer, cells: Mapping[str, str], *, new: bool) -> None:
        """Count an answer that was taken."""
        self.new += new
        self.known += not new
        if answer.rt_ms == answer.rt_ms:  # NaN is unknown
            self.timed += 1
            self.fast += answer.rt_ms < TOO_FAST_MS
        for column, fault in unreadable(cells).items():
            self.unreadable[column] += 1
            self.example = self.example or fault

    def remarks(self) -> list[str]:
        """What a researcher should know of the answers taken, each a sentence."""
        said = []
        if untimed := self.taken - self.timed:
            said.append(f"{untimed} of {self.taken} answers have no response time that is known")
        if self.unreadable:
            counts = ", ".join(f"{count} {column}" for column, count in self.unreadable.items())
            said.append(f"cells that could not be read and are unknown: {counts}; the first: {shortened(self.example)}")
        if self.timed and self.fast >= _NEARLY_ALL * self.timed:
            said.append(
                f"{self.fast} of {self.timed} response times are below {TOO_FAST_MS} ms, faster than anybody reacts: "
                "if they are seconds, name their column rt_s in the column map, delete answers.csv, and import again"
            )
        return said


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ImportedFile(_Strict):
    """A file that was imported, by its latest import.

    Attributes:
        taken: answers of it that count.
        left_out: answers that do not, by reason; `rejected.csv` lists them.
        empty_cells: of a wide table, in which nobody answered.
        without_time: answers taken whose response time is unknown.
        unreadable: optional cells of answers taken that could not be read, by column.
    """

    file: str
    sha256: str
    kind: str
    encoding: str
    seen: int
    taken: int
    left_out: dict[str, int]
    empty_cells: int
    without_time: int
    unreadable: dict[str, int]


class Imports(_Strict):
    """The file: every file that a study's answers came from.

    Attributes:
        answers: of the study after the latest import.
    """

    schema_version: Literal[1] = SCHEMA_VERSION
    answers: int = 0
    files: list[ImportedFile] = []

    def with_files(self, summaries: Iterable[FileSummary], answers: int) -> Imports:
        """These imports and new ones; a file that was imported before is there once."""
        files = {file.sha256: file for file in self.files}
        for summary in summaries:
            files[summary.sha256] = imported_file(summary)
        return Imports(answers=answers, files=list(files.values()))


def imported_file(summary: FileSummary) -> ImportedFile:
    """What is kept of a file's summary."""
    return ImportedFile(
        file=summary.file,
        sha256=summary.sha256,
        kind=summary.kind,
        encoding=summary.encoding,
        seen=summary.seen,
        taken=summary.taken,
        left_out={str(reason): count for reason, count in summary.rejected.items()},
        empty_cells=summary.empty,
        without_time=summary.taken - summary.timed,
        unreadable=dict(summary.unreadable),
    )


def read_imports(path: Path) -> Imports:
    """Read `imports.json`; without it, no file was imported.

    Raises:
        ResultError: naming the file and the fault.
    """
    return read_strictly(path, Imports) if path.exists() else Imports()


def write_imports(path: Path, imports: Imports) -> None:
    """Write `imports.json` atomically."""
    write_strictly(path, imports)
