"""Canonical answers: one row for each question that a participant answered of a trial; ids only."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

COLUMNS = (
    "schema_version",
    "study_id",
    "participant_id",
    "session_id",
    "trial_id",
    "trial_index",
    "question_id",
    "shown_order",
    "choice",
    "rt_ms",
    "is_check",
    "started_at",
)
"""Of the table and of its CSV.

shown_order: ids of the options as they stood, left to right, joined by spaces. choice: an option's id; or `tie`; or
`1` to `5` in `mos`; or `real` or `fake`. rt_ms: milliseconds from the trial's appearance to this answer. is_check: 0
or 1, told by the key at import; a page leaves it empty, since a rater must not know. started_at: when the trial
appeared, ISO 8601 in UTC.
"""


def read_answers(path: Path) -> pd.DataFrame:
    """Read canonical answers: strings, but for trial_index (Int64), rt_ms (float) and is_check (bool)."""
    answers = pd.read_csv(path, dtype=str, keep_default_na=False)
    return answers.assign(
        trial_index=pd.to_numeric(answers["trial_index"], errors="coerce").astype("Int64"),
        rt_ms=pd.to_numeric(answers["rt_ms"], errors="coerce").astype(float),
        is_check=answers["is_check"] == "1",
    )
