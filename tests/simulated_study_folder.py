"""A simulated study on disk, as export and import leave one."""

from __future__ import annotations

from pathlib import Path

from benchmark.human_study.schema import write_key, write_study
from tests.simulated_study import Simulated


def write_folder(folder: Path, made: Simulated) -> Path:
    """Write `public/study.json`, `private/key.json` and `private/answers.csv`; returns the folder."""
    write_study(folder / "public" / "study.json", made.study)
    write_key(folder / "private" / "key.json", made.key)
    answers = made.answers.assign(is_check=made.answers["is_check"].astype(int))
    answers.to_csv(folder / "private" / "answers.csv", index=False)
    return folder
