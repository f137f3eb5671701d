"""An ablation study on disk: what was to be run, where the runs lie, and which of them failed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from benchmark.files import write_text_atomically
from benchmark.results import read_strictly
from registry.cards import Option

SCHEMA_VERSION: Literal[1] = 1
STUDY_NAME: Final = "ablation.json"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StudyCell(_Strict):
    """A variant of the reference.

    Attributes:
        label: its name in run folders.
        changes: options by which it differs from the reference.
        failed: why some of its runs have no result.
    """

    label: str
    changes: dict[str, Option]
    failed: str | None = None


class Study(_Strict):
    """A study.

    Attributes:
        reference: label of the full method.
        factors: by option, the reference's level first.
        command: what made it.
    """

    schema_version: Literal[1] = SCHEMA_VERSION
    method: str
    dataset: str
    preset: str
    design: Literal["one-off", "factorial", "list"]
    factors: dict[str, list[Option]]
    seeds: list[int]
    reference: str
    cells: list[StudyCell]
    command: str

    @property
    def factor_levels(self) -> dict[str, list[str]]:
        """The factors' levels as words."""
        return {name: [str(level) for level in levels] for name, levels in self.factors.items()}

    def levels(self, changes: Mapping[str, Option]) -> dict[str, str]:
        """The level of every factor under some changes, as a word."""
        return {name: str(changes.get(name, levels[0])) for name, levels in self.factors.items()}


def read_study(path: Path) -> Study:
    """Read a study.

    Raises:
        ResultError: if it is missing, or not one.
    """
    return read_strictly(path, Study)


def write_study(path: Path, study: Study) -> None:
    """Write a study atomically."""
    write_text_atomically(path, study.model_dump_json(indent=2) + "\n")
