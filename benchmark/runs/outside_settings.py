"""What a command means by the name of edits that were made elsewhere: the settings that they were imported with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmark.config.evaluation_spec import EvaluationSpec
from benchmark.config.experiment import METHOD_KEYS, Experiment, MethodSpec
from benchmark.config.resolve import evaluation_part, resolve, resolve_evaluation
from benchmark.config.sources import ConfigSource, merged, read_config
from benchmark.results.run_folder import CARD, EDITS, IMPORT, IMPORT_SETTINGS
from registry.catalogue import METHOD_CARDS
from registry.errors import InputError


def resolve_with_runs(sources: Sequence[ConfigSource], runs: Path) -> Experiment:
    """Resolve an experiment whose method is registered, or the name of edits that were imported into `runs`.

    Under the settings that are written for the latter lie those that the edits were imported with.

    Args:
        sources: as for `resolve`.
        runs: folder of all runs.

    Raises:
        InputError: as for `resolve`; or if edits of that name are there on several datasets, or settings of a method
            are written, which they have none of.
    """
    settings = merged(sources)
    name = settings.get("method")
    if not isinstance(name, str) or name.partition("+")[0] in METHOD_CARDS:
        return resolve(sources)
    dataset = settings.get("dataset") or {}
    found = _runs_of(name, runs, dataset.get("name") if isinstance(dataset, dict) else None)
    if not found:
        return resolve(sources)
    if len(found) > 1:
        where = " and ".join(run.parents[1].name for run in found)
        raise InputError(f"{name} has edits on {where}; choose one with --dataset")
    for source in sources:
        for key in source.content.keys() & (METHOD_KEYS.keys() - {"method"}):
            if source.content[key]:
                raise InputError(f"{source.location((key,))}: {key}: {name} was edited outside, and has none")
    beneath = read_config(found[0] / IMPORT_SETTINGS)
    evaluation = resolve_evaluation([beneath, *map(evaluation_part, sources)])
    return Experiment(method=MethodSpec(name=name), evaluation=evaluation)


def imported_evaluation(run: Path) -> EvaluationSpec:
    """The evaluation that a run's edits were imported for."""
    return resolve_evaluation([read_config(run / IMPORT_SETTINGS)])


def imported_protocols(run: Path) -> list[str]:
    """The protocols of which a run has edits that were made elsewhere."""
    return sorted(path.parent.name for path in (run / EDITS).glob(f"*/{IMPORT}"))


def is_outside(run: Path) -> bool:
    """Whether a run's edits were made elsewhere."""
    return (run / CARD).is_file()


def _runs_of(name: str, runs: Path, dataset: str | None) -> list[Path]:
    if Path(name).name != name:
        return []
    return sorted(
        folder / name / "seed0"
        for folder in (runs.iterdir() if runs.is_dir() else ())
        if dataset in (None, folder.name) and is_outside(folder / name / "seed0")
    )
