"""A pack is written once and whole, whoever else is packing and whatever was killed, and is found again by content."""

import errno
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmark.datasets.errors import DataError
from benchmark.datasets.packed import FaceRecord, PackedFaces, SkippedFace, content_key, in_parallel, packed_faces
from benchmark.runtime.atomic_files import sha256_of
from benchmark.runtime.checked_files import DamagedFileError, write_checked_json
from tests.damaged_files import DAMAGES

SIZE = 8


def record(number: int) -> FaceRecord:
    random = np.random.default_rng(number)
    return FaceRecord(
        face=f"face-{number}",
        split=("train", "val", "test")[number % 3],
        image=random.integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8),
        mask=random.integers(0, 19, (SIZE, SIZE), dtype=np.uint8),
        attributes=random.integers(0, 2, 40, dtype=np.uint8),
        pose=np.array([number, -number, 0.5], np.float32) if number % 2 else None,
    )


RECORDS = [record(number) for number in range(7)]


def pack(cache: Path, faces: list[FaceRecord | SkippedFace] | None = None, key: str = "k") -> PackedFaces:
    chosen = RECORDS if faces is None else faces
    return packed_faces(cache, key, SIZE, lambda: chosen, len(chosen))


def test_a_pack_holds_what_went_in(tmp_path: Path) -> None:
    packed = pack(tmp_path, [RECORDS[0], SkippedFace("bad", "it is bad"), *RECORDS[1:]])
    assert len(packed) == 7
    for row, face in enumerate(RECORDS):
        np.testing.assert_array_equal(packed.images[row], face.image)
        np.testing.assert_array_equal(packed.masks[row], face.mask)
        np.testing.assert_array_equal(packed.attributes[row], face.attributes)
        assert packed.poses is not None
        expected = np.full(3, np.nan, np.float32) if face.pose is None else face.pose
        np.testing.assert_array_equal(packed.poses[row], expected)
    assert packed.ids.tolist() == [face.face for face in RECORDS]
    assert packed.rows("val").tolist() == [1, 4]
    assert packed.rows("val").dtype == np.int64
    assert packed.skipped == (("bad", "it is bad"),)
    assert not packed.images.flags.writeable
    assert not packed.masks.flags.writeable


def test_faces_without_any_pose_have_none(tmp_path: Path) -> None:
    assert pack(tmp_path, [replace(face, pose=None) for face in RECORDS]).poses is None


def test_a_pack_is_opened_again_without_reading_a_face(tmp_path: Path) -> None:
    first = pack(tmp_path)

    def none() -> Iterator[FaceRecord]:
        raise AssertionError("packed again")

    assert packed_faces(tmp_path, "k", SIZE, none, 7).fingerprint == first.fingerprint


def test_the_fingerprint_follows_every_column_and_nothing_else(tmp_path: Path) -> None:
    base = pack(tmp_path, key="base").fingerprint
    assert pack(tmp_path / "elsewhere", key="other").fingerprint == base
    face = RECORDS[1]
    changes = [
        replace(face, image=face.image ^ 1),
        replace(face, mask=(face.mask + 1) % 19),
        replace(face, attributes=face.attributes ^ 1),
        replace(face, pose=np.zeros(3, np.float32)),
        replace(face, face="renamed"),
        replace(face, split="test"),
    ]
    prints = [
        pack(tmp_path, [RECORDS[0], changed, *RECORDS[2:]], key=f"c{number}").fingerprint
        for number, changed in enumerate(changes)
    ]
    assert len({base, *prints}) == 1 + len(changes)


def test_progress_counts_every_face(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    packed_faces(tmp_path, "k", SIZE, lambda: RECORDS, 7, lambda done, total: seen.append((done, total)))
    assert seen == [(done, 7) for done in range(1, 8)]


def test_a_pack_travels_to_another_process_as_its_folder(tmp_path: Path) -> None:
    packed = pack(tmp_path)
    pickled = pickle.dumps(packed)
    assert len(pickled) < 1000
    assert pickle.loads(pickled).fingerprint == packed.fingerprint


@pytest.mark.parametrize("name", ["images.bin", "masks.bin", "faces.npz", "pack.json"])
@pytest.mark.parametrize("damage", [*DAMAGES, Path.unlink])
def test_a_damaged_pack_is_packed_anew_and_told(tmp_path: Path, name: str, damage: Callable[[Path], None]) -> None:
    packed = pack(tmp_path)
    assert packed.damage is None
    content = (packed.folder / name).read_bytes()
    damage(packed.folder / name)
    again = pack(tmp_path)
    assert again.damage is not None
    assert str(packed.folder) in again.damage
    assert again.fingerprint == packed.fingerprint
    assert (packed.folder / name).read_bytes() == content
    np.testing.assert_array_equal(again.images[3], RECORDS[3].image)
    assert pack(tmp_path).damage is None


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"size": "8", "fingerprint": "0", "skipped": []},
        {"size": 8, "fingerprint": 0, "skipped": 3},
        {"size": [8], "fingerprint": None, "skipped": [["face"]]},
        {"size": None, "fingerprint": {}, "skipped": None},
        {"size": -8, "fingerprint": "0", "skipped": {"face": "reason"}},
        {"size": 10**30, "fingerprint": "0", "skipped": [[1, 2]]},
        {"size": float("nan"), "fingerprint": "0", "skipped": []},
    ],
    ids=str,
)
def test_facts_of_a_pack_with_wrong_types_are_damage(tmp_path: Path, facts: dict[str, Any]) -> None:
    packed = pack(tmp_path)
    write_checked_json(packed.folder / "pack.json", facts)
    with pytest.raises(DamagedFileError, match=str(packed.folder)):
        PackedFaces(packed.folder).check()
    assert pack(tmp_path).damage is not None


def test_the_content_of_a_pack_is_read_once_in_a_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Path] = []

    def counted(path: Path) -> str:
        read.append(path)
        return sha256_of(path)

    monkeypatch.setattr("benchmark.datasets.packed.sha256_of", counted)
    pack(tmp_path)
    for _ in range(3):
        packed = pack(tmp_path)
    assert [path.name for path in read] == ["images.bin", "masks.bin"]
    (packed.folder / "images.bin").touch()
    pack(tmp_path)
    assert len(read) == 4, "a file that was written to since is read again"


def test_a_face_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    def failing() -> Iterator[FaceRecord]:
        yield RECORDS[0]
        raise RuntimeError("out of faces")

    with pytest.raises(RuntimeError, match="out of faces"):
        packed_faces(tmp_path, "k", SIZE, failing, 7)
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == []


PACK_SLOWLY = """
import sys, time
from pathlib import Path
from typing import Any
import numpy as np
from benchmark.datasets.packed import FaceRecord, packed_faces

def slowly():
    for number in range(4):
        image = np.zeros((8, 8, 3), np.uint8)
        yield FaceRecord(f"{number}", "train", image, image[..., 0], np.zeros(40, np.uint8))
    print("halfway", flush=True)
    time.sleep(60)

packed_faces(Path(sys.argv[1]), "k", 8, slowly, 7)
"""


def test_a_killed_packer_leaves_nothing_that_is_believed_and_nothing_for_long(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", PACK_SLOWLY, str(tmp_path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"halfway\n"
        os.kill(process.pid, signal.SIGKILL)
    assert [path.name[:3] for path in tmp_path.iterdir() if path.is_dir()] == [".k-"]
    assert len(pack(tmp_path)) == 7
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["k"]


def _pack_and_report(cache: Path, started: float, answers: "multiprocessing.Queue[tuple[str, int]]") -> None:
    reads = 0

    def slowly() -> Iterator[FaceRecord]:
        nonlocal reads
        for face in RECORDS:
            reads += 1
            time.sleep(0.02)
            yield face

    time.sleep(max(0.0, started - time.time()))
    answers.put((packed_faces(cache, "k", SIZE, slowly, 7).fingerprint, reads))


def test_two_processes_packing_at_once_both_end_well_and_one_does_the_work(tmp_path: Path) -> None:
    fork = multiprocessing.get_context("fork")
    answers: multiprocessing.Queue[tuple[str, int]] = fork.Queue()
    started = time.time() + 0.3
    processes = [fork.Process(target=_pack_and_report, args=(tmp_path, started, answers)) for _ in range(2)]
    for process in processes:
        process.start()
    results = [answers.get(timeout=30) for _ in processes]
    for process in processes:
        process.join(30)
    assert {fingerprint for fingerprint, _ in results} == {pack(tmp_path / "alone").fingerprint}
    assert sorted(reads for _, reads in results) == [0, 7]


def test_a_cache_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match=r"cannot be written to the cache folder .*file/cache"):
        pack(tmp_path / "file" / "cache")


def test_a_disk_that_is_too_small_is_one_sentence_before_any_face_is_read(tmp_path: Path) -> None:
    def unread() -> Iterator[FaceRecord]:
        pytest.fail("faces were read")
        yield

    sentence = (
        r"^1,000,000,000,000 faces at 512x512 need 1048576000\.0 GB in the cache folder .*, "
        r"where \d+\.\d GB are free; make room, or name a folder with more by BENCH_CACHE$"
    )
    with pytest.raises(DataError, match=sentence):
        packed_faces(tmp_path, "k", 512, unread, total=10**12)
    assert not [path for path in tmp_path.iterdir() if path.suffix != ".lock"]


def test_a_disk_that_fills_while_faces_are_packed_is_said_with_the_next_step(tmp_path: Path) -> None:
    def faces() -> Iterator[FaceRecord | SkippedFace]:
        yield RECORDS[0]
        raise OSError(errno.ENOSPC, "No space left on device", str(tmp_path / "images.npy"))

    with pytest.raises(DataError, match=r"the disk is full \([\d.,]+ MB are free\); make room or choose another disk"):
        packed_faces(tmp_path, "k", SIZE, faces, len(RECORDS))
    assert not (tmp_path / "k").exists()


def test_a_dataset_of_unusable_faces_says_why(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none of the 1 faces found is usable, the first because it is bad"):
        pack(tmp_path, [SkippedFace("a", "it is bad")])


def test_a_key_depends_on_facts_and_not_on_their_order() -> None:
    assert content_key({"size": 64, "seed": 0}) == content_key({"seed": 0, "size": 64})
    assert content_key({"size": 64, "seed": 0}) != content_key({"size": 64, "seed": 1})


def test_parallel_work_keeps_its_order_past_a_chunk() -> None:
    assert list(in_parallel(lambda number: number * 2, range(600))) == list(range(0, 1200, 2))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"image": RECORDS[1].image / np.float32(255)}, "its image is of float32, where uint8 was expected"),
        ({"image": RECORDS[1].image[:4]}, r"its image is \(4, \d+, 3\), where \(\d+, \d+, 3\) was expected"),
        ({"mask": RECORDS[1].mask + 19}, r"its mask has label \d+; labels are 0..18"),
        ({"attributes": RECORDS[1].attributes * np.uint8(2)}, "its attributes have other values than 0 and 1"),
        ({"split": "tset"}, "its split is 'tset'; splits are train, val, test"),
        ({"face": "face-0"}, "face 'face-0' is given twice, in the splits train and val"),
    ],
)
def test_a_face_that_is_not_as_the_contract_says_is_refused(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    records = [RECORDS[0], replace(RECORDS[1], **change)]
    with pytest.raises(DataError, match=said):
        packed_faces(tmp_path, "k", SIZE, lambda: records, 2)
    assert [path.name for path in tmp_path.iterdir()] == ["k.lock"], "no half of a pack is left"
