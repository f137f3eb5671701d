"""Images a second that two processes of one thread train, against one: `python -m benchmarks.several_processes`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.processes import python

ITERATIONS: Final = 60
"""Of each stage; the first ones, which are slower, are not counted."""
SKIPPED: Final = 10
LAUNCHER: Final = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node")


def seconds_a_step(run: Path) -> dict[str, float]:
    """Seconds of a step of every stage, from the log of a training."""
    lines = [json.loads(line) for line in (run / "progress.jsonl").read_text(encoding="utf-8").splitlines()]
    seconds: dict[str, float] = {}
    for stage in dict.fromkeys(line["stage"] for line in lines):
        of_stage = [line for line in lines if line["stage"] == stage and line["iteration"] >= SKIPPED]
        first, last = of_stage[0], of_stage[-1]
        seconds[stage] = (last["seconds"] - first["seconds"]) / (last["iteration"] - first["iteration"])
    return seconds


def trained(method: str, stages: Sequence[str], processes: int, folder: Path) -> dict[str, float]:
    """Train a method's demo preset for a few iterations of each stage: seconds of a step by stage."""
    settings = [f"options.{stage}iterations={ITERATIONS}" for stage in stages]
    words = [word for setting in settings for word in ("--set", setting)]
    launcher = (*LAUNCHER, str(processes)) if processes > 1 else ()
    runs = folder / str(processes)
    environment = {"OMP_NUM_THREADS": "1", "BENCH_CACHE": str(folder / "cache")}
    python(*launcher, "-m", "benchmark", "train", "--method", method, *words, "--runs", runs, **environment)
    return seconds_a_step(runs / "rendered-faces" / method / "seed0")


def main(words: Sequence[str]) -> None:
    """Print how many times as many images two processes train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--method", default="maskgan")
    parser.add_argument("--stages", nargs="*", default=["mask_vae_", "dense_mapping_", "editing_behavior_"])
    given = parser.parse_args(words)
    with TemporaryDirectory() as name:
        folder = Path(name)
        one, two = (trained(given.method, given.stages, processes, folder) for processes in (1, 2))
    for stage, seconds in one.items():
        ratio = seconds / two[stage]
        print(
            f"{given.method} {stage}: {1000 * seconds:.0f} ms a step, two processes {1000 * two[stage]:.0f} ms, "
            f"{ratio:.2f} x the images a second"
        )
    print(f"{given.method}, all stages: {sum(one.values()) / sum(two.values()):.2f} x")


if __name__ == "__main__":
    main(sys.argv[1:])
