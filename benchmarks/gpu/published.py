"""Times training steps as trainings here take them against transcriptions of the published ones in fp32, contiguous."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from typing import Any, Final, cast

import torch

from benchmark.runtime.device import Compute, choose_compute
from benchmarks import steps_attribute, steps_pairs, steps_pix2pixhd, steps_spade
from benchmarks.gpu.measuring import forget, measure, reason_of
from benchmarks.gpu.records import Records, Row
from benchmarks.gpu.scale import Scale
from benchmarks.steps import Case, ours_as_trained, published_as_run
from benchmarks.timing import random_faces

CASES: Final = {
    "pix2pixhd": steps_pix2pixhd.CASES[0],
    "maskgan": steps_pix2pixhd.CASES[1],
    "spade": steps_spade.CASES[0],
    "sean": steps_spade.CASES[1],
    "stargan": steps_attribute.CASES[0],
    "elegant": next(case for case in steps_pairs.CASES if case.name == "ELEGANT"),
}
OF_THE_STEP: Final = ("ebst", "n_critic")
"""Options of a case that say what a step is; without the others, which are widths, a method has the published ones."""


def time_published_steps(
    records: Records, scale: Scale, device: torch.device, minutes: float, methods: tuple[str, ...]
) -> None:
    """Measure what the records lack until the time is over."""
    deadline = time.monotonic() + 60 * minutes
    compute = choose_compute(str(device))
    for preset, sizes in scale.sizes.items():
        for method in methods:
            if records.has(preset=preset, method=method) or time.monotonic() > deadline:
                continue
            row = {"preset": preset, "method": method, "size": sizes[method], "batch_size": scale.usual_batch}
            case = CASES[method] if preset == "demo" else at_published_widths(CASES[method], sizes[method])
            try:
                row |= _both(replace(case, batch=scale.usual_batch), sizes[method], scale.seconds, compute)
            except Exception as error:  # a failure is a finding, and the others go on
                row["failed"] = reason_of(error)
            forget(device)
            records.add(row)


def at_published_widths(case: Case, size: int) -> Case:
    """The same step at the published widths, and images of another size."""
    build = cast("partial[Any]", case.build)
    kept = {name: value for name, value in build.keywords.items() if name in OF_THE_STEP}
    return replace(case, build=partial(build.func, size, **kept))


def _both(case: Case, size: int, seconds: float, compute: Compute) -> Row:
    torch.manual_seed(0)
    faces = random_faces(case.batch, size)
    found: Row = {"way": compute.described}
    for name, step in (("ours", ours_as_trained), ("published", published_as_run)):
        found[name] = measure(step(case, faces, compute), case.batch, compute.device, seconds)
        forget(compute.device)
    return found | {"ratio": round(found["published"]["ms"] / found["ours"]["ms"], 3)}
