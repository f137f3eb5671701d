"""Compares the tensors that `bench plan` foresees with measured peaks: `python -m benchmarks.plan_gpu_memory`.

The peaks are those of `benchmarks/results/gpu/steps.json`, what PyTorch had allocated at most on the GPU named there in
a training step on 8 faces. Nothing of this needs a GPU, or runs a step.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import torch

from benchmark.runtime.device import Compute
from benchmark.training.step_work import works
from benchmarks.gpu.measuring import GIB, build
from benchmarks.gpu.records import Row
from methods.labels import ATTRIBUTES

MEASURED: Final = Path(__file__).parent / "results" / "gpu" / "steps.json"
BATCH: Final = 8


def measured_rows() -> list[Row]:
    """The rows of the usual way: bf16, channels-last, not compiled."""
    rows: list[Row] = json.loads(MEASURED.read_text(encoding="utf-8"))["rows"]
    return [
        row
        for row in rows
        if row["batch_size"] == BATCH
        and row["precision"] == "bf16"
        and row["channels_last"]
        and not row["compiled"]
        and not row.get("captured")
        and row.get("peak_gib")
    ]


def foreseen(method: str, preset: str, size: int) -> dict[str, float]:
    """GiB of tensors at once by stage."""
    cpu = torch.device("cpu")
    model = build(method, preset, size, cpu, channels_last=True)
    batches = {stage.name: stage.batch_size for stage in model.stages()}
    found = works(model, size, Compute(cpu, "bf16", channels_last=True), ATTRIBUTES)
    return {name: work.peak_at(BATCH / batches[name]) / GIB for name, work in found.items()}


def main(words: Sequence[str]) -> None:
    """Print a line a stage, of the methods named or of all."""
    known: dict[tuple[str, str, int], dict[str, float]] = {}
    for row in measured_rows():
        key = row["method"], row["preset"], row["size"]
        if words and row["method"] not in words:
            continue
        if key not in known:
            known[key] = foreseen(*key)
        planned = known[key][row["stage"]]
        print(
            f"{row['preset']} {row['method']} {row['stage']} at {row['size']}: planned {planned:.2f} GiB, measured "
            f"{row['peak_gib']:.2f}, ratio {planned / row['peak_gib']:.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main(sys.argv[1:])
