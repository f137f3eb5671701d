"""A folder of pictures accounts for every file: used, or left out with a reason, or refused by name."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmark.images.folder import ImageFolder, open_images, open_label_maps
from benchmark.images.selection import FileSelection, Role, parse_selections, selections
from registry.errors import InputError
from tests.benchmark.images.encoded import encoded, png_16


def write(folder: Path, *names: str) -> Path:
    """Small pictures, each another."""
    for number, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(number).integers(0, 256, (3, 3, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(path, "JPEG" if path.suffix.lower() in (".jpg", ".jpeg") else "PNG")
    return folder


def write_labels(folder: Path, *names: str) -> Path:
    for number, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        labels = np.full((3, 3), number % 18, np.uint8) + np.eye(3, dtype=np.uint8)
        Image.fromarray(labels).save(folder / name, "PNG")
    return folder


def left_out(folder: ImageFolder) -> list[tuple[str, int, str]]:
    return [(files.reason, files.count, files.example) for files in folder.left_out]


def test_endings_count_in_upper_and_lower_case(tmp_path: Path) -> None:
    found = open_images(write(tmp_path, "b.PNG", "a.png", "c.JpG"))
    assert list(found.files) == ["a", "b", "c"]
    assert found.files["b"] == tmp_path / "b.PNG"
    assert found.summary is None


def test_every_file_that_is_not_used_is_counted(tmp_path: Path) -> None:
    write(tmp_path, "a.png", "b.png", ".b.png", "more/a.png", "more/deep/c.txt")
    (tmp_path / "notes.txt").touch()
    (tmp_path / "table.csv").touch()
    os.mkfifo(tmp_path / "c.png")
    found = open_images(tmp_path)
    assert list(found.files) == ["a", "b"]
    assert left_out(found) == [
        ("hidden", 1, ".b.png"),
        ("in a sub-folder, which --recursive reads", 2, "more/a.png"),
        ("of a special kind", 1, "c.png"),
        ("with another ending", 2, "notes.txt"),
    ]
    assert found.summary == (
        f"{tmp_path}: 2 used; left out: 1 hidden (such as .b.png), 2 in a sub-folder, which --recursive reads (such as "
        "more/a.png), 1 of a special kind (such as c.png), 2 with another ending (such as notes.txt)"
    )
    assert found.content()["left_out"] == [
        {"reason": reason, "count": count, "example": example} for reason, count, example in left_out(found)
    ]


def test_sub_folders_are_read_once_and_part_of_the_names(tmp_path: Path) -> None:
    write(tmp_path, "a.png", "more/a.png", "more/deep/a.jpg")
    (tmp_path / "more" / "again").symlink_to(tmp_path)
    write(tmp_path.parent / "elsewhere", "z.png")
    (tmp_path / "linked").symlink_to(tmp_path.parent / "elsewhere")
    found = open_images(tmp_path, FileSelection(recursive=True))
    assert list(found.files) == ["a", "linked/z", "more/a", "more/deep/a"]
    assert found.left_out == ()


@pytest.mark.parametrize("names", [("000.png", "000.jpg"), ("000.png", "000.PNG"), ("000.tiff", "000.tif", "1.png")])
def test_a_name_that_is_there_twice_is_refused(tmp_path: Path, names: Sequence[str]) -> None:
    with pytest.raises(InputError) as error:
        open_images(write(tmp_path, *names))
    first, second = sorted(names[:2])
    assert f"{first} and {second} have one name" in str(error.value)


def test_the_label_map_of_a_picture_is_no_picture(tmp_path: Path) -> None:
    write(tmp_path, "0.jpg", "1.jpg", "2.png", "3_a.png", "3.png")
    write_labels(tmp_path, "0.png", "1.png", "2_mask.png")
    found = open_images(tmp_path)
    assert list(found.files) == ["0", "1", "2", "3", "3_a"]
    assert left_out(found) == [("as label maps of others", 3, "0.png")]
    of_some = open_label_maps(tmp_path, {name: found.files[name] for name in "01"})
    assert list(of_some.files.values()) == [tmp_path / "0.png", tmp_path / "1.png"]
    assert left_out(of_some) == [
        ("in JPEG, which keeps no exact labels", 2, "0.jpg"),
        ("for which there is no image", 4, "2.png"),
    ]


def test_a_folder_of_label_maps_alone_has_them_all(tmp_path: Path) -> None:
    assert list(open_images(write_labels(tmp_path, "0.png", "0_1.png", "0_2.png")).files) == ["0", "0_1", "0_2"]


def test_of_a_picture_and_a_label_map_of_one_name_masks_are_the_latter(tmp_path: Path) -> None:
    write(tmp_path, "0.tif")
    write_labels(tmp_path, "0.png")
    found = open_label_maps(tmp_path, {"0": tmp_path / "0.tif"})
    assert found.files == {"0": tmp_path / "0.png"}
    assert left_out(found) == [("as no label map", 1, "0.tif")]
    shutil.copy(tmp_path / "0.png", tmp_path / "0.bmp")
    with pytest.raises(InputError, match=r"0\.bmp and 0\.png have one name"):
        open_label_maps(tmp_path, {"0": tmp_path / "0.tif"})


def test_label_maps_of_no_picture_are_counted_and_a_picture_without_one_is_refused(tmp_path: Path) -> None:
    images = open_images(write(tmp_path / "images", "a.png", "b.png", "c.png")).files
    masks = write_labels(tmp_path / "masks", *(f"{name}.png" for name in "abcdefg"))
    assert left_out(open_label_maps(masks, images)) == [("for which there is no image", 4, "d.png")]
    (masks / "b.png").unlink()
    (masks / "c.png").unlink()
    sentence = rf"b\.png has no mask: {masks / 'b.png'} is not there \(nor those of 1 more\)"
    with pytest.raises(InputError, match=sentence):
        open_label_maps(masks, images)
    write(masks, "b.jpg")
    with pytest.raises(InputError, match=r"left out of .*: 1 in JPEG, which keeps no exact labels \(such as b\.jpg\)"):
        open_label_maps(masks, images)


@pytest.mark.parametrize(
    ("names", "way"),
    [
        (("1_fake_B.png", "1_real_A.png", "1_real_B.png"), "--suffix _fake_B"),
        (("1_input_label.jpg", "1_synthesized_image.jpg"), "--suffix _input_label"),
        (("1_fake.png", "1_real.png"), "--suffix _fake"),
        (("input_label/1.png", "synthesized_image/1.png"), r"--match 'input_label/\*'"),
    ],
)
def test_results_of_several_kinds_are_refused_until_one_is_chosen(
    tmp_path: Path, names: Sequence[str], way: str
) -> None:
    write(tmp_path, *names)
    with pytest.raises(InputError, match=rf"holds {len(names)} kinds of pictures.*{way}"):
        open_images(tmp_path, FileSelection(recursive=True))
    one = open_images(tmp_path, FileSelection(recursive=True, match=f"*{names[0]}"))
    assert list(one.files.values()) == [tmp_path / names[0]]
    assert len(open_images(tmp_path, FileSelection(recursive=True, match="*")).files) == len(names)


def test_of_several_kinds_a_suffix_chooses_one_and_is_no_part_of_the_names(tmp_path: Path) -> None:
    write(tmp_path, "1_fake_B.png", "1_real_B.png", "2_fake_B.png", "2_real_B.png")
    found = open_images(tmp_path, FileSelection(suffix="_fake_B"))
    assert list(found.files) == ["1", "2"]
    assert left_out(found) == [("whose names do not end in _fake_B", 2, "1_real_B.png")]
    masks = write_labels(tmp_path / "masks", "1_label.png", "2_label.png")
    of_masks = open_label_maps(masks, found.files, FileSelection(suffix="_label"))
    assert list(of_masks.files.values()) == [masks / "1_label.png", masks / "2_label.png"]
    other = open_images(tmp_path, FileSelection(match="*_real_B.*"))
    assert list(other.files) == ["1_real_B", "2_real_B"]
    assert left_out(other)[1] == ("not matched by *_real_B.*", 2, "1_fake_B.png")


def test_what_reading_changes_and_copies_are_remarked_on(tmp_path: Path) -> None:
    write(tmp_path, "a.png", "b.png")
    shutil.copy(tmp_path / "a.png", tmp_path / "a (1).png")
    for number in range(2):
        pixels = np.random.default_rng(number).integers(0, 2**16, (3, 3, 1), dtype=np.uint16)
        (tmp_path / f"deep{number}.png").write_bytes(png_16(pixels))
    found = open_images(tmp_path)
    assert len(found.files) == 5
    assert [str(remark) for remark in found.remarks] == [
        "2 of 16 bits per channel, scaled to 8 (such as deep0.png)",
        "1 equal byte for byte to others (such as a.png of a (1).png)",
    ]
    assert found.summary is not None
    assert found.summary.startswith(f"{tmp_path}: 5 used; 2 of 16 bits per channel, scaled to 8")


def test_a_file_that_is_no_image_is_refused_before_anything_is_computed(tmp_path: Path) -> None:
    write(tmp_path, "a.png")
    (tmp_path / "b.png").write_bytes(encoded(Image.new("RGB", (2, 2)), "GIF"))
    with pytest.raises(InputError, match=r"b\.png: cannot be read as an image: it is no image of a known kind"):
        open_images(tmp_path)
    (tmp_path / "b.png").unlink()
    (tmp_path / "b.png").symlink_to("nowhere.png")
    with pytest.raises(InputError, match=r"b\.png: cannot be read as an image"):
        open_images(tmp_path)


def test_a_folder_without_images_says_what_it_has(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder of images"):
        open_images(tmp_path / "absent")
    (tmp_path / "a.gif").touch()
    with pytest.raises(InputError, match=r"holds no image; left out: 1 with another ending \(such as a\.gif\); known"):
        open_images(tmp_path)


def test_words_of_the_command_line_choose_files_of_each_folder() -> None:
    found = parse_selections(["*.png", "masks=a=*.png"], ["reference=_real_B", "of=_fake_B"], recursive=True)
    assert found == {
        "images": FileSelection(True, "*.png", "of=_fake_B"),
        "reference": FileSelection(True, None, "_real_B"),
        "masks": FileSelection(True, "a=*.png", ""),
    }


@pytest.mark.parametrize(
    ("match", "suffix", "sentence"),
    [
        (["a", "b"], [], "--match is given twice for images: 'a' and 'b'"),
        ([""], [], "match of images is empty"),
        (["."], [], "match of images is '.', which names no file"),
        (["masks=./"], [], "match of masks is './', which names no file"),
        ([], ["masks="], "suffix of masks is empty"),
    ],
)
def test_selections_that_say_nothing_are_refused(match: list[str], suffix: list[str], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        parse_selections(match, suffix, recursive=False)


def test_a_selection_of_a_folder_that_there_is_not_is_refused() -> None:
    wrong: dict[Role, str] = {"mask": "_a"}  # type: ignore[dict-item]
    with pytest.raises(InputError, match="suffix is of images, reference, masks, not of 'mask'"):
        selections(None, wrong, recursive=False)
