"""Compares `bench plan` with trainings: `python -m benchmarks.plan_accuracy`.

Each method trains a few steps of each stage at a preset's own sizes in a process of its own, with validation, whose
peak of resident memory the system tells (`ru_maxrss`: the process's own memory and what it maps, libraries and packed
faces among it; there are no loader processes). A plan of the same steps is made in another process just before. Time is
processor seconds of a mean step, weighed by the iterations of the whole preset.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from benchmark.config.experiment import Experiment
from benchmark.config.flags import sources_of
from benchmark.config.resolve import resolve
from benchmark.config.training_length import over_faces, scaled
from benchmark.editing.build_method import build_editor
from benchmark.training.checkpoints import read_checkpoint

METHODS: Final = ("maskgan", "pix2pixhd", "spade", "sean", "stargan", "elegant")
STEPS: Final = {"demo": 30, "small": 4}
FACES: Final = {"train": 200, "val": 40, "test": 60}
MIB: Final = 2**20


def words_of(experiment: Experiment, steps: int) -> list[str]:
    """Words of a command that trains so many steps of each stage on few faces."""
    settings = [f"dataset.options.{split}={count}" for split, count in FACES.items()]
    settings += [f"options.{name}={steps}" for name in scaled(experiment.method.options, 1.0)]
    settings += [f"judges.{name}.iterations=10" for name in ("parser", "attributes")]
    settings += [f"validate_every={steps}"]
    words = ["--method", experiment.method.name, "--preset", experiment.evaluation.preset, "--device", "cpu"]
    return [*words, *(word for setting in settings for word in ("--set", setting))]


def finished(*words: str, cache: Path) -> tuple[str, int]:
    """What a command of `bench` printed, and the peak of its resident memory in bytes."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "BENCH_CACHE": str(cache)}
    command = [sys.executable, "-m", "benchmark", *words]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    out = "" if process.stdout is None else process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return out, usage.ru_maxrss * 1024


def compared(method: str, preset: str, folder: Path) -> dict[str, Any]:
    """Seconds and bytes as planned and as measured."""
    experiment = over_faces(resolve(sources_of({"method": method, "preset": preset})), 20_000)
    lengths = {stage.name: stage.iterations for stage in build_editor(experiment).model.stages() if stage.iterations}
    words = words_of(experiment, STEPS[preset])
    cache, runs = folder / "cache", folder / "runs" / preset
    # packs the faces and trains the judges, so that the peak below is that of the method's own training
    finished("train", *words_of(experiment, 1), "--runs", str(folder / "before" / preset), cache=cache)
    planned = json.loads(finished("plan", *words, "--json", "--runs", str(runs), cache=cache)[0])
    _, peak = finished("train", *words, "--runs", str(runs), cache=cache)
    (group,) = planned["groups"][1:]
    parts = {part["name"]: part for part in group["parts"]}
    run = runs / "rendered-faces" / method / "seed0"
    seconds, foreseen = 0.0, 0.0
    for stage, iterations in lengths.items():
        meta = read_checkpoint(run / "checkpoints" / f"{stage}.pth")["meta"]
        seconds += iterations * meta["cpu_seconds"] / meta["iter"]
        foreseen += iterations * parts[stage]["cpu_seconds"] / parts[stage]["iterations"]
    return {
        "preset": preset,
        "method": method,
        "planned_seconds": round(foreseen),
        "measured_seconds": round(seconds),
        "time_ratio": round(foreseen / seconds, 3),
        "planned_mib": round(group["once"]["memory"] / MIB),
        "measured_mib": round(peak / MIB),
        "memory_ratio": round(group["once"]["memory"] / peak, 3),
        "baseline_mib": round(planned["machine"]["baseline"] / MIB),
    }


def main(words: Sequence[str]) -> None:
    """Print a line a method and preset."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--methods", nargs="*", default=METHODS)
    parser.add_argument("--presets", nargs="*", default=list(STEPS))
    given = parser.parse_args(words)
    with TemporaryDirectory() as name:
        for preset in given.presets:
            for method in given.methods:
                print(json.dumps(compared(method, preset, Path(name))), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
