"""Images a second that two processes of one thread train, against one: `python -m benchmarks.several_processes`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from benchmark.training.checkpoints import read_checkpoint
from benchmarks.processes import python

FACES: Final = 200
LAUNCHER: Final = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node")


class Spent(NamedTuple):
    """Seconds of a step by the clock, without the first ten, and processor seconds of all processes."""

    wall: float
    cpu: float


def spent(run: Path) -> dict[str, Spent]:
    """What a step took, by stage."""
    lines = [json.loads(line) for line in (run / "progress.jsonl").read_text(encoding="utf-8").splitlines()]
    found = {}
    for stage in dict.fromkeys(line["stage"] for line in lines):
        first, *_, last = (line for line in lines if line["stage"] == stage)
        wall = (last["seconds"] - first["seconds"]) / (last["iteration"] - first["iteration"])
        meta = read_checkpoint(run / "checkpoints" / f"{stage}.pth")["meta"]
        found[stage] = Spent(wall, meta["cpu_seconds"] / meta["iter"])
    return found


def trained(method: str, stages: Sequence[str], iterations: int, processes: int, folder: Path) -> dict[str, Spent]:
    """Train a method's demo preset for a few iterations of each stage."""
    settings = [f"dataset.options.train={FACES}", *(f"options.{stage}iterations={iterations}" for stage in stages)]
    settings += ["validate_every=0"]  # for which judges would learn first
    words = [word for setting in settings for word in ("--set", setting)]
    launcher = (*LAUNCHER, str(processes)) if processes > 1 else ()
    runs = folder / str(processes)
    environment = {"OMP_NUM_THREADS": "1", "BENCH_CACHE": str(folder / "cache")}
    python(*launcher, "-m", "benchmark", "train", "--method", method, *words, "--runs", runs, **environment)
    return spent(runs / "rendered-faces" / method / "seed0")


def main(words: Sequence[str]) -> None:
    """Print how many times as many images two processes train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--method", default="maskgan")
    parser.add_argument("--stages", nargs="*", default=["mask_vae_", "dense_mapping_", "editing_behavior_"])
    parser.add_argument("--iterations", type=int, default=60, help="of each stage, a multiple of 10 from 20")
    given = parser.parse_args(words)
    with TemporaryDirectory() as name:
        one, two = (
            trained(given.method, given.stages, given.iterations, processes, Path(name)) for processes in (1, 2)
        )
    for stage, alone in one.items():
        by_two = two[stage]
        print(
            f"{given.method} {stage}: {1000 * alone.wall:.0f} ms a step, by two processes {1000 * by_two.wall:.0f}, "
            f"{alone.wall / by_two.wall:.2f} x the images a second; {1000 * alone.cpu:.0f} ms of processors, by two "
            f"{1000 * by_two.cpu:.0f}, so on idle ones {2 * alone.cpu / by_two.cpu:.2f} x at most"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
