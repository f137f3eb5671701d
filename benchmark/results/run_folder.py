"""What lies where in a run folder, `runs/DATASET/METHOD/seed0`: every file name that stages and reports share.

`stamps.json`, which folders of pages have too, belongs to `caching.fingerprints` alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

RESULT: Final = "result.json"
EXPERIMENT: Final = "experiment.yaml"
PROVENANCE: Final = "provenance.json"
SAMPLES: Final = "samples.png"
REPORT: Final = "report.html"
LOG: Final = "log.txt"
PROGRESS: Final = "progress.jsonl"
"""Losses and speed of training, one line per report."""
REFUSED: Final = "refused"
"""Key of a stamp of edits: why there are none, by the attribute that the method cannot transfer."""
TASK_TABLE: Final = "tasks.parquet"
"""In a protocol's folder of edits: the tasks that they answer."""
CHECKPOINTS: Final = "checkpoints"
"""The folder of what each stage of the training left."""
UNFINISHED: Final = ".unfinished.pth"
"""Ends the name of a checkpoint there from which a stage goes on, after the stage's name."""
KEPT: Final = ".kept.pth"
"""Ends the name of one that is kept beside it, after the stage's name and its iteration: `paint.2000.kept.pth`."""
EDITS: Final = "edits"
"""The folder of edits, which has one of each protocol."""
COST: Final = "cost.json"
"""In the same folder: what editing cost."""
IMPORT: Final = "import.json"
"""In the same folder, where the edits were made elsewhere: the files that they were read from."""
IMPORT_SETTINGS: Final = f"{EDITS}/evaluation.yaml"
"""In such a run: the settings that its edits were imported with."""
BUDGETS: Final = "budgets.json"
"""Beside the runs of a method's seeds: the budgets that they were given."""
CARD: Final = "method.yaml"
"""In a run whose edits were made elsewhere: the card of what made them."""


def checkpoints_folder(run: Path) -> Path:
    """The folder of a run's trained networks."""
    return run / CHECKPOINTS


def checkpoint_path(run: Path, stage: str) -> Path:
    """The networks of a finished training stage."""
    return checkpoints_folder(run) / f"{stage}.pth"


def unfinished_path(run: Path, stage: str) -> Path:
    """The state that a stage goes on from."""
    return checkpoints_folder(run) / f"{stage}{UNFINISHED}"


def kept_path(run: Path, stage: str, iteration: int) -> Path:
    """The state of a stage that is kept of an iteration."""
    return checkpoints_folder(run) / f"{stage}.{iteration}{KEPT}"


def kept_paths(run: Path, stage: str) -> dict[int, Path]:
    """The states that are kept of a stage, by their iterations, which ascend."""
    numbers = (
        path.name.removeprefix(f"{stage}.").removesuffix(KEPT) for path in checkpoints_folder(run).glob(f"*{KEPT}")
    )
    kept = (int(number) for number in numbers if number.isascii() and number.isdecimal())
    return {iteration: kept_path(run, stage, iteration) for iteration in sorted(kept)}


def is_of_finished_stage(checkpoint: Path) -> bool:
    """Whether a file in the folder of checkpoints is what a finished stage left, by its name."""
    return checkpoint.suffix == ".pth" and not checkpoint.name.endswith((UNFINISHED, KEPT))


def edits_folder(run: Path, protocol: str) -> Path:
    """The folder of a run's edits under a protocol: one PNG per task."""
    return run / EDITS / protocol


def edit_path(folder: Path, task: int) -> Path:
    """The PNG of a task."""
    return folder / f"{task:05d}.png"


def cost_path(run: Path, protocol: str) -> Path:
    """What editing cost under a protocol."""
    return edits_folder(run, protocol) / COST


def scores_path(run: Path, protocol: str) -> Path:
    """The scores of a run's tasks under a protocol."""
    return run / "scores" / f"{protocol}.parquet"


def score_paths(run: Path) -> list[Path]:
    """Those of all protocols, in the order of their names."""
    return sorted((run / "scores").glob("*.parquet"))
