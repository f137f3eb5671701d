"""`verify_celebamask_hq` names each thing that is wrong with a folder, and nothing in a good one."""

import json
import os
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from benchmark.datasets.celebamask_hq.files import ATTRIBUTE_ROWS, MAPPING
from benchmark.datasets.celebamask_hq.verify import verify_celebamask_hq
from benchmark.datasets.errors import DataError
from tests.celebamask_hq_folder import SIDE, FakeCelebA
from tests.commands import bench


def findings(celeba: FakeCelebA, face: int) -> list[tuple[str, str]]:
    found = verify_celebamask_hq(celeba.root)
    mine = found[found["face"] == face]
    return list(zip(mine["problem"], mine["detail"], strict=True))


def test_a_good_folder_has_no_findings(celeba: FakeCelebA) -> None:
    seen: list[tuple[int, int]] = []
    found = verify_celebamask_hq(celeba.root, lambda done, total: seen.append((done, total)))
    assert isinstance(found, pd.DataFrame)
    assert found.columns.tolist() == ["face", "problem", "kind", "detail"]
    assert found.empty, found.to_string()
    assert seen[-1] == (8, 8)


def test_what_is_missing(celeba: FakeCelebA) -> None:
    celeba.image(0).unlink()
    celeba.replace_line(ATTRIBUTE_ROWS, "1.jpg", None)
    celeba.replace_line(MAPPING, "2", None)
    for path in celeba.parts(3):
        path.unlink()
    assert findings(celeba, 0) == [("missing", f"CelebA-HQ-img/0.jpg, which {ATTRIBUTE_ROWS} lists")]
    assert findings(celeba, 1) == [("missing", f"{ATTRIBUTE_ROWS} has no row for 1.jpg")]
    assert findings(celeba, 2) == [("missing", f"{MAPPING} has no row for 2")]
    assert findings(celeba, 3) == [("missing", "every part file")]


def test_what_is_corrupt(celeba: FakeCelebA) -> None:
    celeba.image(0).write_bytes(celeba.image(0).read_bytes()[:-50])
    celeba.part(0, "skin").write_bytes(b"")
    cv2.imwrite(str(celeba.part(1, "nose")), np.zeros((8, 9), np.uint8))
    assert findings(celeba, 0) == [
        ("corrupt", "0.jpg is a JPEG that was cut short"),
        ("corrupt", "00000_skin.png is empty"),
    ]
    assert findings(celeba, 1) == [("corrupt", "00001_nose.png is 9x8, not 64x64 as the other parts")]


def test_what_is_duplicated(celeba: FakeCelebA) -> None:
    celeba.image(5).write_bytes(celeba.image(2).read_bytes())
    assert findings(celeba, 5) == [("duplicated", "5.jpg is byte for byte 2.jpg")]
    assert findings(celeba, 2) == []


def test_what_is_mislabelled(celeba: FakeCelebA) -> None:
    celeba.part(0, "u_lip").unlink()
    celeba.part(0, "l_lip").unlink()
    brows = celeba.part(1, "l_brow"), celeba.part(1, "r_brow")
    contents = [path.read_bytes() for path in brows]
    for path, content in zip(brows, reversed(contents), strict=True):
        path.write_bytes(content)
    celeba.part(2, "cloth").write_bytes(celeba.part(2, "nose").read_bytes())
    cv2.imwrite(str(celeba.part(3, "hat")), np.zeros((SIDE, SIDE), np.uint8))
    assert findings(celeba, 0) == [("mislabelled", "u_lip and l_lip missing")]
    assert findings(celeba, 1) == [("mislabelled", "l_brow and r_brow are exchanged")]
    assert findings(celeba, 2) == [("mislabelled", "nose lies wholly under other parts")]
    assert findings(celeba, 3) == [("mislabelled", "hat is empty")]


def test_another_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is not a CelebAMask-HQ folder"):
        verify_celebamask_hq(tmp_path)


def test_files_that_are_of_no_face(celeba: FakeCelebA) -> None:
    (celeba.image(0).parent / "7th.jpg").touch()
    skin = celeba.part(0, "skin")
    skin.rename(skin.with_name("0_skin.png"))
    celeba.part(2001, "nose").rename(skin.with_name("02001_nose.png"))
    found = verify_celebamask_hq(celeba.root)
    of_none = found[found["problem"] == "unknown"]
    assert of_none["face"].isna().all()
    assert [detail.partition(" is ")[0] for detail in of_none["detail"]] == [
        "CelebA-HQ-img/7th.jpg",
        "CelebAMask-HQ-mask-anno/0/02001_nose.png",
        "CelebAMask-HQ-mask-anno/0/0_skin.png",
    ]


def test_a_file_name_that_is_no_text_is_listed(celeba: FakeCelebA) -> None:
    (celeba.image(0).parent / os.fsdecode(b"\xff.jpg")).touch()
    (found,) = json.loads(bench("data", "verify", "--data", celeba.root, "--json").out)
    assert (found["face"], found["problem"]) == (None, "unknown")
    assert found["detail"].startswith("CelebA-HQ-img/\udcff.jpg is ")
    assert "CelebA-HQ-img/\\udcff.jpg is " in bench("data", "verify", "--data", celeba.root).out


def test_of_a_part_of_the_dataset_what_is_rare_comes_first_and_what_is_many_is_summed_up(celeba: FakeCelebA) -> None:
    with (celeba.root / ATTRIBUTE_ROWS).open("a") as file:
        file.writelines(f"{face}.jpg {'1 ' * 40}\n" for face in range(3000, 4234))
    celeba.image(5).write_bytes(celeba.image(2).read_bytes())
    cv2.imwrite(str(celeba.image(1)), np.zeros((64, 48, 3), np.uint8))
    outcome = bench("data", "verify", "--data", celeba.root)
    lines = outcome.out.splitlines()
    assert [line.split("\t")[:2] for line in lines[:5]] == [
        ["1", "corrupt"],
        ["5", "duplicated"],
        ["3000", "missing"],
        ["3001", "missing"],
        ["3002", "missing"],
    ]
    assert lines[5] == f"…\t1,231 more missing: images that {ATTRIBUTE_ROWS} lists; --json lists them all"
    assert lines[6:] == ["1 corrupt, 1 duplicated, 1234 missing"]
    every = json.loads(bench("data", "verify", "--data", celeba.root, "--json").out)
    assert len(every) == 1236
