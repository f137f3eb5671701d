"""Rehearses the benchmark on a GPU, in blocks of under ten minutes that go on where they stopped; tiny on a CPU.

Usage: python -m benchmarks.gpu_rehearsal BLOCK --out DIR [--minutes M] [--method NAME]
       python -m benchmarks.gpu_rehearsal table --out DIR > docs/gpu.md
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from benchmarks.gpu.compiled import time_compiled_steps
from benchmarks.gpu.determinism import try_determinism
from benchmarks.gpu.machine import machine_of
from benchmarks.gpu.published import time_published_steps
from benchmarks.gpu.records import Records
from benchmarks.gpu.scale import METHODS, scale_of
from benchmarks.gpu.steps import CAPTURED, time_steps, time_steps_in
from benchmarks.gpu.table import table
from benchmarks.gpu.throughput import time_throughput
from benchmarks.gpu.training import TRAINED, train_for

BLOCKS = ("steps", "captured", "compiled", "published", "determinism", "throughput", "training", "table")


def main(words: list[str] | None = None) -> None:
    """Run one block."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu_rehearsal", description=__doc__.splitlines()[0])
    parser.add_argument("block", choices=BLOCKS)
    parser.add_argument("--out", type=Path, required=True, help="folder of the figures, one JSON file per block")
    parser.add_argument("--minutes", type=float, default=8.0, help="begin nothing new after so long; of each training")
    parser.add_argument("--method", choices=METHODS, help="this method only, where a block takes one")
    given = parser.parse_args(words)
    if given.block == "table":
        print(table(given.out), end="")
        return
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    scale, machine = scale_of(device), machine_of(device)
    name = f"{given.block}-{given.method}" if given.method else given.block
    command = f"python -m benchmarks.gpu_rehearsal {name.replace('-', ' --method ')} --minutes {given.minutes:g}"
    records = Records(given.out / f"{name}.json", machine, command)
    methods = (given.method,) if given.method else METHODS
    if given.block == "steps":
        time_steps(records, scale, device, given.minutes)
    elif given.block == "captured":
        time_steps_in(CAPTURED, records, scale, device, given.minutes, methods)
    elif given.block == "compiled":
        time_compiled_steps(records, scale, given.out, device, given.minutes, methods)
    elif given.block == "published":
        time_published_steps(records, scale, device, given.minutes, methods)
    elif given.block == "determinism":
        try_determinism(records, scale, given.out, device, given.minutes)
    elif given.block == "throughput":
        time_throughput(records, scale, given.out, device, given.minutes)
    else:
        for method in (given.method,) if given.method else TRAINED:
            train_for(records, scale, given.out, device, given.minutes, method)


if __name__ == "__main__":
    main()
