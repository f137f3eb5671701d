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
EDITS: Final = "edits"
"""The folder of edits, which has one of each protocol."""
COST: Final = "cost.json"
"""In the same folder: what editing cost."""
IMPORT: Final = "import.json"
"""In the same folder, where the edits were made elsewhere: the files that they were read from."""
IMPORT_SETTINGS: Final = f"{EDITS}/evaluation.yaml"
"""In such a run: the settings that its edits were imported with."""
CARD: Final = "method.yaml"
"""In a run whose edits were made elsewhere: the card of what made them."""


def checkpoints_folder(run: Path) -> Path:
    """The folder of a run's trained networks."""
    return run / CHECKPOINTS


def checkpoint_path(run: Path, stage: str) -> Path:
    """The networks of a finished training stage."""
    return checkpoints_folder(run) / f"{stage}.pth"


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
