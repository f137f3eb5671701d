"""Models of the presets, and the time and memory of whatever they do, on a device that works behind the host."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import Any, cast

import torch

from benchmark.config.presets import complete_preset, find_preset
from benchmark.config.training_length import in_iterations, put_over
from benchmarks.gpu.records import Row
from benchmarks.random_vgg import random_vgg
from methods.base import FaceEditor, Stage
from registry import METHODS
from registry.catalogue import METHOD_CARDS

WARM_UP, MOST = 2, 50
GIB = 2**30


def build(method: str, preset: str, size: int, device: torch.device, *, channels_last: bool) -> FaceEditor:
    """A method at a preset's widths; at the published ones with a perceptual term, whose VGG-19 is random here."""
    options = options_of(method, preset)
    if preset == "paper" and "vgg_weights" in options:
        options["vgg_weights"] = random_vgg()
    torch.manual_seed(0)
    with torch.device(device):
        model: FaceEditor = METHODS.get(method)(size=size, **options)
    model.to(device)
    return model.to(memory_format=torch.channels_last) if channels_last else model


def options_of(method: str, preset: str) -> dict[str, Any]:
    """A method's options at a preset, lengths in iterations over the preset's rendered faces, without weights files."""
    card = METHOD_CARDS.find(method).card
    options = put_over(card.options, card.presets.get(preset, {}))
    options |= {name: None for name in options if name.endswith("_weights")}
    return in_iterations(
        options, cast(int, complete_preset(find_preset(preset, None)).datasets["rendered-faces"]["train"])
    )


def stages_of(method: str, preset: str, size: int) -> list[Stage]:
    """The stages of a method's training at a preset."""
    with torch.device("meta"):
        model: FaceEditor = METHODS.get(method)(size=size, **options_of(method, preset))
    return [stage for stage in model.stages() if stage.iterations]


def measure(act: Callable[[], object], images: int, device: torch.device, seconds: float, cycle: int = 1) -> Row:
    """Time and peak memory of an act on so many images, over at least `seconds` after a warm-up.

    `host_ms` is what the host needs to ask for the work: where it equals `ms`, the device waits for the host.

    Args:
        act: what to measure.
        images: that one act works on.
        device: where it works.
        seconds: to measure over.
        cycle: acts after which the work repeats itself.
    """
    started = time.perf_counter()
    for _ in range(WARM_UP * cycle):
        act()
    _finish(device)
    warm_up = time.perf_counter() - started
    started = time.perf_counter()
    for _ in range(cycle):
        act()
    _finish(device)
    once = time.perf_counter() - started
    acts = cycle * min(max(round(seconds / once), 1), MOST)
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    started = time.perf_counter()
    for _ in range(acts):
        act()
    enqueued = time.perf_counter() - started
    _finish(device)
    spent = time.perf_counter() - started
    peak = torch.cuda.max_memory_allocated(device) / GIB if device.type == "cuda" else None
    return {
        "images_per_second": round(images * acts / spent, 2),
        "ms": round(1000 * spent / acts, 2),
        "host_ms": round(1000 * enqueued / acts, 2),
        "peak_gib": None if peak is None else round(peak, 2),
        "warm_up_s": round(warm_up, 2),
        "measured": acts,
    }


def reason_of(error: Exception) -> str:
    """What went wrong, in a line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0] if lines else ''}"[:300]


def forget(device: torch.device) -> None:
    """Give back what no variable holds any more."""
    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()


def _finish(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
