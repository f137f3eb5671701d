"""A rendered face as the page has it, and the browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from benchmark.datasets.rendered_faces.renderer.attributes import attributes
from benchmark.datasets.rendered_faces.renderer.factors import sample_factors
from benchmark.datasets.rendered_faces.renderer.renderer import render
from benchmark.demo.base64_images import aligned, face_message, labels_message
from benchmark.photographs.aligned_face import PhotographedFace
from methods.labels import LABELS

SIZE = 64


@pytest.fixture(scope="session")
def face() -> PhotographedFace:
    factors = sample_factors(0, 3)
    drawn = render(factors, SIZE)
    return aligned(drawn.image, drawn.mask, attributes(factors).astype(np.float32))


@pytest.fixture
def message(face: PhotographedFace) -> dict[str, Any]:
    """An edit that paints the lower rows of the face as hair."""
    mask = face.mask(SIZE).copy()
    mask[50:56] = LABELS.index("hair")
    return {
        "face": face_message(face, SIZE),
        "style": None,
        "mask": labels_message(mask),
        "hidden": labels_message(np.zeros((SIZE, SIZE))),
        "attributes": {},
        "strength": 1,
    }


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium; its tests skip where playwright or it is missing."""
    from tests.reports.chromium import launched

    with launched() as found:
        yield found
