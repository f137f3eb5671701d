"""Files with checksums: what was written is read, and no damage gets through or fails with anything but a sentence."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.runtime.checked_files import (
    DamagedFileError,
    checked_json,
    is_damaged,
    read_arrays,
    read_checked_json,
    write_checked_json,
)
from tests.damaged_files import DAMAGES

CONTENT = {"b": [1, 2.5, None], "a": {"ä": "text", "nothing": float("inf")}}


@pytest.fixture
def arrays(tmp_path: Path) -> Path:
    path = tmp_path / "arrays.npz"
    np.savez(path, numbers=np.arange(40.0), names=np.array(["one", "two"]))
    return path


def test_json_comes_back_in_its_order(tmp_path: Path) -> None:
    write_checked_json(tmp_path / "file.json", CONTENT)
    found = read_checked_json(tmp_path / "file.json")
    assert found == CONTENT
    assert list(found) == ["b", "a"]


@pytest.mark.integration
@given(st.data())
def test_no_change_of_a_byte_of_json_gets_through(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / "file.json"
    content = bytearray(checked_json(CONTENT).encode())
    position = data.draw(st.integers(0, len(content) - 1))
    content[position] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    try:
        found = read_checked_json(path)
    except DamagedFileError:
        return
    assert found == CONTENT, "another kind of space between two values"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "3", "{}", '{"sha256": 3}', "[" * 100_000, "\udcff", '{"size": 1}'], ids=range(9)
)
def test_what_is_no_json_of_this_kind_is_a_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "file.json"
    path.write_text(text, errors="surrogateescape")
    with pytest.raises(DamagedFileError, match=r"file\.json"):
        read_checked_json(path)


def test_json_of_before_is_taken_as_it_is_where_that_is_allowed(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    path.write_text(json.dumps({"a": 1}))
    assert read_checked_json(path, required=False) == {"a": 1}
    path.write_text(json.dumps({"a": 1, "sha256": "0" * 64}))
    with pytest.raises(DamagedFileError, match="its checksum differs"):
        read_checked_json(path, required=False)


def test_a_file_that_is_not_there_is_no_damage(tmp_path: Path) -> None:
    for read in (read_checked_json, read_arrays):
        with pytest.raises(FileNotFoundError):
            read(tmp_path / "absent")


def test_arrays_come_back(arrays: Path) -> None:
    found = read_arrays(arrays)
    np.testing.assert_array_equal(found["numbers"], np.arange(40.0))
    assert found["names"].tolist() == ["one", "two"]
    assert not is_damaged(arrays)


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_arrays_are_a_sentence(arrays: Path, damage: Callable[[Path], None]) -> None:
    damage(arrays)
    assert is_damaged(arrays)
    with pytest.raises(DamagedFileError, match=r"arrays\.npz"):
        read_arrays(arrays)


def test_no_flipped_bit_of_arrays_gets_through(arrays: Path) -> None:
    whole, content = read_arrays(arrays), arrays.read_bytes()
    for position in range(0, len(content), 3):
        changed = bytearray(content)
        changed[position] ^= 1 << position % 8
        arrays.write_bytes(changed)
        try:
            found = read_arrays(arrays)
        except DamagedFileError:
            continue
        assert found.keys() == whole.keys()
        assert all(np.array_equal(found[name], values) for name, values in whole.items())


def test_an_archive_of_something_else_is_no_arrays(tmp_path: Path) -> None:
    path = tmp_path / "arrays.npz"
    np.savez(path, objects=np.array([{"a": 1}], dtype=object))
    with pytest.raises(DamagedFileError, match="an entry is no array"):
        read_arrays(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mu.npy", b"no array")
    with pytest.raises(DamagedFileError, match="an entry is no array"):
        read_arrays(path)
