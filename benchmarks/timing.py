"""Times two ways of doing one training step against each other."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import torch

from methods.base import FaceBatch
from methods.labels import ATTRIBUTES, NUM_LABELS

WARM_UP, ROUNDS = 2, 10
BLOCK = 8


def random_faces(count: int, size: int) -> FaceBatch:
    """Noise with masks of random blocks and random attributes."""
    image = torch.rand(count, 3, size, size) * 2 - 1
    mask = torch.randint(NUM_LABELS, (count, size // BLOCK, size // BLOCK), dtype=torch.uint8)
    mask = mask.repeat_interleave(BLOCK, 1).repeat_interleave(BLOCK, 2)
    return FaceBatch(image, mask, torch.rand(count, len(ATTRIBUTES)).round(), tuple(map(str, range(count))))


def compare(name: str, ours: Callable[[], object], published: Callable[[], object]) -> None:
    """Print the median CPU milliseconds of our step and of the published one, timed in turns, and of their ratio.

    The ratio is that of steps timed one after the other, which other processes disturb alike, and neither is always
    first.
    """
    times: tuple[list[float], list[float]] = ([], [])
    sides = tuple(zip((ours, published), times, strict=True))
    for number in range(WARM_UP + ROUNDS):
        for step, spent in sides if number % 2 else reversed(sides):
            started = time.process_time()
            step()
            if number >= WARM_UP:
                spent.append(1000 * (time.process_time() - started))
    mine, theirs = map(statistics.median, times)
    ratio = statistics.median(one / other for one, other in zip(*times, strict=True))
    print(f"{name}: {mine:.0f} ms a step, as published {theirs:.0f} ms, ratio {ratio:.2f}", flush=True)
