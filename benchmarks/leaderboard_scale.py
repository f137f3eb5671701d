"""Writes the leaderboard of a thousand runs in all formats: seconds, memory, sizes, without and with per-task scores.

Usage: python -m benchmarks.leaderboard_scale [METHODS] [SEEDS]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from benchmark.results.schema import Value, write_result
from benchmark.results.task_scores import tasks_sha256, write_task_scores
from benchmark.statistics.ratios import Ratio
from benchmarks.made_up_results import PROTOCOL, made_up_metric, made_up_result
from benchmarks.processes import python

METHODS, SEEDS = 334, 3
IMAGE_METRICS, SET_METRICS, TASKS = 15, 5, 200
COSTS = ("parameters", "flops", "train-seconds", "edit-ms", "peak-memory-mib")
CHILD = """
import json, resource, sys, time
from pathlib import Path
started = time.perf_counter(), time.process_time()
from benchmark.results.find_results import read_results, result_files
from reports.leaderboard.write import write_leaderboard
found, _ = read_results(result_files([sys.argv[1]]))
read = time.perf_counter(), time.process_time()
pages = write_leaderboard(found, Path(sys.argv[2]))
end = time.perf_counter(), time.process_time()
print(json.dumps({
    "read": [read[0] - started[0], read[1] - started[1]],
    "write": [end[0] - read[0], end[1] - read[1]],
    "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    "sizes": {page.name: page.stat().st_size for page in pages},
}))
"""


def main(methods: int = METHODS, seeds: int = SEEDS) -> None:
    """Print what both leaderboards took."""
    with TemporaryDirectory() as folder:
        runs = Path(folder) / "runs"
        _write_runs(runs, methods, seeds)
        _measure("without per-task scores", runs, Path(folder) / "bare")
        _write_scores(runs)
        _measure("with per-task scores", runs, Path(folder) / "tested")


def _measure(what: str, runs: Path, out: Path) -> None:
    found = json.loads(python("-c", CHILD, runs, out).out)
    (wall_read, cpu_read), (wall, cpu) = found["read"], found["write"]
    sizes = ", ".join(f"{name} {size / 1e6:.2f} MB" for name, size in found["sizes"].items())
    print(
        f"{what}: imported and read in {wall_read:.1f} s (CPU {cpu_read:.1f} s), all formats written in {wall:.1f} s "
        f"(CPU {cpu:.1f} s), peak memory {found['mib']:.0f} MiB; {sizes}"
    )


def _tasks() -> pd.DataFrame:
    names = [f"{number:05d}" for number in range(TASKS)]
    return pd.DataFrame({"task": range(TASKS), "target": names, "source": names[::-1], "attribute": "Smiling"})


def _write_runs(runs: Path, methods: int, seeds: int) -> None:
    facts = {f"image-{number}": made_up_metric(f"Image metric {number}", "image") for number in range(IMAGE_METRICS)}
    facts |= {f"set-{number}": made_up_metric(f"Set metric {number}", "set") for number in range(SET_METRICS)}
    costs = {name: made_up_metric(name, "cost") for name in COSTS}
    tasks = tasks_sha256(_tasks())
    for method in range(methods):
        for seed in range(seeds):
            generator = np.random.default_rng([method, seed])
            means = generator.normal(0.5 + method / 4 / methods, 0.02, len(facts))
            figures = {
                name: Value(value=mean, n=TASKS)
                if facts[name].level == "set"
                else Value(value=mean, n=TASKS, low=mean - 0.01, high=mean + 0.01, interval="bootstrap by source face")
                for name, mean in zip(facts, means.tolist(), strict=True)
            }
            made = made_up_result(f"method-{method:03d}", seed, facts | costs, figures, TASKS, tasks)
            write_result(runs / made.dataset / made.label / f"seed{seed}" / "result.json", made)


def _write_scores(runs: Path) -> None:
    """Scores whose means are the figures of the results."""
    shared = np.random.default_rng(0).normal(0, 0.05, (TASKS, IMAGE_METRICS))
    for path in sorted(runs.rglob("result.json")):
        figures = json.loads(path.read_text())["protocols"][PROTOCOL]["metrics"]
        names = [name for name in figures if name.startswith("image-")]
        noise = np.random.default_rng(list(map(ord, str(path.parent)))).normal(0, 0.03, shared.shape) + shared
        scores = noise - noise.mean(axis=0) + [figures[name]["value"] for name in names]
        frame = _tasks().assign(**dict(zip(names, scores.T, strict=True)))
        write_task_scores(path.parent, PROTOCOL, frame, {name: [Ratio(name)] for name in names})


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
