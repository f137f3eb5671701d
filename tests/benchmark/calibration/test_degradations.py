"""Degradations: known errors that start at none, grow with the strength, and depend on nothing but their arguments."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from benchmark.calibration import image_degradations
from benchmark.calibration.cached_ground_truth import CachedGroundTruth
from benchmark.calibration.degradations import DEGRADATIONS, degrade_edits, shown_tasks
from benchmark.calibration.wrong_targets import MODES, mode_collapse, style_collapse, wrong_identity
from benchmark.datasets.rendered_faces.dataset import RenderedFaces
from benchmark.images.convert import image_array
from benchmark.protocols.attribute_transfer import AttributeTransfer
from benchmark.protocols.style_copy import StyleCopy
from registry.errors import InputError

OF_IMAGES = [
    name for name, degradation in DEGRADATIONS.items() if degradation.degrade_image is not image_degradations.unchanged
]
OF_TASKS = [name for name, degradation in DEGRADATIONS.items() if degradation.stand_ins is not None]
OF_TARGETS = [name for name in DEGRADATIONS if name not in (*OF_IMAGES, *OF_TASKS)]
SEED = 3


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> CachedGroundTruth:
    folder = tmp_path_factory.mktemp("faces")
    return CachedGroundTruth(RenderedFaces(root=None, size=32, cache=folder, train=1, val=1, test=24))


@pytest.fixture(scope="module")
def tasks(dataset: CachedGroundTruth) -> pd.DataFrame:
    return StyleCopy(count=24).tasks(dataset, seed=0)


def edits(name: str, strength: float, tasks: pd.DataFrame, dataset: CachedGroundTruth, seed: int = SEED) -> np.ndarray:
    rows = shown_tasks(name, strength, tasks, seed)
    return degrade_edits(name, strength, StyleCopy(), dataset, rows, seed)


def truth(tasks: pd.DataFrame, dataset: CachedGroundTruth) -> np.ndarray:
    oracle = StyleCopy().batch(dataset, tasks).oracle
    assert oracle is not None
    return image_array(oracle)


@pytest.mark.parametrize("name", DEGRADATIONS)
class TestEveryDegradation:
    def test_strengths_start_at_none_and_grow(self, name: str) -> None:
        strengths = DEGRADATIONS[name].strengths
        assert strengths[0] == 0
        assert list(strengths) == sorted(set(strengths))

    def test_no_strength_is_the_true_edit(self, name: str, tasks: pd.DataFrame, dataset: CachedGroundTruth) -> None:
        assert np.array_equal(edits(name, 0, tasks, dataset), truth(tasks, dataset))

    def test_the_true_error_grows_with_the_strength(
        self, name: str, tasks: pd.DataFrame, dataset: CachedGroundTruth
    ) -> None:
        right = truth(tasks, dataset).astype(float)
        levels = [edits(name, strength, tasks, dataset) for strength in DEGRADATIONS[name].strengths]
        assert all(images.shape == right.shape and images.dtype == np.uint8 for images in levels)
        errors = [np.square(images - right).mean() for images in levels]
        assert errors[0] == 0
        assert all(np.diff(errors) > 0), errors

    def test_a_seed_gives_the_same_images_and_another_gives_others(
        self, name: str, tasks: pd.DataFrame, dataset: CachedGroundTruth
    ) -> None:
        strength = DEGRADATIONS[name].strengths[-2]
        first, again, other = (edits(name, strength, tasks, dataset, seed) for seed in (SEED, SEED, SEED + 1))
        assert np.array_equal(first, again)
        assert np.array_equal(first, other) == (name in ("blur", "jpeg"))

    def test_an_image_does_not_depend_on_the_tasks_beside_it(
        self, name: str, tasks: pd.DataFrame, dataset: CachedGroundTruth
    ) -> None:
        strength = DEGRADATIONS[name].strengths[-1]
        rows = shown_tasks(name, strength, tasks, SEED)
        alone = degrade_edits(name, strength, StyleCopy(), dataset, rows.iloc[7:8], SEED)
        assert np.array_equal(alone[0], edits(name, strength, tasks, dataset)[7])


@given(
    image=arrays(np.uint8, (16, 16, 3)),
    name=st.sampled_from(OF_IMAGES),
    level=st.integers(1, 5),
    seed=st.integers(0, 2**32 - 1),
)
@settings(deadline=None, max_examples=60)
def test_a_degraded_image_is_an_image(image: np.ndarray, name: str, level: int, seed: int) -> None:
    before, degradation = image.copy(), DEGRADATIONS[name]
    degraded = degradation.degrade_image(image, degradation.strengths[level], np.random.default_rng(seed))
    assert (degraded.shape, degraded.dtype) == (image.shape, np.uint8)
    assert np.array_equal(image, before), "it leaves its input alone"


def test_a_colour_shift_is_as_long_as_it_says_and_keeps_lightness() -> None:
    from skimage.color import rgb2lab

    grey = np.full((8, 8, 3), 128, np.uint8)
    moved = rgb2lab(image_degradations.shift_colour(grey, 16, np.random.default_rng(0))) - rgb2lab(grey)
    assert np.linalg.norm(moved, axis=-1).mean() == pytest.approx(16, abs=0.7)
    assert abs(moved[..., 0]).max() < 0.7


def test_noise_has_the_spread_that_it_says() -> None:
    grey = np.full((128, 128, 3), 128, np.uint8)
    assert image_degradations.add_noise(grey, 8, np.random.default_rng(0)).std() == pytest.approx(8, rel=0.02)


def test_a_warp_moves_by_the_share_of_the_width_that_it_says() -> None:
    # on a ramp of one level per pixel, values move as far as pixels do
    ramp = np.repeat(np.arange(128, dtype=np.uint8)[None, :, None] + 50, 128, axis=0).repeat(3, axis=2)
    across = image_degradations.warp(ramp, 2, np.random.default_rng(0)).astype(float) - ramp
    down = image_degradations.warp(ramp.transpose(1, 0, 2).copy(), 2, np.random.default_rng(0)).astype(float)
    down -= ramp.transpose(1, 0, 2)
    inner = slice(8, -8)  # border pixels are read from beyond the ramp
    length = np.sqrt((across[inner, inner, 0] ** 2 + down[inner, inner, 0] ** 2).mean())
    assert length == pytest.approx(0.02 * 128, rel=0.15)


@pytest.mark.parametrize("name", OF_TARGETS)
def test_a_share_of_the_tasks_is_wrong_and_greater_shares_include_smaller_ones(
    name: str, tasks: pd.DataFrame, dataset: CachedGroundTruth
) -> None:
    many = pd.concat([tasks] * 20, ignore_index=True).assign(task=range(20 * len(tasks)))
    right = many[["target_row", "source_row"]].to_numpy()
    wrong = [
        (shown_tasks(name, share, many, SEED)[["target_row", "source_row"]].to_numpy() != right).any(axis=1)
        for share in DEGRADATIONS[name].strengths
    ]
    assert all((greater | smaller == greater).all() for smaller, greater in pairwise(wrong))
    # a mode is right for the task that it was taken from
    floor = 1 if name == "identity" else 1 - 1 / len(tasks)
    for share, found in zip(DEGRADATIONS[name].strengths, wrong, strict=True):
        assert found.mean() == pytest.approx(share / 100 * floor, abs=0.06)


def test_a_wrong_identity_keeps_the_source_and_never_shows_its_own_face(tasks: pd.DataFrame) -> None:
    edited = wrong_identity(tasks, 100, SEED)
    assert (edited["target_row"] != tasks["target_row"]).all()
    assert (edited["source_row"] == tasks["source_row"]).all()
    assert edited["target_row"].nunique() > MODES


def test_style_collapse_keeps_the_source_and_shows_few_faces(tasks: pd.DataFrame) -> None:
    edited = style_collapse(tasks, 100, SEED)
    assert (edited["source_row"] == tasks["source_row"]).all()
    assert 1 < edited["target_row"].nunique() <= MODES


def test_mode_collapse_shows_few_true_edits(tasks: pd.DataFrame) -> None:
    pairs = ["target_row", "source_row"]
    edited = set(mode_collapse(tasks, 100, SEED)[pairs].itertuples(index=False, name=None))
    assert 1 < len(edited) <= MODES
    assert edited <= set(tasks[pairs].itertuples(index=False, name=None))


def test_one_target_face_has_no_other_identity(tasks: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="two target faces"):
        wrong_identity(tasks.assign(target_row=3), 10, SEED)


def test_cached_ground_truth_has_the_true_edits_and_serve_every_protocol(tmp_path: Path) -> None:
    plain = RenderedFaces(root=None, size=32, cache=tmp_path, train=1, val=1, test=16)
    cached = CachedGroundTruth(plain)
    for protocol in (StyleCopy(count=3), AttributeTransfer(count=3)):
        rows = protocol.tasks(plain, seed=0)
        batches = [protocol.batch(faces, rows) for faces in (plain, cached, cached)]
        assert all(np.array_equal(batches[0].oracle, batch.oracle) for batch in batches[1:])
    assert cached.true_edit("style-copy", 2, 3) is cached.true_edit("style-copy", 2, 3)


@pytest.mark.parametrize("name", OF_TASKS)
def test_a_share_of_the_tasks_shows_a_stand_in_and_the_others_their_true_edits(
    name: str, tasks: pd.DataFrame, dataset: CachedGroundTruth
) -> None:
    right, every = truth(tasks, dataset), edits(name, 100, tasks, dataset)
    some = edits(name, 40, tasks, dataset)
    shown = [np.array_equal(image, stand_in) for image, stand_in in zip(some, every, strict=True)]
    assert 0 < sum(shown) < len(tasks)
    assert np.array_equal(some, np.where(np.array(shown)[:, None, None, None], every, right))


def test_not_editing_shows_the_target_and_flat_regions_keep_their_mean_alone(
    tasks: pd.DataFrame, dataset: CachedGroundTruth
) -> None:
    batch = StyleCopy().batch(dataset, tasks)
    assert np.array_equal(edits("no-edit", 100, tasks, dataset), image_array(batch.target.image))
    flat, right, mask = edits("flat-regions", 100, tasks, dataset)[0], truth(tasks, dataset)[0], batch.mask[0].numpy()
    for label in np.unique(mask):
        painted = flat[mask == label]
        assert (painted == painted[0]).all()
        assert painted[0] == pytest.approx(right[mask == label].mean(axis=0), abs=0.5)
