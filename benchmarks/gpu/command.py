"""Runs the `bench` command for a rehearsal, and reads what a run's files say of its speed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.gpu.records import Row
from benchmarks.gpu.scale import Scale
from methods.base import Stage

BENCH = (sys.executable, "-c", "from benchmark.cli import main; main()")
LOGGED = re.compile(r"^\S+ \S+ .*: (edit|score) (\S+): (\d+) of \d+ in ([\d.]+) s", re.MULTILINE)


def bench(verb: str, method: str, scale: Scale, work: Path, device: str, settings: dict[str, object]) -> Row:
    """Run one of the command's verbs for a method; seconds it took, or why it failed.

    Args:
        verb: `train` or `score`, which edits first.
        method: its name.
        scale: of the rehearsal.
        work: takes the run and the command's output; the cache lies beside it.
        device: for the command.
        settings: further settings by name.
    """
    started = time.monotonic()
    work.mkdir(parents=True, exist_ok=True)
    output = work / f"{method}.log"
    words = _words(verb, method, scale, work, device, settings)
    with output.open("a", encoding="utf-8") as log:
        code = subprocess.run(words, env=_environment(work), stdout=log, stderr=log, check=False).returncode
    row: Row = {"seconds": round(time.monotonic() - started, 1)}
    if code:
        last = output.read_text(encoding="utf-8").strip().splitlines()[-1:]
        row["failed"] = f"exit {code}: {' '.join(last)}"[:300]
    return row


def planned_stages(method: str, scale: Scale, work: Path, device: str, settings: dict[str, object]) -> list[Row]:
    """What `bench plan` foresees of each stage of a training: images a second, and memory of the GPU."""
    words = [*_words("plan", method, scale, work, device, settings), "--json"]
    done = subprocess.run(words, env=_environment(work), capture_output=True, text=True, check=False)
    if done.returncode:
        return []
    parts = [part for group in json.loads(done.stdout)["groups"] for part in group["parts"] if part["iterations"]]
    return [
        {
            "stage": part["name"],
            "images_per_second": round(part["images"] / part["seconds"], 1),
            "gib": None if part["device_memory"] is None else round(part["device_memory"] / 2**30, 2),
        }
        for part in parts
        if not part["name"].startswith("judge")
    ]


def _words(verb: str, method: str, scale: Scale, work: Path, device: str, settings: dict[str, object]) -> list[str]:
    settings = {
        **{f"dataset.options.{split}": count for split, count in scale.faces.items()},
        "judges.parser.iterations": scale.judge_iterations,
        "judges.attributes.iterations": scale.judge_iterations,
        "limit": scale.tasks,
        **settings,
    }
    words = [*BENCH, verb, "--method", method, "--preset", scale.preset, "--device", device, "--runs", str(work)]
    return [*words, *(word for name, value in settings.items() for word in ("--set", f"{name}={value}"))]


def _environment(work: Path) -> dict[str, str]:
    return {**os.environ, "BENCH_CACHE": str((work.parent / "cache").resolve())}


def run_folder(work: Path, method: str) -> Path:
    """Where the command leaves a run on rendered faces."""
    return work / "rendered-faces" / method / "seed0"


def loop_speed(folder: Path, stages: list[Stage]) -> list[Row]:
    """Images a second of each stage's whole loop, its first logged iterations apart, and its losses on the way."""
    lines = [json.loads(line) for line in (folder / "progress.jsonl").read_text(encoding="utf-8").splitlines()]
    rows = []
    for stage in stages:
        logged = [line for line in lines if line["stage"] == stage.name]
        if len(logged) < 2:
            continue
        first, last = logged[0], logged[-1]
        images = stage.batch_size * (last["iteration"] - first["iteration"])
        shown = [logged[round(share * (len(logged) - 1))] for share in (0, 0.1, 0.25, 0.5, 0.75, 1)]
        rows.append(
            {
                "stage": stage.name,
                "batch_size": stage.batch_size,
                "iterations": last["iteration"],
                "images_per_second": round(images / max(last["seconds"] - first["seconds"], 1e-9), 1),
                "losses": {line["iteration"]: line["losses"] for line in shown},
            }
        )
    return rows


def edit_and_score_speed(folder: Path) -> list[Row]:
    """Images a second of editing (batches read, edited, written as PNG) and of scoring, by protocol."""
    log = (folder / "log.txt").read_text(encoding="utf-8")  # its seconds have one decimal
    return [
        {"what": what, "protocol": protocol, "images_per_second": round(int(count) / float(spent), 1)}
        for what, protocol, count, spent in LOGGED.findall(log)
        if float(spent)
    ]


def figures(folder: Path) -> dict[str, dict[str, float | None]]:
    """Every figure of the run's result, by protocol and metric."""
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    return {
        protocol: {name: cell["value"] for name, cell in content["metrics"].items()}
        for protocol, content in result["protocols"].items()
    }
