"""Rendered faces are the same everywhere, keep their splits apart, and know the true result of an edit."""

import inspect
from pathlib import Path

import numpy as np
import pytest
import yaml

from benchmark.datasets.base import SPLITS
from benchmark.datasets.errors import DataError
from benchmark.datasets.rendered_faces import dataset as module
from benchmark.datasets.rendered_faces import parallel as rendered_processes
from benchmark.datasets.rendered_faces.dataset import RenderedFaces
from benchmark.datasets.rendered_faces.renderer.renderer import render
from methods.labels import ATTRIBUTES, MOUTH_LABELS
from tests.places import ROOT

SMILING = ATTRIBUTES.index("Smiling")


def test_splits_have_the_sizes_asked_for(rendered_faces: RenderedFaces) -> None:
    assert [len(rendered_faces.rows(split)) for split in SPLITS] == [11, 2, 3]
    assert rendered_faces.packed.ids[rendered_faces.rows("test")].tolist() == ["test-00000", "test-00001", "test-00002"]
    assert rendered_faces.packed.poses is not None
    assert 1 < np.abs(rendered_faces.packed.poses).max() < 90
    assert rendered_faces.skipped == ()


def test_a_split_does_not_depend_on_the_others(rendered_faces: RenderedFaces, tmp_path: Path) -> None:
    other = RenderedFaces(None, 32, tmp_path, train=1, val=4, test=3)
    mine, theirs = rendered_faces.rows("test"), other.rows("test")
    np.testing.assert_array_equal(rendered_faces.packed.images[mine], other.packed.images[theirs])
    every = np.concatenate([rendered_faces.packed.images, other.packed.images[other.rows("val")[2:]]])
    assert len(np.unique(every.reshape(len(every), -1), axis=0)) == len(every)


def test_equal_options_give_equal_faces_and_another_seed_others(rendered_faces: RenderedFaces, tmp_path: Path) -> None:
    assert RenderedFaces(None, 32, tmp_path, 11, 2, 3).fingerprint == rendered_faces.fingerprint
    assert RenderedFaces(None, 32, tmp_path, 11, 2, 3, seed=1).fingerprint != rendered_faces.fingerprint


@pytest.mark.integration
def test_processes_render_the_same_faces_in_the_same_order(monkeypatch: pytest.MonkeyPatch) -> None:
    indices = [5, 3, 200_007, 11, 2]
    alone = list(rendered_processes.draw_all(0, indices, 32))
    monkeypatch.setattr(rendered_processes, "FACES_A_PROCESS", 2)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    together = list(rendered_processes.draw_all(0, indices, 32))
    for one, other in zip(alone, together, strict=True):
        for mine, theirs in zip(one, other, strict=True):
            np.testing.assert_array_equal(mine, theirs)
            assert mine.dtype == theirs.dtype


@pytest.mark.integration
def test_processes_end_when_the_faces_are_no_longer_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendered_processes, "FACES_A_PROCESS", 2)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    drawings = rendered_processes.draw_all(0, range(1_000), 32)
    next(drawings)
    drawings.close()  # waits for the processes


def test_a_change_of_the_renderer_is_another_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def folder() -> str:
        return RenderedFaces(None, 32, tmp_path, 1, 1, 1).packed.folder.name

    before = folder()
    assert folder() == before
    monkeypatch.setattr(module, "code_version", lambda _: "changed")
    changed = folder()
    monkeypatch.setattr(module, "RENDERER_VERSION", 1_000)
    assert len({before, changed, folder()}) == 3


def test_a_copied_style_keeps_the_sources_geometry(rendered_faces: RenderedFaces) -> None:
    edit = rendered_faces.true_edit("style-copy", 0, 1)
    assert edit is not None
    np.testing.assert_array_equal(edit.mask, rendered_faces.packed.masks[1])
    assert (edit.image != rendered_faces.packed.images[1]).any()


def test_a_transferred_smile_changes_the_mouth_alone(rendered_faces: RenderedFaces) -> None:
    smiles = rendered_faces.packed.attributes[:, SMILING]
    target, source = int(np.flatnonzero(smiles == 0)[0]), int(np.flatnonzero(smiles == 1)[0])
    edit = rendered_faces.true_edit("attribute-transfer", target, source, "Smiling")
    assert edit is not None
    assert edit.attributes[SMILING] == 1
    before = rendered_faces.packed.masks[target]
    # Where the label changed, one of the two labels is of the mouth: skin gives way to lips or takes their place.
    changed = before != edit.mask
    assert changed.any()
    assert (np.isin(before, MOUTH_LABELS) | np.isin(edit.mask, MOUTH_LABELS))[changed].all()


def test_a_face_edited_by_itself_is_itself(rendered_faces: RenderedFaces) -> None:
    for edit, attribute in (("style-copy", None), ("attribute-transfer", "Smiling")):
        same = rendered_faces.true_edit(edit, 4, 4, attribute)  # type: ignore[arg-type]
        assert same is not None
        np.testing.assert_array_equal(same.image, rendered_faces.packed.images[4])
        np.testing.assert_array_equal(same.attributes, rendered_faces.packed.attributes[4])


def test_other_transfers_are_not_known(rendered_faces: RenderedFaces) -> None:
    assert rendered_faces.true_edit("attribute-transfer", 0, 1, "Young") is None
    assert rendered_faces.true_edit("attribute-transfer", 0, 1) is None


def test_unknown_attributes_are_never_set(rendered_faces: RenderedFaces) -> None:
    unknown = [column for column, name in enumerate(ATTRIBUTES) if name not in rendered_faces.known_attributes]
    assert not rendered_faces.packed.attributes[:, unknown].any()
    assert "Smiling" in rendered_faces.known_attributes


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"root": "/data/celeba"}, "reads no folder and was given /data/celeba"),
        ({"val": 0}, "val must be 1 to 1000000 faces, not 0"),
        ({"train": 1_000_001}, "train must be 1 to 1000000 faces"),
        ({"seed": -1}, "seed must be at least 0"),
        ({"size": 16}, "32 to 512 pixels, not 16"),
    ],
)
def test_bad_options_are_refused(tmp_path: Path, options: dict[str, object], message: str) -> None:
    with pytest.raises(DataError, match=message):
        RenderedFaces(**{"root": None, "size": 32, "cache": tmp_path, **options})  # type: ignore[arg-type]


def test_the_card_states_the_constructors_options() -> None:
    card = yaml.safe_load((ROOT / "benchmark/datasets/rendered_faces/dataset.yaml").read_text())
    given = inspect.signature(RenderedFaces).parameters
    common = ("root", "size", "cache", "progress")
    assert card["options"] == {name: given[name].default for name in given if name not in common}
    assert card["name"] == RenderedFaces.name


def test_a_packed_face_is_the_renderers(rendered_faces: RenderedFaces) -> None:
    factors = module.sample_factors(0, 2 * module.SPLIT_STRIDE + 1)
    row = rendered_faces.packed.ids.tolist().index("test-00001")
    np.testing.assert_array_equal(rendered_faces.packed.images[row], render(factors, 32).image)
