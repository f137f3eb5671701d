"""Measures what a training at the demo preset takes on one thread, and the iterations that a budget buys."""

from __future__ import annotations

import statistics
import sys
import time

import torch

from benchmark.config.flags import sources_of
from benchmark.config.resolve import resolve
from benchmark.editing.build_method import build_editor
from benchmarks.timing import random_faces

SIZE = 64
BUDGET = 300.0
WARM_UP, ROUNDS = 3, 12


def step_seconds(method: str) -> list[tuple[str, int, float]]:
    """Name, iterations and median CPU seconds of a step of every training stage."""
    torch.manual_seed(0)
    model = build_editor(resolve(sources_of({"method": method, "preset": "demo"}))).model.train()
    measured = []
    for stage in model.stages():
        model.begin_stage(stage)
        optimizers, faces = model.optimizers(stage), random_faces(stage.batch_size, SIZE)
        spent = []
        for _ in range(WARM_UP + ROUNDS):
            started = time.process_time()
            model.train_step(faces, optimizers)
            spent.append(time.process_time() - started)
        measured.append((stage.name, stage.iterations, statistics.median(spent[WARM_UP:])))
    return measured


if __name__ == "__main__":
    torch.set_num_threads(1)
    for method in sys.argv[1:]:
        stages = step_seconds(method)
        total = sum(iterations * seconds for _, iterations, seconds in stages)
        for name, iterations, seconds in stages:
            print(
                f"{method} {name}: {iterations} iterations of {1000 * seconds:.0f} ms; of {BUDGET:.0f} s"
                f" in all {iterations * BUDGET / total:.0f}"
            )
        print(f"{method}: {total:.0f} s", flush=True)
