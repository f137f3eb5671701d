"""Rendered faces as arrays and as PNG files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmark.datasets.rendered_faces.renderer.factors import sample_factors
from benchmark.datasets.rendered_faces.renderer.renderer import render


def faces(count: int, size: int, seed: int = 0) -> NDArray[np.uint8]:
    """(N, size, size, 3) faces of the population `seed`."""
    return np.stack([render(sample_factors(seed, number), size).image for number in range(count)])


def write_faces(folder: Path, count: int, size: int, seed: int) -> None:
    """Write the faces as `00000.png` … into a folder of their own."""
    folder.mkdir(parents=True)
    for number in range(count):
        Image.fromarray(render(sample_factors(seed, number), size).image).save(folder / f"{number:05d}.png")
