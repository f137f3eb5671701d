"""The file of an ablation study: what was changed, where the runs are, and which of them failed."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from benchmark.ablation.expand import Cell, factor_levels
from benchmark.config.experiment import over_seeds
from benchmark.runtime.json_files import read_strictly, write_strictly
from registry.cards import MethodCard, Option

SCHEMA_VERSION: Literal[1] = 1
STUDY = "ablation.json"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AblationCell(_Strict):
    """One configuration.

    Attributes:
        name: what the study calls it.
        label: the method with its variant, as in run folders and results.
        changes: levels by option, where they differ from the reference's; empty for the reference.
        runs: run folders by seed, relative to the study's file; each that did not fail holds a `result.json`.
        failures: reasons by seed.
    """

    name: str
    label: str
    changes: dict[str, Option]
    runs: dict[int, str]
    failures: dict[int, str] = {}


class AblationStudy(_Strict):
    """What an ablation study ran.

    Attributes:
        reference: the label of the cell that changes nothing, the first of `cells`.
        factors: levels by factor, the reference's first; empty where the design lists cells.
    """

    schema_version: Literal[1] = SCHEMA_VERSION
    method: str
    title: str
    reference: str
    design: Literal["one-off", "factorial", "list"]
    factors: dict[str, list[Option]]
    dataset: str
    preset: str
    seeds: list[int]
    cells: list[AblationCell]

    @property
    def factor_levels(self) -> dict[str, list[str]]:
        """The factors' levels as words."""
        return {name: [str(level) for level in levels] for name, levels in self.factors.items()}

    def levels(self, changes: Mapping[str, Option]) -> dict[str, str]:
        """The level of every factor under a cell's changes, as a word."""
        return {name: str(changes.get(name, levels[0])) for name, levels in self.factors.items()}


def study_folder(runs: Path, cells: Sequence[Cell]) -> Path:
    """Where the study's file, its jobs' logs and its report go."""
    reference = cells[0].experiment
    return runs / reference.evaluation.dataset.name / f"ablation-{reference.label}"


def study_of(
    card: MethodCard,
    cells: Sequence[Cell],
    seeds: Sequence[int],
    chosen: Sequence[str],
    runs: Path,
    failures: Mapping[Path, str],
) -> AblationStudy:
    """The study of cells that were run.

    Args:
        card: the method's.
        cells: the reference first.
        seeds: each cell was run from.
        chosen: factors, empty for all.
        runs: folder of all runs.
        failures: reasons by run folder.
    """
    plan = card.ablation
    if plan is None:
        raise ValueError(f"{card.name} proposes no ablation study")
    reference = cells[0].experiment
    return AblationStudy(
        method=card.name,
        title=card.title,
        reference=reference.label,
        design=plan.design,
        factors=factor_levels(plan, reference.method.options, chosen),
        dataset=reference.evaluation.dataset.name,
        preset=reference.evaluation.preset,
        seeds=list(seeds),
        cells=[_cell(cell, seeds, runs, study_folder(runs, cells), failures) for cell in cells],
    )


def _cell(cell: Cell, seeds: Sequence[int], runs: Path, here: Path, failures: Mapping[Path, str]) -> AblationCell:
    experiments = over_seeds(cell.experiment, seeds)
    folders = {experiment.method.seed: experiment.folder(runs) for experiment in experiments}
    return AblationCell(
        name=cell.name,
        label=cell.experiment.label,
        changes=cell.changes,
        runs={seed: Path(os.path.relpath(folder, here)).as_posix() for seed, folder in folders.items()},
        failures={seed: failures[folder] for seed, folder in folders.items() if folder in failures},
    )


def write_study(path: Path, study: AblationStudy) -> None:
    """Write a study atomically."""
    write_strictly(path, study)


def read_study(path: Path) -> AblationStudy:
    """Read a study.

    Raises:
        ResultError: if it is missing, not JSON, of another schema, or a key is wrong.
    """
    return read_strictly(path, AblationStudy)
