"""What is kept of the files that edits made elsewhere were read from, `edits/PROTOCOL/import.json`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from benchmark.results.run_folder import IMPORT, edits_folder
from benchmark.runtime.json_files import read_strictly, write_strictly


class ImportRecord(BaseModel):
    """The files of one protocol's edits.

    Attributes:
        tasks_sha256: of the task table that they answer.
        num_tasks: of that table.
        missing: tasks of it that have no edit.
        left_out: how many files, or lines of a list, are not used, by reason; older records do not say it.
        sha256: of the JSON list of [task, SHA-256 of its file], in the order of the tasks.
        kinds: how many files there were by their endings.
        lossy: how many were compressed with loss.
        resized: how many had another size than the run.
        resize_policy: how these were resized; None where none was.
        timed: whether their maker said what each took.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    schema_version: Literal[1] = 1
    tasks_sha256: str
    num_tasks: int
    missing: list[int]
    left_out: dict[str, int] = Field(default_factory=dict)
    sha256: str
    kinds: dict[str, int]
    lossy: int
    resized: int
    resize_policy: str | None
    timed: bool

    @property
    def sentence(self) -> str:
        """What a result says of them."""
        scored = self.num_tasks - len(self.missing)
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in self.kinds.items())
        said = [f"{kinds}, SHA-256 {self.sha256}"]
        if self.missing:
            said.append(f"{scored:,} of {self.num_tasks:,} tasks; the others have no edit")
        if self.left_out:
            said.append(f"left out: {', '.join(f'{count:,} {reason}' for reason, count in self.left_out.items())}")
        if self.lossy:
            said.append(f"{self.lossy:,} compressed with loss, which blurs and blocks what the method made")
        if self.resized:
            said.append(f"{self.resized:,} resized from another size: {self.resize_policy}")
        if self.timed:
            said.append("times are those that came with the edits")
        return "; ".join(said)


def write_import(folder: Path, record: ImportRecord) -> None:
    """Write the record into a protocol's folder of edits."""
    write_strictly(folder / IMPORT, record)


def read_import(run: Path, protocol: str) -> ImportRecord | None:
    """The record of a protocol's edits; None where the run has none of it.

    Raises:
        ResultError: if it is damaged.
    """
    path = edits_folder(run, protocol) / IMPORT
    return read_strictly(path, ImportRecord) if path.is_file() else None
