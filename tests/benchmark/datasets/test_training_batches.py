"""Training batches go on for ever, follow from seed and iteration alone, and mirror faces without harming the pack."""

import random
import time
from itertools import islice

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from benchmark.datasets.errors import DataError
from benchmark.datasets.rendered_faces.dataset import RenderedFaces
from benchmark.datasets.training_batches import BalancedDraws, SeededDraws, training_batches
from benchmark.images.convert import image_array
from methods.base import FaceBatch
from methods.labels import ATTRIBUTES, FLIP_PAIRS, NUM_LABELS


def first(dataset: RenderedFaces, number: int, batch_size: int = 4, **options: int) -> list[FaceBatch]:
    return list(islice(training_batches(dataset, batch_size, **{"seed": 3, **options}), number))


def assert_equal(one: list[FaceBatch], other: list[FaceBatch]) -> None:
    assert [batch.ids for batch in one] == [batch.ids for batch in other]
    for mine, theirs in zip(one, other, strict=True):
        assert torch.equal(mine.image, theirs.image)
        assert torch.equal(mine.mask, theirs.mask)
        assert torch.equal(mine.attributes, theirs.attributes)


def test_a_batch_is_what_methods_expect(rendered_faces: RenderedFaces) -> None:
    (batch,) = first(rendered_faces, 1)
    assert batch.image.shape == (4, 3, 32, 32)
    assert batch.image.dtype == torch.float32
    assert -1 <= batch.image.min() < -0.5 < 0.5 < batch.image.max() <= 1
    assert batch.mask.shape == (4, 32, 32)
    assert batch.mask.dtype == torch.uint8
    assert batch.attributes.shape == (4, 40)
    assert batch.attributes.dtype == torch.float32
    assert all(name.startswith("train-") for name in batch.ids)


@given(st.integers(1, 12), st.integers(1, 9), st.integers(0, 5), st.integers(0, 30))
def test_resuming_anywhere_gives_the_same_faces(faces: int, batch_size: int, seed: int, start: int) -> None:
    whole = list(islice(SeededDraws(faces, batch_size, seed), start + 5))
    resumed = list(islice(SeededDraws(faces, batch_size, seed, start), 5))
    assert whole[start:] == resumed
    assert {len(batch) for batch in whole} == {batch_size}


@given(st.integers(1, 12), st.integers(1, 9), st.integers(0, 5))
def test_every_face_comes_once_an_epoch(faces: int, batch_size: int, seed: int) -> None:
    batches = islice(SeededDraws(faces, batch_size, seed), 3 * faces)
    order = [draw.face for batch in batches for draw in batch]
    for epoch in range(3):
        assert sorted(order[epoch * faces : (epoch + 1) * faces]) == list(range(faces))


@pytest.mark.integration
@given(st.integers(1, 12), st.sampled_from([2, 3]), st.integers(0, 5))
def test_processes_share_what_one_would_have_had(faces: int, world_size: int, seed: int) -> None:
    alone = list(islice(SeededDraws(faces, 6, seed), 4))
    shares = [list(islice(SeededDraws(faces, 6, seed, 0, rank, world_size), 4)) for rank in range(world_size)]
    for iteration, batch in enumerate(alone):
        assert sorted(batch) == sorted(draw for share in shares for draw in share[iteration])
        assert {len(share[iteration]) for share in shares} == {6 // world_size}


@given(st.integers(1, 12), st.integers(1, 12), st.sampled_from([1, 2]), st.integers(0, 5), st.integers(0, 9))
def test_balanced_batches_have_equal_sides_whoever_draws_them_and_wherever_they_begin(
    having: int, lacking: int, world_size: int, seed: int, start: int
) -> None:
    sides = [np.arange(having), having + np.arange(lacking)]
    whole = list(islice(BalancedDraws(sides, 4, seed), start + 6))
    for batch in whole:
        assert [draw.face < having for draw in batch] == [True, True, False, False]
    drawn = [draw.face for batch in whole for draw in batch if draw.face < having]
    if len(drawn) >= having:
        assert sorted(drawn[:having]) == list(range(having)), "each of a side's faces once per epoch of its own"
    shares = [list(islice(BalancedDraws(sides, 4, seed, start, rank, world_size), 6)) for rank in range(world_size)]
    for iteration, batch in enumerate(whole[start:]):
        assert sorted(batch) == sorted(draw for share in shares for draw in share[iteration])
        assert {sum(draw.face < having for draw in share[iteration]) for share in shares} == {2 // world_size}


def test_batches_are_balanced_by_an_attribute(rendered_faces: RenderedFaces) -> None:
    column = ATTRIBUTES.index("Smiling")
    for batch in islice(training_batches(rendered_faces, 4, seed=3, balanced_by="Smiling"), 5):
        assert batch.attributes[:, column].tolist() == [1, 1, 0, 0]
    with pytest.raises(DataError, match="batch_size 3 cannot be shared equally by faces with and without Smiling"):
        training_batches(rendered_faces, 3, seed=3, balanced_by="Smiling")
    with pytest.raises(DataError, match="no face of its train split has Attractive"):
        training_batches(rendered_faces, 4, seed=3, balanced_by="Attractive")


def test_half_the_faces_are_mirrored() -> None:
    flips = [draw.flip for batch in islice(SeededDraws(100, 10, 0), 400) for draw in batch]
    assert 0.47 < np.mean(flips) < 0.53


def test_resumed_batches_are_equal_to_the_last_bit(rendered_faces: RenderedFaces) -> None:
    assert_equal(first(rendered_faces, 9)[6:], first(rendered_faces, 3, start=6))


def test_worker_processes_give_the_same_batches(rendered_faces: RenderedFaces) -> None:
    assert_equal(first(rendered_faces, 4), first(rendered_faces, 4, num_workers=2))


def test_global_random_state_neither_matters_nor_moves(rendered_faces: RenderedFaces) -> None:
    before = first(rendered_faces, 3)
    torch.manual_seed(1)
    np.random.seed(1)
    random.seed(1)
    states = torch.get_rng_state(), np.random.get_state()[1].copy(), random.getstate()
    assert_equal(before, first(rendered_faces, 3))
    assert torch.equal(torch.get_rng_state(), states[0])
    assert (np.random.get_state()[1] == states[1]).all()
    assert random.getstate() == states[2]


def test_seeds_differ(rendered_faces: RenderedFaces) -> None:
    assert [batch.ids for batch in first(rendered_faces, 3)] != [
        batch.ids for batch in first(rendered_faces, 3, seed=4)
    ]


def test_each_face_is_itself_or_its_mirror_image_and_the_pack_stays_as_it_is(rendered_faces: RenderedFaces) -> None:
    packed = rendered_faces.packed
    images, masks = packed.images.copy(), packed.masks.copy()
    swap = np.arange(NUM_LABELS, dtype=np.uint8)
    for left, right in FLIP_PAIRS:
        swap[left], swap[right] = right, left
    mirrored = 0
    ids = packed.ids.tolist()
    for batch in first(rendered_faces, 6):
        for name, image, mask in zip(batch.ids, image_array(batch.image), batch.mask.numpy(), strict=True):
            row = ids.index(name)
            if (image == images[row]).all():
                np.testing.assert_array_equal(mask, masks[row])
            else:
                mirrored += 1
                np.testing.assert_array_equal(image, images[row][:, ::-1])
                np.testing.assert_array_equal(mask, swap[masks[row][:, ::-1]])
    assert 4 < mirrored < 20
    np.testing.assert_array_equal(packed.images, images)
    np.testing.assert_array_equal(packed.masks, masks)


def test_fewer_faces_than_a_batch_go_round(rendered_faces: RenderedFaces) -> None:
    (batch,) = first(rendered_faces, 1, batch_size=25)
    assert len(batch) == 25
    assert len(set(batch.ids)) == 11


def test_a_batch_takes_little_time(rendered_faces: RenderedFaces) -> None:
    batches = iter(training_batches(rendered_faces, 8, seed=0))
    next(batches)
    times = []
    for _ in range(30):
        started = time.perf_counter()
        next(batches)
        times.append(time.perf_counter() - started)
    assert min(times) < 0.002


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"batch_size": 0}, "batch_size must be at least 1"),
        ({"seed": -1}, "seed must be at least 0"),
        ({"start": -1}, "start must be at least 0"),
        ({"world_size": 3}, "batch_size 4 cannot be shared equally by 3 processes"),
    ],
)
def test_bad_numbers_are_refused(rendered_faces: RenderedFaces, options: dict[str, int], message: str) -> None:
    with pytest.raises(DataError, match=message):
        training_batches(rendered_faces, **{"batch_size": 4, "seed": 0, **options})
