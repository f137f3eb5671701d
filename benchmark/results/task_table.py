"""A protocol's table of tasks, known by its content."""

from __future__ import annotations

import hashlib
import json

import pandas as pd


def tasks_sha256(frame: pd.DataFrame) -> str:
    """SHA-256 of a task table's content: ids and attribute in the order of the tasks, whatever the rows or dtypes."""
    ordered = frame.sort_values("task")
    columns = ordered["target"], ordered["source"], ordered["attribute"].fillna("")
    content = [[str(each) for each in row] for row in zip(*columns, strict=True)]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()
