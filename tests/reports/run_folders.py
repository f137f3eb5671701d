"""Run folders made up for the tests of pages: results with their score files and edits beside them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from PIL import Image

from benchmark.results.find_results import FinishedRun
from benchmark.results.schema import write_result
from benchmark.results.task_scores import tasks_sha256, write_task_scores
from benchmark.statistics.ratios import Ratio
from tests.reports.synthetic import METRICS, facts, figure, protocol, result

TASKS = 8
PROTOCOL = "attribute-transfer"
SCORED = ("seg-accuracy", "attribute-accuracy", "attribute-preservation")
FACTS = METRICS | {
    "attribute-accuracy": facts("Attribute accuracy"),
    "attribute-preservation": facts("Attribute preservation"),
}


def run_folder(runs, method, level=0.8, *, scores=True, edits=True, **changes):
    """A finished run of `method`, whose figures lie about `level`; returns its result file and result."""
    folder = runs / "rendered-faces" / method / f"seed{changes.get('seed', 0)}"
    number = sum(map(ord, method)) + changes.get("seed", 0)
    generator = np.random.default_rng(number)
    frame = pd.DataFrame(
        {
            "task": range(TASKS),
            "target": [f"test-{task:05d}" for task in range(TASKS)],
            "source": [f"test-{task + 100:05d}" for task in range(TASKS)],
            "attribute": "Smiling",
            **{name: level + generator.normal(0, 0.02, TASKS) for name in SCORED},
        }
    )
    figures = {name: figure(float(frame[name].mean()), 0.01, n=TASKS) for name in SCORED}
    figures["fid"] = figure(None, n=0, reason="no weights")
    asked = protocol(figures, num_tasks=TASKS, tasks_sha256=tasks_sha256(frame))
    made = result(method, **{"protocols": {PROTOCOL: asked}, "metrics": FACTS} | changes)
    write_result(folder / "result.json", made)
    if scores:
        write_task_scores(folder, PROTOCOL, frame, {name: [Ratio(name)] for name in SCORED})
    if edits:
        (folder / "edits" / PROTOCOL).mkdir(parents=True)
        for task in range(TASKS):
            pixels = generator.integers(0, 255, (16, 16, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / "edits" / PROTOCOL / f"{task:05d}.png")
    return FinishedRun(folder / "result.json", made)


def study(runs):
    """Two learned methods, one with three seeds, beside references and real images."""
    return [
        run_folder(runs, "real", kind="real", title="real images", edits=False),
        run_folder(runs, "copy-source", 0.5, kind="reference", weights_origin="none"),
        run_folder(runs, "copy-target", 0.7, kind="reference", weights_origin="none"),
        run_folder(runs, "oracle", 0.95, kind="reference", weights_origin="none"),
        run_folder(runs, "alpha", 0.8),
        *(run_folder(runs, "beta", 0.9, seed=seed) for seed in range(3)),
    ]
