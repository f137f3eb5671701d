"""Seconds that two processes of one thread score in, against one: `python -m benchmarks.scoring_together [TASKS]`.

The edits, judges and features of real faces are there already; FID's and LPIPS's networks have generated weights. The
score files of both must be the same bytes.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import torch
from torchvision.models import alexnet

from benchmarks.faces import faces
from benchmarks.generated_inception import write_generated_inception
from benchmarks.processes import Finished, bench, python

TASKS: Final = 512
PROTOCOL: Final = "style-copy"
METRICS: Final = "fid,kid,lpips-oracle,lpips-background,ssim-oracle,ssim-background,psnr-oracle,identity"
LAUNCHER: Final = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m", "benchmark")


def main(tasks: int = TASKS) -> None:
    """Print seconds by the clock and of processors, of the command and of its batches."""
    with TemporaryDirectory() as name:
        place = Path(name)
        torch.manual_seed(0)
        torch.save(alexnet().state_dict(), place / "alexnet.pth")
        write_generated_inception(place / "inception.pth", faces(8, 64, seed=3))
        named = [f"alexnet={place / 'alexnet.pth'}", f"inception-fid={place / 'inception.pth'}"]
        added = ["--metrics", METRICS, *(word for each in named for word in ("--weights", each))]
        environment = {"OMP_NUM_THREADS": "1", "BENCH_CACHE": str(place / "cache")}
        words = ["--method", "region-color", "--protocol", PROTOCOL, "--runs", place / "edited"]
        for setting in _settings(tasks):
            words += ["--set", setting]
        bench("score", *words, **environment)  # trains the judges and makes the edits
        for copy in ("before", "one", "two"):
            shutil.copytree(place / "edited", place / copy)
        bench("score", place / "before", *added, **environment)  # encodes the real faces
        one = bench("score", place / "one", *added, **environment)
        two = python(*LAUNCHER, "score", place / "two", *added, **environment)
        scores = [next((place / each).rglob(f"scores/{PROTOCOL}.parquet")).read_bytes() for each in ("one", "two")]
        print(f"{tasks} tasks, {METRICS}: the score files {'are the same' if scores[0] == scores[1] else 'DIFFER'}")
        for said, runs, finished in (("one process", "one", one), ("two processes", "two", two)):
            print(f"{said}: {_batches(place / runs):.1f} s of batches; {_seconds(finished)} of the command")


def _settings(tasks: int) -> list[str]:
    return [
        "dataset.options.train=64",
        "dataset.options.val=4",
        f"dataset.options.test={tasks}",
        *(f"judges.{judge}.{key}" for judge in ("parser", "attributes") for key in ("iterations=4", "batch_size=4")),
        f"protocols.{PROTOCOL}.count={tasks}",
        "compute.precision=fp32",
    ]


def _batches(runs: Path) -> float:
    """What the log says of the time between the first batch and the last."""
    (log,) = runs.rglob("log.txt")
    found = re.findall(rf"score {PROTOCOL}: \d+ of \d+ in ([\d.]+) s", log.read_text(encoding="utf-8"))
    return float(found[-1])


def _seconds(finished: Finished) -> str:
    return f"{finished.wall:.1f} s ({finished.cpu:.1f} s of processors)"


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
