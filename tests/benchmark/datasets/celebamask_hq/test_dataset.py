"""CelebAMask-HQ's own layout loads, whole or in part, and every face that cannot be used is named and left out."""

import os
import re
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml

from benchmark.datasets.base import SPLITS
from benchmark.datasets.celebamask_hq.dataset import CelebAMaskHQ
from benchmark.datasets.celebamask_hq.files import find_files, read_annotations
from benchmark.datasets.celebamask_hq.verify import verify_celebamask_hq
from benchmark.datasets.errors import DataError
from benchmark.datasets.packed import SkippedFace
from methods.labels import ATTRIBUTES
from tests.celebamask_hq_folder import FACES, SIDE, FakeCelebA, make_celeba
from tests.celebamask_hq_folder import SPLITS as SPLIT_OF
from tests.places import ROOT

SLICE = Path("../shared/celebamask-hq-mini")
ATTRIBUTE_FILE = "CelebAMask-HQ-attribute-anno.txt"
MAPPING_FILE = "CelebA-HQ-to-CelebA-mapping.txt"
POSE_FILE = "CelebAMask-HQ-pose-anno.txt"


def test_every_face_comes_with_its_mask_split_and_attributes(celeba: FakeCelebA, tmp_path: Path) -> None:
    dataset = celeba.open(tmp_path / "cache", size=SIDE)
    assert dataset.packed.ids.tolist() == [str(face) for face in FACES]
    assert dataset.packed.splits.tolist() == [SPLIT_OF[face] for face in FACES]
    for row, face in enumerate(FACES):
        np.testing.assert_array_equal(dataset.packed.masks[row], celeba.masks[face])
    assert dataset.packed.attributes.any(axis=0).sum() > 10
    assert dataset.packed.poses is None
    assert dataset.skipped == ()
    assert dataset.known_attributes == ATTRIBUTES
    assert dataset.true_edit("style-copy", 0, 1) is None


def test_attribute_columns_follow_their_names(celeba: FakeCelebA, tmp_path: Path) -> None:
    before = celeba.open(tmp_path / "cache").packed.attributes
    lines = [line.split() for line in (celeba.root / ATTRIBUTE_FILE).read_text().splitlines()]
    turned = [lines[0], lines[1][::-1], *([image, *values[::-1]] for image, *values in lines[2:])]
    (celeba.root / ATTRIBUTE_FILE).write_text("\n".join(" ".join(line) for line in turned))
    np.testing.assert_array_equal(celeba.open(tmp_path / "cache").packed.attributes, before)


def test_poses_are_read_where_there_are_any(celeba: FakeCelebA, tmp_path: Path) -> None:
    (celeba.root / POSE_FILE).write_text("3\nYaw Pitch Raw\n0.jpg 1.5 -2 3\n2.jpg 4 5\n3.jpg a b c\n")
    poses = celeba.open(tmp_path / "cache").packed.poses
    assert poses is not None
    assert poses[0].tolist() == [1.5, -2.0, 3.0]
    assert np.isnan(poses[1:]).all()


def cut_image(celeba: FakeCelebA) -> None:
    content = celeba.image(3).read_bytes()
    celeba.image(3).write_bytes(content[: len(content) // 2])


def cut_part(celeba: FakeCelebA) -> None:
    content = celeba.part(3, "skin").read_bytes()
    celeba.part(3, "skin").write_bytes(content[:-20])


def shrink_part(celeba: FakeCelebA) -> None:
    cv2.imwrite(str(celeba.part(3, "nose")), np.full((16, 16), 255, np.uint8))


def remove_parts(celeba: FakeCelebA) -> None:
    for path in celeba.parts(3):
        path.unlink()


def empty_parts(celeba: FakeCelebA) -> None:
    for path in celeba.parts(3):
        cv2.imwrite(str(path), np.zeros((SIDE, SIDE), np.uint8))


def shrink_image(celeba: FakeCelebA) -> None:
    cv2.imwrite(str(celeba.image(3)), cv2.imread(str(celeba.image(3)))[:48])


def dangle_image(celeba: FakeCelebA) -> None:
    celeba.image(3).unlink()
    celeba.image(3).symlink_to("nowhere.jpg")


def put_pipe(celeba: FakeCelebA) -> None:
    celeba.image(3).unlink()
    os.mkfifo(celeba.image(3))


DAMAGE: list[tuple[Callable[[FakeCelebA], None], str]] = [
    (cut_image, "3.jpg is a JPEG that was cut short"),
    (
        lambda celeba: celeba.image(3).write_bytes(b"<html>"),
        "3.jpg is no image of a known kind (BMP, JPEG, PNG, PPM, TIFF, WEBP)",
    ),
    (lambda celeba: celeba.image(3).write_bytes(b""), "3.jpg is empty"),
    (dangle_image, "3.jpg cannot be read: No such file or directory"),
    (put_pipe, "3.jpg cannot be read: is a pipe or a device, not a file"),
    (cut_part, "00003_skin.png is a PNG that was cut short"),
    (shrink_part, "00003_nose.png is 16x16, not 64x64 as the other parts"),
    (remove_parts, "3.jpg has no mask part"),
    (empty_parts, "every mask part of 3.jpg is empty"),
    (shrink_image, "3.jpg is 64x48, not square"),
    (lambda celeba: celeba.replace_line(ATTRIBUTE_FILE, "3.jpg", None), f"{ATTRIBUTE_FILE} has no row for 3.jpg"),
    (
        lambda celeba: celeba.replace_line(ATTRIBUTE_FILE, "3.jpg", "3.jpg 1 -1"),
        f"{ATTRIBUTE_FILE} has 2 values, not 40, for 3.jpg",
    ),
    (
        lambda celeba: celeba.replace_line(ATTRIBUTE_FILE, "3.jpg", f"3.jpg {'9' * 5000} {'1 ' * 39}"),
        f"{ATTRIBUTE_FILE} has 5_o_Clock_Shadow '{'9' * 20}', not 1, -1 or 0, for 3.jpg",
    ),
    (
        lambda celeba: celeba.replace_line(ATTRIBUTE_FILE, "3.jpg", f"3.jpg 0 -1 {'1 ' * 38}"),
        f"{ATTRIBUTE_FILE} has both -1 and 0 for 3.jpg",
    ),
    (
        lambda celeba: celeba.replace_line(ATTRIBUTE_FILE, "3.jpg", f"3.jpg {'1 ' * 40}\n3.jpg {'-1 ' * 40}"),
        f"{ATTRIBUTE_FILE} has rows for 3.jpg that differ",
    ),
    (
        lambda celeba: celeba.replace_line(MAPPING_FILE, "3", "3 0 000001.jpg\n3 0 190000.jpg"),
        f"{MAPPING_FILE} has rows for 3 in different splits",
    ),
    (lambda celeba: celeba.replace_line(MAPPING_FILE, "3", None), f"{MAPPING_FILE} has no row for 3"),
]


@pytest.mark.parametrize(("harm", "reason"), DAMAGE, ids=[reason for _, reason in DAMAGE])
def test_a_bad_face_is_named_and_left_out(
    celeba: FakeCelebA, tmp_path: Path, harm: Callable[[FakeCelebA], None], reason: str
) -> None:
    harm(celeba)
    for _ in ("packed", "opened again"):
        dataset = celeba.open(tmp_path / "cache")
        assert [(skipped.face, skipped.reason) for skipped in dataset.skipped] == [("3", reason)]
        assert dataset.packed.ids.tolist() == [str(face) for face in FACES if face != 3]


@pytest.mark.parametrize(("harm", "reason"), DAMAGE, ids=[reason for _, reason in DAMAGE])
def test_what_runs_leave_out_is_what_verify_finds_missing_or_corrupt(
    celeba: FakeCelebA, harm: Callable[[FakeCelebA], None], reason: str
) -> None:
    assert verify_celebamask_hq(celeba.root).empty
    harm(celeba)
    found = verify_celebamask_hq(celeba.root)
    left_out = found[found["problem"].isin(["missing", "corrupt"])]
    assert left_out["face"].tolist() == [3]
    assert left_out["detail"].tolist() == ["every part file" if reason.endswith("has no mask part") else reason]


def test_attributes_of_1_and_0_are_those_of_1_and_minus_1(celeba: FakeCelebA, tmp_path: Path) -> None:
    before = celeba.open(tmp_path / "cache").packed.attributes
    text = (celeba.root / ATTRIBUTE_FILE).read_text()
    (celeba.root / ATTRIBUTE_FILE).write_text(text.replace("-1", "0"))
    again = celeba.open(tmp_path / "cache")
    np.testing.assert_array_equal(again.packed.attributes, before)
    assert again.skipped == ()


def test_numbers_of_thousands_of_digits_are_of_no_face(celeba: FakeCelebA, tmp_path: Path) -> None:
    fingerprint = celeba.open(tmp_path / "cache").fingerprint
    many = "9" * 5000
    for file, row in (
        (MAPPING_FILE, f"{many} 1 {many}.jpg"),
        (ATTRIBUTE_FILE, f"{many}.jpg {'1 ' * 40}"),
        (POSE_FILE, f"0.jpg {many} 1e39 inf"),
    ):
        with (celeba.root / file).open("a") as written:
            written.write(f"{row}\n")
    again = celeba.open(tmp_path / "cache")
    assert again.skipped == ()
    assert again.fingerprint == fingerprint


def test_two_files_of_one_part_are_refused(celeba: FakeCelebA, tmp_path: Path) -> None:
    skin = celeba.part(0, "skin")
    shutil.copy(skin, skin.with_suffix(".PNG"))
    with pytest.raises(DataError, match=r"0/00000_skin\.PNG and 0/00000_skin\.png are one part of one face"):
        celeba.open(tmp_path / "cache")
    skin.unlink()
    shutil.copytree(skin.parent, skin.parent.with_name("00"))
    with pytest.raises(DataError, match=r"0/(\w+\.(PNG|png)) and 00/\1 are one part of one face"):
        celeba.open(tmp_path / "cache")


@pytest.mark.integration
@pytest.mark.parametrize("name", ["0.JPG", "0.png", "0.JPEG"])
def test_an_image_may_have_another_ending(celeba: FakeCelebA, tmp_path: Path, name: str) -> None:
    before = celeba.open(tmp_path / "cache").packed
    celeba.image(0).rename(celeba.image(0).with_name(name))
    skin = celeba.part(0, "skin")
    skin.rename(skin.with_suffix(".PNG"))
    after = celeba.open(tmp_path / "cache")
    assert after.fingerprint == before.fingerprint
    assert after.skipped == ()
    shutil.copy(celeba.image(1), celeba.image(0).with_name("0.jpg"))
    with pytest.raises(DataError, match=rf"{re.escape(min('0.jpg', name))} and .* are images of one face"):
        celeba.open(tmp_path / "cache")


def test_an_image_of_no_face_is_counted_as_left_out(celeba: FakeCelebA, tmp_path: Path) -> None:
    (celeba.image(0).parent / "Thumbs.db").touch()
    shutil.copy(celeba.image(0), celeba.image(0).with_name("0-copy.jpg"))
    dataset = celeba.open(tmp_path / "cache")
    reason = "CelebA-HQ-img/0-copy.jpg is named as no face's image, such as 12.jpg"
    kind = "with another name than a number"
    assert dataset.skipped == (SkippedFace("CelebA-HQ-img/0-copy.jpg", reason, kind),)
    assert len(dataset.packed) == len(FACES)


def test_an_absent_part_is_an_absent_class(celeba: FakeCelebA, tmp_path: Path) -> None:
    celeba.part(0, "nose").unlink()
    mask = celeba.open(tmp_path / "cache", size=SIDE).packed.masks[0]
    np.testing.assert_array_equal(mask, np.where(celeba.masks[0] == 2, 0, celeba.masks[0]))


def test_faces_of_a_partial_copy_that_are_not_there_are_not_missed(celeba: FakeCelebA, tmp_path: Path) -> None:
    celeba.image(4).unlink()
    dataset = celeba.open(tmp_path / "cache")
    assert "4" not in dataset.packed.ids
    assert dataset.skipped == ()


def test_a_limit_takes_the_first_faces_of_each_split(celeba: FakeCelebA, tmp_path: Path) -> None:
    dataset = celeba.open(tmp_path / "cache", limit=1)
    assert dataset.packed.ids.tolist() == ["0", "2", "4"]
    assert [len(dataset.rows(split)) for split in SPLITS] == [1, 1, 1]


def folder_of(dataset: CelebAMaskHQ) -> str:
    return dataset.packed.folder.name


@pytest.mark.integration
def test_the_key_follows_content_and_not_the_path(celeba: FakeCelebA, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    before = folder_of(celeba.open(cache))
    moved = FakeCelebA(Path(shutil.copytree(celeba.root, tmp_path / "moved")), celeba.masks)
    assert folder_of(moved.open(cache)) == before
    assert folder_of(celeba.open(cache, size=48)) != before

    seen = {before}
    for change in (
        lambda: os.utime(celeba.image(0), ns=(0, 0)),
        lambda: celeba.part(1, "nose").unlink(),
        lambda: celeba.image(2).write_bytes(celeba.image(0).read_bytes()),
        lambda: celeba.replace_line(MAPPING_FILE, "3", "3 0 000001.jpg"),
        lambda: (celeba.root / POSE_FILE).write_text("0.jpg 1 2 3\n"),
    ):
        change()
        seen.add(folder_of(celeba.open(cache)))
    assert len(seen) == 6


@pytest.mark.parametrize("absent", ["CelebA-HQ-img", "CelebAMask-HQ-mask-anno", MAPPING_FILE, ATTRIBUTE_FILE])
def test_another_folder_is_refused_with_what_was_looked_for(celeba: FakeCelebA, tmp_path: Path, absent: str) -> None:
    (celeba.root / absent).rename(tmp_path / "away")
    with pytest.raises(DataError, match=rf"is not a CelebAMask-HQ folder: looked for .*, and {absent}/? is missing"):
        celeba.open(tmp_path / "cache")


def test_bad_options_are_refused(celeba: FakeCelebA, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="needs the folder of the dataset, which holds CelebA-HQ-img/"):
        CelebAMaskHQ(None, 64, tmp_path)
    with pytest.raises(DataError, match="limit must be at least 1"):
        celeba.open(tmp_path, limit=0)
    with pytest.raises(DataError, match="size must be at least 1"):
        celeba.open(tmp_path, size=0)


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        (MAPPING_FILE, "", "holds no row such as"),
        (ATTRIBUTE_FILE, "", "does not name CelebA's 40 attributes"),
        (ATTRIBUTE_FILE, "1\nSmiling Male\n0.jpg 1 1\n", "does not name CelebA's 40 attributes"),
    ],
)
def test_annotations_of_another_kind_are_refused(
    celeba: FakeCelebA, tmp_path: Path, file: str, content: str, message: str
) -> None:
    (celeba.root / file).write_text(content)
    with pytest.raises(DataError, match=message):
        celeba.open(tmp_path / "cache")


def test_an_empty_image_folder_is_refused(celeba: FakeCelebA, tmp_path: Path) -> None:
    for face in FACES:
        celeba.image(face).unlink()
    with pytest.raises(DataError, match=r"holds no image such as 0\.jpg"):
        celeba.open(tmp_path / "cache")


@pytest.mark.integration
def test_the_made_up_dataset_is_the_same_bytes_each_time(celeba: FakeCelebA, tmp_path: Path) -> None:
    again = make_celeba(tmp_path / "again")
    assert again.open(tmp_path / "a").fingerprint == celeba.open(tmp_path / "b").fingerprint


def test_the_card_states_the_constructors_options() -> None:
    card = yaml.safe_load((ROOT / "benchmark/datasets/celebamask_hq/dataset.yaml").read_text())
    assert card["name"] == CelebAMaskHQ.name
    assert card["options"] == {"limit": None}


@pytest.mark.integration
@pytest.mark.skipif(not SLICE.is_dir(), reason=f"the slice of real faces is not at {SLICE}")
def test_real_faces_load(tmp_path: Path) -> None:
    dataset = CelebAMaskHQ(SLICE, 64, tmp_path, limit=8)
    assert [len(dataset.rows(split)) for split in SPLITS] == [8, 8, 8]
    assert dataset.skipped == ()
    # Every face has skin, and its nose lies within the middle of the picture.
    assert (dataset.packed.masks == 1).any(axis=(1, 2)).all()
    rows, columns = np.nonzero((dataset.packed.masks == 2).mean(axis=0))
    assert 16 < rows.mean() < 48
    assert 16 < columns.mean() < 48


@pytest.mark.integration
@pytest.mark.skipif(not SLICE.is_dir(), reason=f"the slice of real faces is not at {SLICE}")
def test_real_faces_split_by_the_partition_of_celeba() -> None:
    splits = read_annotations(SLICE).splits
    counts = Counter(splits[face.number] for face in find_files(SLICE).faces)
    assert [counts[split] for split in SPLITS] == [573, 102, 107]
    whole = Counter(splits.values())
    assert [whole[split] for split in SPLITS] == [24_183, 2_993, 2_824]


@pytest.mark.slow
@pytest.mark.skipif(not SLICE.is_dir(), reason=f"the slice of real faces is not at {SLICE}")
def test_every_real_face_loads(tmp_path: Path) -> None:
    dataset = CelebAMaskHQ(SLICE, 64, tmp_path)
    assert len(dataset.packed) == 782
    assert dataset.skipped == ()
