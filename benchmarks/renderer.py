"""Times the face renderer on one core, sampling included: faces a second at 64² and 256²."""

from __future__ import annotations

import time

import cv2

from benchmark.datasets.rendered_faces.renderer.factors import sample_factors
from benchmark.datasets.rendered_faces.renderer.renderer import render

FACES = 400


def main() -> None:
    """Print the best of three rounds at each size."""
    cv2.setNumThreads(1)
    for size in (64, 256):
        rounds = []
        for first in range(0, 3 * FACES, FACES):
            started = time.perf_counter()
            for number in range(first, first + FACES):
                render(sample_factors(0, number), size)
            rounds.append(time.perf_counter() - started)
        best = min(rounds) / FACES
        print(f"{size}x{size}: {1 / best:.0f} faces/s, {1000 * best:.1f} ms a face")


if __name__ == "__main__":
    main()
