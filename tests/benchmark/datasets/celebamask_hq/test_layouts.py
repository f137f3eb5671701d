"""CelebAMask-HQ's usual other layouts hold the same faces: the packed content is the same to the byte."""

import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from benchmark.datasets.celebamask_hq.verify import verify_celebamask_hq
from benchmark.datasets.errors import DataError
from methods.labels import PALETTE
from tests.celebamask_hq_folder import FakeCelebA

ATTRIBUTE_FILE = "CelebAMask-HQ-attribute-anno.txt"
PARTS = "CelebAMask-HQ-mask-anno"
LABEL_MAPS = "CelebAMask-HQ-mask"
COLOR_MAPS = "CelebAMask-HQ-mask-color"


def merged(celeba: FakeCelebA, folder: str = LABEL_MAPS, name: str = "{}.png") -> Path:
    shutil.rmtree(celeba.root / PARTS)
    (celeba.root / folder).mkdir()
    for face, mask in celeba.masks.items():
        pixels = np.asarray(PALETTE, np.uint8)[mask] if folder == COLOR_MAPS else mask
        Image.fromarray(pixels).save(celeba.root / folder / name.format(face))
    return celeba.root / folder


def in_colours(celeba: FakeCelebA) -> None:
    merged(celeba, COLOR_MAPS)


def with_padded_names(celeba: FakeCelebA) -> None:
    merged(celeba, name="{:05d}.png")
    for face in celeba.masks:
        celeba.image(face).rename(celeba.image(face).with_name(f"{face:05d}.jpg"))


def of_parts_in_one_folder(celeba: FakeCelebA) -> None:
    for part in (celeba.root / PARTS).glob("*/*.png"):
        part.rename(celeba.root / PARTS / part.name)
    for folder in (celeba.root / PARTS).iterdir():
        if folder.is_dir():
            folder.rmdir()


def of_images_in_png(celeba: FakeCelebA) -> None:
    for face in celeba.masks:
        cv2.imwrite(str(celeba.image(face).with_name(f"{face:05d}.png")), cv2.imread(str(celeba.image(face))))
        celeba.image(face).unlink()


def of_parts_and_label_maps(celeba: FakeCelebA) -> None:
    (celeba.root / LABEL_MAPS).mkdir()
    (celeba.root / LABEL_MAPS / "0.png").write_bytes(b"never read")


def rewritten(celeba: FakeCelebA, change: Callable[[list[list[str]]], list[list[str]]], between: str = " ") -> None:
    path = celeba.root / ATTRIBUTE_FILE
    rows = change([line.split() for line in path.read_text().splitlines()])
    path.write_text("".join(f"{between.join(row)}\n" for row in rows))


LAYOUTS: dict[str, Callable[[FakeCelebA], object]] = {
    "label maps": merged,
    "colour maps": in_colours,
    "names of five digits": with_padded_names,
    "parts in one folder": of_parts_in_one_folder,
    "images in PNG": of_images_in_png,
    "parts beside label maps": of_parts_and_label_maps,
    "attributes without their number": lambda celeba: rewritten(celeba, lambda rows: rows[1:]),
    "attributes under a first column": lambda celeba: rewritten(
        celeba, lambda rows: [rows[0], ["image_id", *rows[1]], *rows[2:]]
    ),
    "attributes as a table": lambda celeba: rewritten(celeba, lambda rows: [["image_id", *rows[1]], *rows[2:]], ","),
    "attributes of images in PNG": lambda celeba: rewritten(
        celeba, lambda rows: rows[:2] + [[f"{int(row[0][:-4]):05d}.png", *row[1:]] for row in rows[2:]]
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_another_layout_packs_the_same(celeba: FakeCelebA, tmp_path: Path, layout: str) -> None:
    before = celeba.open(tmp_path / "cache")
    LAYOUTS[layout](celeba)
    after = celeba.open(tmp_path / "empty")
    assert after.skipped == ()
    assert after.fingerprint == before.fingerprint
    assert verify_celebamask_hq(celeba.root).empty


def test_a_number_that_is_no_label_leaves_its_face_out(celeba: FakeCelebA, tmp_path: Path) -> None:
    folder = merged(celeba)
    mask = celeba.masks[3].copy()
    mask[5, 7] = 19
    Image.fromarray(mask).save(folder / "3.png")
    Image.fromarray(np.zeros_like(mask)).save(folder / "4.png")
    (folder / "5.png").unlink()
    dataset = celeba.open(tmp_path / "cache")
    assert [tuple(vars(skipped).values())[:2] for skipped in dataset.skipped] == [
        ("3", "3.png holds label 19 at column 7, row 5; labels of celebamask-hq are 0..18"),
        ("4", "4.png is background alone"),
        ("5", "5.jpg has no mask part"),
    ]
    found = verify_celebamask_hq(celeba.root)
    assert list(zip(found["face"], found["problem"], strict=True)) == [(3, "corrupt"), (4, "corrupt"), (5, "missing")]
    assert found["detail"].tolist()[1:] == ["4.png is background alone", "its label map in CelebAMask-HQ-mask/"]


def test_a_colour_that_is_no_labels_leaves_its_face_out(celeba: FakeCelebA, tmp_path: Path) -> None:
    folder = merged(celeba, COLOR_MAPS)
    pixels = np.asarray(Image.open(folder / "3.png")).copy()
    pixels[5, 7] = (204, 1, 0)
    Image.fromarray(pixels).save(folder / "3.png")
    (skipped,) = celeba.open(tmp_path / "cache").skipped
    assert skipped.reason == "3.png the colour (204, 1, 0) at column 7, row 5 is no label's"


def test_two_masks_of_one_face_are_refused(celeba: FakeCelebA, tmp_path: Path) -> None:
    folder = merged(celeba)
    shutil.copy(folder / "3.png", folder / "00003.png")
    with pytest.raises(DataError, match=r"00003\.png and 3\.png are masks of one face; remove one of them"):
        celeba.open(tmp_path / "cache")


def test_two_images_of_one_face_are_refused(celeba: FakeCelebA, tmp_path: Path) -> None:
    shutil.copy(celeba.image(3), celeba.image(3).with_name("00003.png"))
    with pytest.raises(DataError, match=r"00003\.png and 3\.jpg are images of one face; remove one of them"):
        celeba.open(tmp_path / "cache")


def test_a_file_among_label_maps_that_is_none_is_found(celeba: FakeCelebA) -> None:
    folder = merged(celeba)
    shutil.copy(folder / "3.png", folder / "3_mask.png")
    (found,) = verify_celebamask_hq(celeba.root)["detail"]
    assert found == "CelebAMask-HQ-mask/3_mask.png is named, or lies, as no face's label map, such as 12.png"


def test_masks_of_half_the_images_size_are_brought_to_the_same_size(celeba: FakeCelebA, tmp_path: Path) -> None:
    folder = merged(celeba)
    for face in celeba.masks:
        half = np.asarray(Image.open(folder / f"{face}.png"))[::2, ::2]
        Image.fromarray(half).save(folder / f"{face}.png")
    packed = celeba.open(tmp_path / "cache", size=64).packed
    assert packed.masks.shape[1:] == (64, 64)
    np.testing.assert_array_equal(packed.masks[0], celeba.masks[0][::2, ::2].repeat(2, axis=0).repeat(2, axis=1))
