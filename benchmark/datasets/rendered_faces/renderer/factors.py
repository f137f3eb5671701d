"""A rendered face's factors, geometry apart from style, and the exact edits that swap some of them."""

from dataclasses import dataclass, replace

import numpy as np

from benchmark.datasets.rendered_faces.renderer.geometry import Geometry, sample_geometry
from benchmark.datasets.rendered_faces.renderer.style import Style, sample_style

__all__ = ["FaceFactors", "Geometry", "Style", "copy_style", "sample_factors", "transfer_expression"]


@dataclass(frozen=True, slots=True)
class FaceFactors:
    """All that decides a rendered face: `geometry` moves the label map, `style` never does."""

    geometry: Geometry
    style: Style


def sample_factors(seed: int, index: int) -> FaceFactors:
    """Draw face `index` of the population `seed`, a pure function of the two non-negative integers.

    Geometry and style come from streams of their own, so that nothing correlates across them.

    Raises:
        ValueError: If `seed` or `index` is negative.
    """
    if seed < 0 or index < 0:
        raise ValueError(f"seed and index must not be negative: got {seed} and {index}")
    return FaceFactors(
        geometry=sample_geometry(np.random.default_rng((seed, index, 0))),
        style=sample_style(np.random.default_rng((seed, index, 1))),
    )


def transfer_expression(target: FaceFactors, source: FaceFactors) -> FaceFactors:
    """Return `target` with the smile and mouth opening of `source`: the true result of a Smiling transfer.

    Only mouth, u_lip and l_lip change, and the skin right around them.
    """
    return replace(target, geometry=replace(target.geometry, expression=source.geometry.expression))


def copy_style(style_of: FaceFactors, geometry_of: FaceFactors) -> FaceFactors:
    """Return the face with the style of one and the geometry, hence exactly the mask, of the other."""
    return FaceFactors(geometry=geometry_of.geometry, style=style_of.style)
