"""Measures what a training at the demo preset takes of one thread's time, and the iterations that a budget buys."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from benchmark.config.flags import sources_of
from benchmark.config.resolve import resolve
from benchmark.datasets.rendered_faces.dataset import RenderedFaces
from benchmark.editing.build_method import build_editor
from benchmark.runtime.device import choose_compute
from benchmark.training.step_cost import step_costs

BUDGET = 420.0

if __name__ == "__main__":
    torch.set_num_threads(1)
    with TemporaryDirectory() as cache:
        faces = RenderedFaces(None, 64, Path(cache), train=128, val=1, test=1)
        for method in sys.argv[1:]:
            model = build_editor(resolve(sources_of({"method": method, "preset": "demo"}))).model
            stages = [stage for stage in model.stages() if stage.iterations > 0]
            costs = step_costs(model, faces, "cpu", seed=0, compute=choose_compute("cpu"))
            total = sum(stage.iterations * costs[stage.name] for stage in stages)
            for stage in stages:
                print(
                    f"{method} {stage.name}: {stage.iterations} iterations of {1000 * costs[stage.name]:.0f} ms; "
                    f"{BUDGET:.0f} s in all buy {stage.iterations * BUDGET / total:.0f}"
                )
            print(f"{method}: {total:.0f} s", flush=True)
