"""Results without what another run of the same takes in time and memory."""

from pathlib import Path
from typing import Any

from benchmark.results.schema import read_result

MEASURED = ("train_seconds", "train_cpu_seconds", "edit_ms", "peak_memory_mib")


def reproducible_result(run: Path) -> dict[str, Any]:
    """The result of a run's folder as plain values, each measured cost None."""
    result = read_result(run / "result.json")
    return result.model_copy(update={"cost": result.cost.model_copy(update=dict.fromkeys(MEASURED))}).model_dump()
