"""Images a second that two processes of one thread train, against one: `python -m benchmarks.several_processes`.

Two trainings with half the batch each, that share nothing but the machine, say how many two processes could train there
if they had nothing to tell each other.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from benchmark.config.resolve import resolve
from benchmark.config.sources import COMMAND, ConfigSource
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


def trained(
    method: str, settings: Sequence[str], folder: Path, *, processes: int = 1, seed: int = 0
) -> dict[str, Spent]:
    """Train a method's demo preset for a few iterations of each stage; another seed takes no stage from the cache."""
    settings = [f"dataset.options.train={FACES}", *settings, "validate_every=0"]  # for which judges would learn first
    words = ["--method", method, "--seed", seed, *(word for setting in settings for word in ("--set", setting))]
    launcher = (*LAUNCHER, str(processes)) if processes > 1 else ()
    runs = folder / f"{processes}-{seed}"
    environment = {"OMP_NUM_THREADS": "1", "BENCH_CACHE": str(folder / "cache")}
    python(*launcher, "-m", "benchmark", "train", *words, "--runs", runs, **environment)
    return spent(runs / "rendered-faces" / method / f"seed{seed}")


def half_batches(method: str, stages: Sequence[str]) -> list[str]:
    """Settings that halve the batch of each stage."""
    options = resolve([ConfigSource({"method": method}, COMMAND)]).method.options
    return [f"options.{stage}batch_size={int(options[f'{stage}batch_size']) // 2}" for stage in stages]


def main(words: Sequence[str]) -> None:
    """Print how many times as many images two processes train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--method", default="maskgan")
    parser.add_argument("--stages", nargs="*", default=["mask_vae_", "dense_mapping_", "editing_behavior_"])
    parser.add_argument("--iterations", type=int, default=60, help="of each stage, a multiple of 10 from 20")
    given = parser.parse_args(words)
    lengths = [f"options.{stage}iterations={given.iterations}" for stage in given.stages]
    halved = [*lengths, *half_batches(given.method, given.stages)]
    with TemporaryDirectory() as name, ThreadPoolExecutor(2) as pool:
        train = partial(trained, given.method, folder=Path(name))
        one, two = train(settings=lengths), train(settings=lengths, processes=2)
        apart = list(pool.map(lambda seed: train(settings=halved, seed=seed), (1, 2)))
    for stage, alone in one.items():
        by_two, at_best = two[stage], max(each[stage].wall for each in apart)
        print(
            f"{given.method} {stage}: {1000 * alone.wall:.0f} ms a step, by two processes {1000 * by_two.wall:.0f}, "
            f"{alone.wall / by_two.wall:.2f} x the images a second, and {alone.wall / at_best:.2f} x by two that share "
            f"nothing; {1000 * alone.cpu:.0f} ms of processors, by two {1000 * by_two.cpu:.0f}"
        )
    in_all, with_two = (sum(spent.wall for spent in found.values()) for found in (one, two))
    at_best = sum(max(each[stage].wall for each in apart) for stage in one)
    print(f"{given.method}: {in_all / with_two:.2f} x in all, {in_all / at_best:.2f} x by two that share nothing")


if __name__ == "__main__":
    main(sys.argv[1:])
