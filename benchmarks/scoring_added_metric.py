"""One more metric of a finished run: what the command takes, against measuring that metric alone.

A run of copied targets, without a training of any length, is scored with one more metric three times over; no file of
its edits may change. The metric's own time is that of `score_edits`, which reads, compares and bootstraps.

Usage: python -m benchmarks.scoring_added_metric [TASKS]
"""

from __future__ import annotations

import json
import shutil
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import benchmark
from benchmark.runs import score_protocol
from benchmarks.processes import bench

TASKS, ROUNDS = 400, 3
METRIC, PROTOCOL = "ssim-region", "style-copy"
JUDGES = {name: {"iterations": 2, "batch_size": 4} for name in ("parser", "attributes")}


def main(tasks: int = TASKS) -> None:
    """Print the medians of wall and CPU seconds."""
    with TemporaryDirectory() as folder:
        runs = Path(folder) / "finished"
        settings = {"judges": JUDGES, "dataset": {"options": {"train": 40, "val": 4}}}
        config = Path(folder) / "config.json"
        config.write_text(json.dumps(settings))
        words = ("--method", "copy-target", "--protocol", PROTOCOL, "--limit", tasks, "--config", config)
        bench("score", *words, "--runs", runs)
        commands, functions, own = [], [], _timed_metric()
        for number in range(ROUNDS + 1):
            copies = [Path(shutil.copytree(runs, Path(folder) / f"{name}{number}")) for name in ("one", "two")]
            edits = _edits(copies[0])
            command = bench("score", copies[0], "--metrics", METRIC)
            assert _edits(copies[0]) == edits, "an edit was written"
            spent = time.perf_counter(), time.process_time()
            (result,) = benchmark.score_runs(copies[1], METRIC, quiet=True)
            if number:  # the first call imports
                functions.append((time.perf_counter() - spent[0], time.process_time() - spent[1]))
                commands.append((command.wall, command.cpu))
        value = result.protocols[PROTOCOL].metrics[METRIC]
        print(f"{METRIC} of {value.n} tasks at {result.dataset_facts.size}², median of {ROUNDS}: wall and CPU seconds")
        for name, times in (
            ("the command", commands),
            ("the function, imported already", functions),
            ("measuring the metric alone", own[1:]),
        ):
            print(f"{name}: {statistics.median(w for w, _ in times):.2f}, {statistics.median(c for _, c in times):.2f}")


def _edits(runs: Path) -> dict[str, int]:
    return {str(path.relative_to(runs)): path.stat().st_mtime_ns for path in runs.rglob("edits/**/*.png")}


def _timed_metric() -> list[tuple[float, float]]:
    """Wall and CPU seconds of every measurement of this process, in a list that grows."""
    times: list[tuple[float, float]] = []
    measure = score_protocol.score_edits

    def timed(*args: Any, **kwargs: Any) -> Any:
        wall, cpu = time.perf_counter(), time.process_time()
        scores = measure(*args, **kwargs)
        times.append((time.perf_counter() - wall, time.process_time() - cpu))
        return scores

    score_protocol.score_edits = timed
    return times


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
