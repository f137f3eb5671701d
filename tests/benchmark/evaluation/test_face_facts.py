"""What is known of edited faces: attributes as the dataset has them, and hair as the renderer drew it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmark.datasets.rendered_faces.renderer.factors import sample_factors
from benchmark.evaluation.face_facts import ABOVE, BELOW, NO_HAIR, face_facts, hair_length
from benchmark.results.face_facts import read_face_facts, write_face_facts
from methods.labels import ATTRIBUTES, LABELS
from registry import DATASETS


@pytest.mark.integration
def test_facts_are_the_datasets_own_of_each_target_once(tmp_path: Path) -> None:
    dataset = DATASETS.get("rendered-faces")(root=None, size=32, cache=tmp_path, train=1, val=1, test=30)
    rows = dataset.rows("test")
    tasks = pd.DataFrame({"target_row": rows[[5, 3, 5, 9]]})
    facts = face_facts(dataset, tasks)
    assert list(facts["face"]) == [str(dataset.packed.ids[row]) for row in rows[[3, 5, 9]]]
    for name in dataset.known_attributes:
        known = dataset.packed.attributes[rows[[3, 5, 9]], ATTRIBUTES.index(name)] > 0
        assert list(facts[name]) == list(known)
    assert "Male" not in facts
    assert dataset.packed.poses is not None
    assert list(facts["yaw"]) == pytest.approx(dataset.packed.poses[rows[[3, 5, 9]], 0])
    write_face_facts(tmp_path, "style-copy", facts)
    read = read_face_facts(tmp_path, "style-copy")
    assert read is not None
    assert read.equals(facts)
    assert read_face_facts(tmp_path, "completion") is None


@pytest.mark.integration
def test_hair_is_as_long_as_it_was_rendered(tmp_path: Path) -> None:
    dataset = DATASETS.get("rendered-faces")(root=None, size=32, cache=tmp_path, train=60, val=1, test=1)
    seen = {}
    for number, row in enumerate(dataset.rows("train")):
        geometry = sample_factors(0, number).geometry
        if geometry.accessories.hat == "none":
            seen.setdefault(geometry.hair.length, set()).add(hair_length(dataset.packed.masks[row]))
    assert seen["bald"] == {NO_HAIR}
    assert seen["short"] == {ABOVE}
    assert seen["long"] == {BELOW}


def test_a_face_without_a_mouth_has_no_measure_of_its_hair() -> None:
    mask = np.zeros((8, 8), np.uint8)
    assert hair_length(mask) == NO_HAIR
    mask[2] = LABELS.index("hair")
    assert hair_length(mask) == ""
