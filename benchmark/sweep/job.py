"""Jobs: the program's own commands that a sweep starts, and what is known of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from benchmark.config.experiment import Experiment

Role = Literal["shared", "experiment", "leaderboard"]
"""Whether a job makes what others share, runs one experiment, or writes the pages of all."""
State = Literal["waiting", "running", "finished", "already finished", "failed", "stopped"]


@dataclass(frozen=True)
class Job:
    """One command on one experiment.

    Attributes:
        role: what the job is for.
        name: what people read.
        experiment: what is run, handed over as a file.
        command: the words after `bench`.
        config: that file.
        log: takes everything that the command says when it was last started.
    """

    role: Role
    name: str
    experiment: Experiment
    command: tuple[str, ...]
    config: Path
    log: Path


def job_of(role: Role, experiment: Experiment, place: Path, runs: Path, words: Sequence[str]) -> Job:
    """The job that runs an experiment, or what stands beside it.

    Args:
        role: an experiment is scored, after all that comes before; the others are whole comparisons.
        experiment: fully resolved.
        place: the job's files are named after this path.
        runs: folder of all runs.
        words: further options, such as plug-ins.
    """
    dataset = experiment.evaluation.dataset.name
    names: dict[Role, str] = {
        "shared": f"faces, judges and reference methods of {dataset}",
        "experiment": f"{experiment.label} on {dataset}, seed {experiment.method.seed}",
        "leaderboard": f"leaderboard of {dataset}",
    }
    config, log = place.with_name(f"{place.name}.yaml"), place.with_name(f"{place.name}.log")
    stage = "score" if role == "experiment" else "run"
    command = (stage, "--config", str(config), "--runs", str(runs), *words)
    return Job(role, names[role], experiment, command, config, log)
