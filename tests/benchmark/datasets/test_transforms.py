"""Loading paints parts in order, resizing keeps image and mask aligned, flipping swaps sides and spares the cache."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from benchmark.datasets.errors import UnusableFaceError
from benchmark.datasets.masks import MaskFiles, paint
from benchmark.datasets.transforms import CropFace, FlipFace, LoadFace, ResizeFace
from methods.labels import FLIP_PAIRS, LABELS, NUM_LABELS
from tests.celebamask_hq_folder import FakeCelebA

masks = hnp.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.integers(0, NUM_LABELS - 1))


def flipped(mask: NDArray[np.uint8], flip: bool = True) -> NDArray[np.uint8]:
    image = np.repeat(mask[..., None], 3, axis=2)
    result = FlipFace()({"img": image, "gt_seg_map": mask, "flip": flip})["gt_seg_map"]
    assert isinstance(result, np.ndarray)
    return result


def test_a_loaded_face_is_rgb_with_its_whole_mask(celeba: FakeCelebA) -> None:
    parts = {LABELS.index(path.stem.split("_", 1)[1]): path for path in celeba.parts(0)}
    face = LoadFace()({"img_path": celeba.image(0), "mask_files": MaskFiles(parts=parts)})
    np.testing.assert_array_equal(face["gt_seg_map"], celeba.masks[0])
    np.testing.assert_array_equal(face["img"], cv2.imread(str(celeba.image(0)))[..., ::-1])


def test_a_higher_label_is_painted_over_a_lower_one_in_whatever_order_they_come() -> None:
    everywhere, left = np.ones((1, 2), np.bool_), np.array([[True, False]])
    assert paint({17: left, 1: everywhere}).tolist() == [[17, 1]]
    assert paint({1: left, 17: everywhere}).tolist() == [[17, 17]]


@pytest.mark.parametrize(("image_side", "mask_side", "size"), [(1024, 512, 64), (512, 512, 48), (64, 32, 128)])
def test_image_and_mask_stay_aligned(image_side: int, mask_side: int, size: int) -> None:
    """A disc drawn into both keeps its centre in both, to a small part of a pixel of the new size."""

    def disc(side: int) -> NDArray[np.uint8]:
        rows, columns = (np.mgrid[:side, :side] + 0.5) / side
        return (((rows - 0.47) ** 2 + (columns - 0.56) ** 2) < 0.3**2).astype(np.uint8)

    face = {"img": np.repeat(disc(image_side)[..., None], 3, axis=2) * 255, "gt_seg_map": disc(mask_side)}
    resized = ResizeFace(size)(face)
    assert resized["img"].shape == (size, size, 3)
    assert resized["gt_seg_map"].shape == (size, size)

    def centre(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.array([(weights * grid).sum() / weights.sum() for grid in np.mgrid[:size, :size]])

    shift = centre(resized["img"][..., 0].astype(np.float64)) - centre(resized["gt_seg_map"].astype(np.float64))
    assert np.abs(shift).max() < 0.15 * max(1, size / mask_side)


@pytest.mark.parametrize(("width", "height"), [(96, 64), (64, 96), (64, 64), (65, 64)])
def test_the_central_square_is_the_same_of_image_and_mask(width: int, height: int) -> None:
    mask = np.repeat(np.arange(width, dtype=np.uint8)[None], height, axis=0)
    image = np.repeat(np.repeat(np.repeat(mask, 2, axis=0), 2, axis=1)[..., None], 3, axis=2)
    cropped = CropFace()({"img": image, "gt_seg_map": mask, "img_path": Path("a.png")})
    side, left = min(width, height), (width - min(width, height)) // 2
    np.testing.assert_array_equal(cropped["gt_seg_map"], mask[:side, left : left + side])
    assert cropped["img"].shape == (2 * side, 2 * side, 3)
    middle = cropped["img"][::2, ::2, 0].astype(int) - cropped["gt_seg_map"]
    assert np.abs(middle).max() <= (width - side) % 2


def test_a_mask_of_other_proportions_is_refused() -> None:
    face = {"img": np.zeros((48, 64, 3), np.uint8), "gt_seg_map": np.zeros((64, 64), np.uint8)}
    with pytest.raises(UnusableFaceError, match=r"mask of a\.png is 64x64, .* other proportions .* 64x48"):
        CropFace()({**face, "img_path": Path("a.png")})


@pytest.mark.integration
@given(masks)
def test_a_resized_mask_invents_no_label(mask: NDArray[np.uint8]) -> None:
    resized = ResizeFace(5)({"img": np.zeros((*mask.shape, 3), np.uint8), "gt_seg_map": mask})["gt_seg_map"]
    assert set(np.unique(resized)) <= set(np.unique(mask))


@pytest.mark.integration
@given(masks)
def test_a_flip_mirrors_swaps_sides_and_undoes_itself(mask: NDArray[np.uint8]) -> None:
    swap = np.arange(NUM_LABELS, dtype=np.uint8)
    for left, right in FLIP_PAIRS:
        swap[left], swap[right] = right, left
    np.testing.assert_array_equal(flipped(mask), swap[mask[:, ::-1]])
    np.testing.assert_array_equal(flipped(flipped(mask)), mask)


def test_a_flip_writes_into_nothing_it_was_given() -> None:
    mask = np.array([[4, 5, 0]], np.uint8)
    mask.setflags(write=False)
    assert flipped(mask).tolist() == [[0, 4, 5]]
    assert mask.tolist() == [[4, 5, 0]]
    assert flipped(mask, flip=False).tolist() == [[4, 5, 0]]


def test_a_file_that_is_gone_is_named(celeba: FakeCelebA, tmp_path: Path) -> None:
    with pytest.raises(UnusableFaceError, match=r"absent\.png cannot be read"):
        LoadFace()({"img_path": celeba.image(0), "mask_files": MaskFiles(parts={1: tmp_path / "absent.png"})})
