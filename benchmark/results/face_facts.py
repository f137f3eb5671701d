"""What is known of the faces that a run's tasks edit, beside its scores: attributes, pose and hair, a row per face."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from benchmark.runtime.atomic_files import replacing
from benchmark.runtime.json_files import ResultError
from benchmark.runtime.regular_files import check_regular

FACE: Final = "face"
"""The column of the faces' ids."""
YAW: Final = "yaw"
"""The column of how far a head is turned to a side, in degrees."""
HAIR: Final = "hair"
"""The column of how far down hair is seen, in words; "" where the face has no mask."""


def faces_path(run: Path, protocol: str) -> Path:
    """What is known of the faces that a run's tasks edit under a protocol."""
    return run / "faces" / f"{protocol}.parquet"


def write_face_facts(folder: Path, protocol: str, facts: pd.DataFrame) -> None:
    """Write the facts of the faces that a run's tasks edit under a protocol, atomically.

    Args:
        folder: of the run.
        protocol: its name.
        facts: a row per face, with the column `FACE`, and a column for whatever is known.
    """
    with replacing(faces_path(folder, protocol)) as temporary:
        pq.write_table(pa.Table.from_pandas(facts, preserve_index=False), temporary)


def read_face_facts(folder: Path, protocol: str) -> pd.DataFrame | None:
    """What `write_face_facts` wrote; None where a run has no such file, as one that an older version scored.

    Raises:
        ResultError: if the file is damaged.
    """
    path = faces_path(folder, protocol)
    if not path.exists():
        return None
    try:
        check_regular(path)
        facts: pd.DataFrame = pq.read_table(path, use_threads=False).to_pandas()
    except (OSError, ValueError, TypeError, pa.ArrowException) as error:
        raise ResultError(f"{path}: cannot be read as Parquet; score the run again") from error
    if FACE not in facts or facts[FACE].duplicated().any():
        raise ResultError(f"{path}: has no column {FACE!r} of faces, each once; score the run again")
    return facts
