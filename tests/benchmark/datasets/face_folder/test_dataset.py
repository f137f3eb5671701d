"""A plain folder of faces packs what lies in it, however it is written, and accounts for what it leaves out."""

import os
import re
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.datasets.base import SPLITS as SPLIT_NAMES
from benchmark.datasets.errors import DataError
from benchmark.datasets.face_folder.annotations import split_by_hash
from benchmark.datasets.face_folder.options import FaceFolderOptions
from benchmark.datasets.face_folder.verify import verify_face_folder
from benchmark.datasets.rendered_faces.dataset import RenderedFaces
from benchmark.evaluation.context import open_faces
from methods.labels import ATTRIBUTES, LABELS
from registry.catalogue import DATASET_CARDS
from registry.errors import UnknownNameError
from tests.benchmark.images.encoded import LOSSLESS
from tests.face_folder import (
    ANGLES,
    FACES,
    KNOWN,
    SIDE,
    SPLITS,
    WriteMask,
    open_folder,
    replace_line,
    save,
    with_own_column,
    write_as_colors,
    write_as_numbers,
    write_as_parts,
    write_as_parts_in_folders,
    write_folder,
    write_table,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "faces")


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def test_every_face_comes_with_its_mask_split_and_attributes(folder: Path, cache: Path) -> None:
    dataset = open_folder(folder, cache)
    packed = dataset.packed
    assert packed.ids.tolist() == list(FACES), "ids are text: 007 stays 007"
    assert packed.splits.tolist() == list(SPLITS.values())
    known = [ATTRIBUTES.index(name) for name in KNOWN]
    for row, face in enumerate(FACES.values()):
        np.testing.assert_array_equal(packed.images[row], face.image)
        np.testing.assert_array_equal(packed.masks[row], face.mask)
        np.testing.assert_array_equal(packed.attributes[row, known], face.attributes[known])
    assert packed.attributes.sum() == packed.attributes[:, known].sum()
    assert dataset.known_attributes == ("Male", "Smiling")
    assert packed.poses is None
    assert dataset.skipped == dataset.left_out == ()
    assert dataset.lacks == {}
    assert dataset.summary == f"{folder}: 6 images, 6 used (3 train, 1 val, 2 test)"
    assert dataset.true_edit("style-copy", 0, 1) is None
    assert verify_face_folder(folder, FaceFolderOptions()).empty


WAYS: dict[str, tuple[WriteMask, str]] = {
    "numbers": (write_as_numbers, "celebamask-hq"),
    "colours": (write_as_colors, "palette"),
    "parts": (write_as_parts, "celebamask-hq"),
    "folders of parts": (write_as_parts_in_folders, "celebamask-hq"),
}
GREY = ("png", "bmp", "tif", "tiff")
"""Endings whose files of one channel keep it."""


@pytest.mark.integration
@settings(max_examples=12, deadline=None)
@given(
    image_ending=st.sampled_from(sorted(LOSSLESS)),
    way=st.sampled_from(sorted(WAYS)),
    mask_ending=st.sampled_from(GREY),
    images=st.sampled_from(["images", ""]),
    nested=st.booleans(),
)
def test_encoding_and_place_change_nothing(
    image_ending: str, way: str, mask_ending: str, images: str, nested: bool
) -> None:
    with TemporaryDirectory() as here:
        plain = open_folder(write_folder(Path(here, "plain")), Path(here, "cache")).packed
        # folders that keep the order of the faces
        names = {name: f"{number // 2}/{name}" for number, name in enumerate(FACES)} if nested else None
        write_mask, label_set = WAYS[way]
        other = write_folder(
            Path(here, "other"),
            names=names,
            images=images,
            image_ending=image_ending,
            mask_ending=mask_ending,
            write_mask=write_mask,
        )
        packed = open_folder(other, Path(here, "cache"), label_set=label_set).packed
        if not nested:
            assert packed.fingerprint == plain.fingerprint
        assert [face.split("/")[-1] for face in packed.ids] == plain.ids.tolist()
        for column in ("images", "masks", "attributes", "splits"):
            np.testing.assert_array_equal(getattr(packed, column), getattr(plain, column))


def test_endings_do_not_decide_the_order(tmp_path: Path, cache: Path) -> None:
    names = dict(zip(FACES, ["a", "a.b", "a-1", "B", "a b", "aa"], strict=True))
    endings = [write_folder(tmp_path / ending, names=names, image_ending=ending) for ending in ("bmp", "webp")]
    first, second = (open_folder(root, cache).packed for root in endings)
    assert first.fingerprint == second.fingerprint


def test_names_composed_otherwise_are_the_same_face(tmp_path: Path, cache: Path) -> None:
    composed, parted = "Gr\u00f6\u00dfe", "Gro\u0308\u00dfe"
    root = write_folder(tmp_path / "faces", names={**{name: name for name in FACES}, "a": composed})
    (root / "images" / f"{composed}.png").rename(root / "images" / f"{parted}.png")
    dataset = open_folder(root, cache)
    assert dataset.skipped == ()
    assert composed in dataset.packed.ids


def test_a_card_of_rendered_faces_and_their_folder_are_the_same_faces(
    rendered_faces: RenderedFaces, tmp_path: Path, cache: Path
) -> None:
    packed, root = rendered_faces.packed, tmp_path / "faces"
    assert packed.poses is not None
    for row, face in enumerate(packed.ids):
        save(root / "images" / f"{face}.png", packed.images[row])
        save(root / "masks" / f"{face}.png", packed.masks[row])
    write_table(
        root / "attributes.csv",
        ["id", *ATTRIBUTES],
        ([face, *row] for face, row in zip(packed.ids, packed.attributes, strict=True)),
    )
    write_table(root / "splits.csv", ["id", "split"], zip(packed.ids, packed.splits, strict=True))
    write_table(
        root / "poses.csv",
        ["id", *ANGLES],
        ([face, *map(repr, pose.tolist())] for face, pose in zip(packed.ids, packed.poses, strict=True)),
    )
    found = open_folder(root, cache).packed
    order = np.argsort(packed.ids)
    for column in ("ids", "splits", "images", "masks", "attributes", "poses"):
        np.testing.assert_array_equal(getattr(found, column), getattr(packed, column)[order])


def test_images_and_masks_of_any_size_lose_what_is_beside_the_central_square(tmp_path: Path, cache: Path) -> None:
    root = write_folder(tmp_path / "faces")
    plain = open_folder(root, cache).packed
    for name, face in FACES.items():
        wide = np.concatenate([np.full((SIDE, 5, 3), 9, np.uint8), face.image, np.full((SIDE, 5, 3), 9, np.uint8)], 1)
        label_map = np.concatenate([np.full((SIDE, 5), 13, np.uint8), face.mask, np.full((SIDE, 5), 13, np.uint8)], 1)
        save(root / "images" / f"{name}.png", wide)
        save(root / "masks" / f"{name}.png", label_map.repeat(2, axis=0).repeat(2, axis=1))
    dataset = open_folder(root, cache)
    assert dataset.fingerprint == plain.fingerprint
    assert dataset.resize_policy.startswith("not square: the central square; image: area down")


def replace_mask(face: str, change: Callable[[np.ndarray], np.ndarray]) -> Callable[[Path], object]:
    return lambda root: save(root / "masks" / f"{face}.png", change(FACES[face].mask.copy()))


def with_19(mask: np.ndarray) -> np.ndarray:
    mask[3, 4] = 19
    return mask


def add_parts(root: Path) -> None:
    write_as_parts(root / "masks", "b", FACES["b"].mask, "png")


def cut(root: Path) -> None:
    content = (root / "images" / "b.png").read_bytes()
    (root / "images" / "b.png").write_bytes(content[: len(content) // 2])


def in_table(name: str, *rows: str) -> Callable[[Path], None]:
    return lambda root: replace_line(root / name, "b", *rows)


BAD_FACES: list[tuple[Callable[[Path], object], str, str]] = [
    (
        replace_mask("b", with_19),
        "whose mask cannot be used",
        "b.png holds label 19 at column 4, row 3; labels of celebamask-hq are 0..18",
    ),
    (replace_mask("b", np.zeros_like), "whose mask cannot be used", "b.png is background alone"),
    (
        replace_mask("b", lambda mask: mask[:20]),
        "whose mask cannot be used",
        "the mask of b.png is 32x20, which has other proportions than the image, 32x32",
    ),
    (lambda root: (root / "masks" / "b.png").unlink(), "without a mask", "b.png has no mask"),
    (add_parts, "with several masks", "masks/b.png and masks/b_cloth.png are both masks of this face"),
    (cut, "whose image cannot be used", "b.png is a PNG that was cut short"),
    (in_table("attributes.csv"), "without a row in attributes.csv", "attributes.csv has no row for b"),
    (
        in_table("attributes.csv", "b,maybe,0"),
        "with a row in attributes.csv that cannot be read",
        "attributes.csv, line 4: Smiling is 'maybe', not 1 and 0, 1 and -1, or true and false",
    ),
    (
        in_table("attributes.csv", "b,,0"),
        "with a row in attributes.csv that cannot be read",
        "attributes.csv, line 4: Smiling is empty, not 1 and 0, 1 and -1, or true and false",
    ),
    (
        in_table("attributes.csv", "b,1"),
        "with a row in attributes.csv that cannot be read",
        "attributes.csv, line 4: Male is empty, not 1 and 0, 1 and -1, or true and false",
    ),
    (
        in_table("attributes.csv", "b,1,0", "b.png,0,0"),
        "with a row in attributes.csv that cannot be read",
        "attributes.csv, line 5: says other attributes than attributes.csv, line 4",
    ),
    *[
        (in_table("splits.csv", *rows), "without a split in splits.csv", "splits.csv has no split of b")
        for rows in ((), ("b,",), ("b",), ("b,NA",), ("b,nan", "b.png,"))
    ],
]


@pytest.mark.parametrize(("harm", "kind", "reason"), BAD_FACES, ids=range(len(BAD_FACES)))
def test_a_bad_face_is_named_counted_and_left_out(
    folder: Path, cache: Path, harm: Callable[[Path], object], kind: str, reason: str
) -> None:
    harm(folder)
    for _ in ("packed", "opened again"):
        dataset = open_folder(folder, cache)
        assert [(skipped.face, skipped.reason, skipped.kind) for skipped in dataset.skipped] == [("b", reason, kind)]
        assert dataset.packed.ids.tolist() == [name for name in FACES if name != "b"]
        assert [(files.reason, files.count, files.example) for files in dataset.left_out] == [(kind, 1, "b")]
        assert dataset.summary.endswith(f"5 used (2 train, 1 val, 2 test); left out: 1 {kind} (such as b)")
    found = verify_face_folder(folder, FaceFolderOptions())
    assert list(zip(found["face"], found["problem"].isin(["missing", "corrupt"]), found["detail"], strict=True)) == [
        ("b", True, reason)
    ]


def copy_image(name: str) -> Callable[[Path], object]:
    return lambda root: save(root / "images" / name, FACES["b"].image)


def both_absences(root: Path) -> None:
    replace_line(root / "attributes.csv", "a", "a,1,-1")
    replace_line(root / "attributes.csv", "b", "b,0,1")


def poses(*rows: str) -> Callable[[Path], object]:
    return lambda root: (root / "poses.csv").write_text("\n".join(["id,yaw,pitch,roll", *rows]))


def table(name: str, text: str) -> Callable[[Path], object]:
    return lambda root: (root / name).write_text(text)


REFUSED: list[tuple[Callable[[Path], object], str]] = [
    (copy_image("b.bmp"), "images: b.bmp and b.png are images of one face, b; remove one of them"),
    (copy_image("B.png"), "images: B and b differ in upper and lower case alone; rename one of them"),
    (lambda root: save(root / "masks" / "b.bmp", FACES["b"].mask), "b.bmp and b.png are masks of one face, b"),
    (in_table("splits.csv", "b,trian"), "splits.csv, line 4: unknown split 'trian'; did you mean 'train'?"),
    (in_table("splits.csv", "b,train", "b,test"), "line 5: b is in test, and splits.csv, line 4 has it in train"),
    (both_absences, "line 3 has -1 as Male: write what a face has not as 0 or as -1, everywhere the same"),
    (in_table("attributes.csv", "b,1,0,,1"), "attributes.csv, line 4: has 5 cells, where the first line has 3"),
    (table("attributes.csv", "who,Male\nb,1\n"), "file, filename, image_id, face_id); its columns: who, Male"),
    (table("attributes.csv", "id,smile\nb,1\n"), "attributes.csv has no column of a known attribute; name them as"),
    (table("attributes.csv", "id,Male,Male\nb,1,1\n"), "attributes.csv has the column 'Male' twice"),
    (lambda root: os.mkfifo(root / "poses.csv"), "poses.csv cannot be read: is a pipe or a device, not a file"),
    (table("attributes.csv", ""), "attributes.csv is empty; its first line names the columns, such as id,Smiling"),
    (lambda root: (root / "splits.csv").write_bytes(b"id,split\nb\xe9,test"), "splits.csv is not UTF-8 text: save it"),
    (table("splits.csv", "id,part\nb,train\n"), "splits.csv has no column 'split'; its columns: part"),
    (poses("b,1,2,left"), "poses.csv, line 2: roll is 'left', not degrees between -360 and 360"),
    (poses("b,1,2,400"), "poses.csv, line 2: roll is '400', not degrees between -360 and 360"),
    (poses("b,1,2,3", "b,1,2,4"), "poses.csv, line 3: says another pose of b than poses.csv, line 2"),
    (lambda root: shutil.rmtree(root / "images"), "faces holds no image; known endings: bmp, jpg"),
]


@pytest.mark.parametrize(("harm", "sentence"), REFUSED, ids=range(len(REFUSED)))
def test_a_folder_that_contradicts_itself_is_refused(
    folder: Path, cache: Path, harm: Callable[[Path], object], sentence: str
) -> None:
    harm(folder)
    with pytest.raises(DataError, match=re.escape(sentence)):
        open_folder(folder, cache)
    with pytest.raises(DataError, match=re.escape(sentence)):
        verify_face_folder(folder, FaceFolderOptions())


def test_files_and_rows_of_no_face_are_counted(folder: Path, cache: Path) -> None:
    before = open_folder(folder, cache).fingerprint
    (folder / "images" / "notes.txt").touch()
    (folder / "images" / ".hidden.png").touch()
    save(folder / "images" / "a_mask.png", FACES["a"].mask)
    save(folder / "beside.png", FACES["a"].image)
    save(folder / "masks" / "z.png", FACES["a"].mask)
    (folder / "masks" / "a.jpg").touch()
    for name, row in (("attributes.csv", "z,1,1"), ("splits.csv", "7,test")):
        with (folder / name).open("a") as file:
            file.write(f"{row}\n")
    dataset = open_folder(folder, cache)
    assert dataset.fingerprint == before
    assert [(files.reason, files.count, files.example) for files in dataset.left_out] == [
        ("in images, hidden", 1, ".hidden.png"),
        ("in images, with another ending", 1, "notes.txt"),
        ("in images, as label maps of others", 1, "a_mask.png"),
        ("in faces, images beside images/", 1, "beside.png"),
        ("in masks, in JPEG, which keeps no exact labels", 1, "a.jpg"),
        ("in masks, for which there is no image", 1, "z.png"),
        ("in attributes.csv, rows for which there is no image", 1, "z"),
        ("in splits.csv, rows for which there is no image", 1, "7"),
    ]
    assert "splits.csv: 1 rows for which there is no image (such as 7)" in dataset.summary
    found = verify_face_folder(folder, FaceFolderOptions())
    assert found["problem"].tolist() == ["unknown"] * 8
    assert found["face"].isna().all()


def test_a_face_with_a_missing_angle_has_no_known_pose_and_is_counted(folder: Path, cache: Path) -> None:
    poses("a,1,2,3", "b,1,2,nan", "c,,,", "d,1", "d,4,5,6")(folder)
    dataset = open_folder(folder, cache)
    known = dict(zip(dataset.packed.ids.tolist(), np.isfinite(dataset.packed.poses).all(1).tolist(), strict=True))
    assert known == {**dict.fromkeys(FACES, False), "a": True, "d": True}
    said = "in poses.csv, faces with a missing angle, whose pose is unknown"
    assert [(files.reason, files.count, files.example) for files in dataset.left_out] == [(said, 2, "b")]


def test_a_row_that_says_no_split_leaves_it_to_another(folder: Path, cache: Path) -> None:
    before = open_folder(folder, cache).packed.splits.tolist()
    in_table("splits.csv", "b,", "b.png,train")(folder)
    assert open_folder(folder, cache).packed.splits.tolist() == before


def test_names_that_no_table_can_have_are_left_out(folder: Path, cache: Path) -> None:
    shutil.copyfile(folder / "images" / "a.png", os.fsencode(folder / "images") + b"/caf\xe9.png")
    (folder / "splits.csv").unlink()
    dataset = open_folder(folder, cache)
    assert dataset.packed.ids.tolist() == list(FACES)
    assert [files.reason for files in dataset.left_out] == ["in images, with a name that is not UTF-8"]


def test_equal_images_and_exchanged_sides_are_found(folder: Path) -> None:
    shutil.copy(folder / "images" / "a.png", folder / "images" / "d.png")
    left, right = LABELS.index("l_eye"), LABELS.index("r_eye")
    swap = np.arange(19, dtype=np.uint8)
    swap[[left, right]] = right, left
    assert {left, right} <= set(FACES["b"].mask.ravel())
    save(folder / "masks" / "b.png", swap[FACES["b"].mask])
    found = verify_face_folder(folder, FaceFolderOptions())
    assert list(zip(found["face"], found["problem"], found["detail"], strict=True)) == [
        ("b", "mislabelled", "l_eye and r_eye are exchanged"),
        ("d", "duplicated", "d is byte for byte a"),
    ]


@pytest.mark.parametrize(
    ("yes", "no"), [("1", "-1"), ("true", "FALSE"), ("True", "false"), ("1.0", "0.0"), ("1.0", "-1")]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_tables_are_read_as_spreadsheets_write_them(
    folder: Path, cache: Path, yes: str, no: str, delimiter: str
) -> None:
    before = open_folder(folder, cache).fingerprint
    lines = [line.split(",") for line in (folder / "attributes.csv").read_text().splitlines()]
    words = [lines[0], *([f"{face}.png", *(yes if value == "1" else no for value in row)] for face, *row in lines[1:])]
    text = "\r\n".join(delimiter.join(row) for row in words)
    (folder / "attributes.csv").write_text(text + "\r\n\r\n", encoding="utf-8-sig", newline="")
    assert open_folder(folder, cache).fingerprint == before


def test_cells_and_columns_that_are_empty_at_the_end_change_nothing(folder: Path, cache: Path) -> None:
    before = open_folder(folder, cache).fingerprint
    header, *rows = (folder / "attributes.csv").read_text().splitlines()
    text = "\n".join([f"{header},note,,", f'{rows[0]},"two\nlines",,,', *rows[1:], " ,"])
    (folder / "attributes.csv").write_text(text)
    dataset = open_folder(folder, cache)
    assert dataset.fingerprint == before
    assert [(files.reason, files.count, files.example) for files in dataset.left_out] == [
        ("in attributes.csv, columns of no known attribute", 1, "note")
    ]


def test_commas_in_the_name_of_a_column_separate_nothing(folder: Path, cache: Path) -> None:
    before = open_folder(folder, cache).fingerprint
    text = (folder / "attributes.csv").read_text().replace(",", ";").replace("Smiling", "smiles, broadly, or laughs")
    (folder / "attributes.csv").write_text(text)
    dataset = open_folder(folder, cache, attribute_names=["smiles, broadly, or laughs=Smiling"])
    assert dataset.fingerprint == before


@pytest.mark.parametrize("missing", ["", "NA", "NaN", "null"])
def test_a_pose_that_is_missing_is_unknown(folder: Path, cache: Path, missing: str) -> None:
    poses("a,10,-20,30", f"b,{missing},{missing},{missing}")(folder)
    dataset = open_folder(folder, cache)
    assert dataset.skipped == ()
    known = dict(zip(dataset.packed.ids.tolist(), dataset.packed.poses, strict=True))
    assert known["a"].tolist() == [10, -20, 30]
    assert np.isnan(known["b"]).all()


def test_own_labels_and_attribute_names_are_mapped(folder: Path, cache: Path) -> None:
    before = open_folder(folder, cache)
    numbers = np.array([200 - number for number in range(19)], np.uint8)
    for name, face in FACES.items():
        save(folder / "masks" / f"{name}.png", numbers[face.mask])
    (folder / "labels.yaml").write_text(
        yaml.safe_dump({"numbers": {str(number): LABELS[200 - number] for number in numbers}})
    )
    text = (folder / "attributes.csv").read_text().replace("Smiling", "smile")
    (folder / "attributes.csv").write_text(text)
    options = {"label_set": "labels.yaml", "attribute_names": ["smile=Smiling"]}
    assert open_folder(folder, cache, **options).fingerprint == before.fingerprint
    male = open_folder(folder, cache, label_set="labels.yaml")
    assert male.known_attributes == ("Male",)
    assert male.left_out[0].reason == "in attributes.csv, columns of no known attribute"
    (folder / "labels.yaml").write_text((folder / "labels.yaml").read_text().replace("'190': mouth", "'190': skin"))
    assert open_folder(folder, cache, **options).fingerprint != before.fingerprint, "the label set is in the key"


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["smiling"], "'smiling' is Smiling of CelebA: write it as smiling=Smiling"),
        (["all"], "and none of all, face, hair, pose, yaw"),
        (["Long,beard"], "an attribute's name is of letters, digits, _ and -, such as Freckles"),
        (["Freckles"], r"attributes\.csv has no column 'Freckles'; it has Smiling, Male"),
        (["Male=Smilling"], "unknown attribute 'Smilling'; did you mean 'Smiling'"),
        (["smile=Smiling"], r"attributes\.csv has no column 'smile'; it has Smiling, Male"),
        (["Male=Smiling"], "the columns 'Smiling' and 'Male' are both Smiling"),
    ],
)
def test_attribute_names_that_map_nothing_are_refused(
    folder: Path, cache: Path, names: list[str], sentence: str
) -> None:
    with pytest.raises(DataError, match=sentence):
        open_folder(folder, cache, attribute_names=names)


def test_without_tables_and_masks_it_says_what_it_lacks(folder: Path, cache: Path) -> None:
    for name in ("attributes.csv", "splits.csv"):
        (folder / name).unlink()
    shutil.rmtree(folder / "masks")
    dataset = open_folder(folder, cache)
    assert dataset.lacks == {
        "mask": f"{folder}/masks is not there",
        "attributes": f"{folder}/attributes.csv is not there",
    }
    assert dataset.known_attributes == ()
    assert len(dataset.packed) == 6
    assert not dataset.packed.masks.any()
    assert "by a hash of their names, for want of splits.csv" in dataset.summary
    assert dataset.summary.endswith("; no masks and no attributes")
    assert verify_face_folder(folder, FaceFolderOptions()).empty


def test_a_hash_of_the_name_decides_the_split() -> None:
    names = [f"face-{number}" for number in range(2000)]
    splits = Counter(split_by_hash(name, 0.1, 0.1) for name in names)
    assert {split: round(splits[split] / 2000, 1) for split in SPLIT_NAMES} == {"train": 0.8, "val": 0.1, "test": 0.1}
    # of SHA-256, for good: another machine and another version put a face where this one does
    assert [split_by_hash(name, 0.1, 0.1) for name in ("face-0", "face-6", "face-13")] == ["train", "test", "val"]
    assert split_by_hash("a", 0.0, 0.0) == "train"
    assert {split_by_hash(name, 0.0, 0.999) for name in names[:50]} == {"test"}


def test_shares_that_leave_nothing_to_train_on_are_refused() -> None:
    with pytest.raises(DataError, match=r"val_share 0\.5 and test_share 0\.5 must be 0 or more and leave faces"):
        FaceFolderOptions(val_share=0.5, test_share=0.5)
    with pytest.raises(DataError, match="must be 0 or more"):
        FaceFolderOptions(val_share=-0.1)


def test_another_folder_is_refused(tmp_path: Path, cache: Path) -> None:
    for root, end in ((None, "give it by --data"), (tmp_path / "absent", "absent is no folder")):
        with pytest.raises(DataError, match=rf"face-folder needs a folder with images/ .*{end}"):
            open_folder(root, cache)


def test_a_changed_file_is_packed_anew(folder: Path, cache: Path) -> None:
    seen = {open_folder(folder, cache).packed.folder.name}
    for change in (
        lambda: save(folder / "images" / "a.png", FACES["b"].image),
        lambda: save(folder / "masks" / "a.png", FACES["b"].mask),
        lambda: replace_line(folder / "attributes.csv", "a", "a,0,0"),
        lambda: replace_line(folder / "splits.csv", "a", "a,test"),
        lambda: (folder / "poses.csv").write_text("id,yaw,pitch,roll\na,1,2,3\n"),
    ):
        change()
        seen.add(open_folder(folder, cache).packed.folder.name)
    assert len(seen) == 6


def test_the_card_states_the_options(folder: Path, tmp_path: Path) -> None:
    card = DATASET_CARDS.find("face-folder").card
    assert dict(card.options) == {
        "label_set": "celebamask-hq",
        "attribute_names": [],
        "val_share": 0.1,
        "test_share": 0.1,
    }
    assert all(info.description for info in card.options.info.values())
    dataset = open_faces("face-folder", folder, SIDE, card.options, tmp_path / "cache", print)
    assert len(dataset.packed) == 6


def test_attributes_of_its_own_follow_those_of_celeba(folder: Path, cache: Path) -> None:
    plain = open_folder(folder, cache)
    with_own_column(folder)
    with_own_column(folder, "Long-Beard")
    unnamed = open_folder(folder, cache)
    assert unnamed.fingerprint == plain.fingerprint
    assert (unnamed.attribute_names, unnamed.known_attributes) == (ATTRIBUTES, plain.known_attributes)
    named = {"attribute_names": ["Long-Beard", "Freckles"]}
    for dataset in (open_folder(folder, cache, **named), open_folder(folder, cache, **named)):  # packed, opened again
        assert dataset.attribute_names == (*ATTRIBUTES, "Long-Beard", "Freckles")
        assert dataset.known_attributes == (*plain.known_attributes, "Long-Beard", "Freckles")
        assert dataset.fingerprint != plain.fingerprint
        np.testing.assert_array_equal(dataset.packed.attributes[:, :40], plain.packed.attributes)
        batch = dataset.batch(np.arange(6))
        assert batch.values_of(["Freckles", "Smiling"]).tolist() == [
            [number % 2, face.attributes[ATTRIBUTES.index("Smiling")]] for number, face in enumerate(FACES.values())
        ]
        with pytest.raises(UnknownNameError, match="unknown attribute 'Freckle'; did you mean 'Freckles'"):
            batch.values_of(["Freckle"])


def test_a_face_without_a_value_of_an_own_attribute_is_left_out(folder: Path, cache: Path) -> None:
    with_own_column(folder)
    in_table("attributes.csv", "b,1,0,dark")(folder)
    dataset = open_folder(folder, cache, attribute_names=["Freckles"])
    assert [skipped.reason for skipped in dataset.skipped] == [
        "attributes.csv, line 4: Freckles is 'dark', not 1 and 0, 1 and -1, or true and false"
    ]
