"""The state of a run: kept from command to command, of older versions too, and lost with a word where it is damaged."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmark.caching.fingerprints import STAMPS, StageState
from tests.damaged_files import DAMAGES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    state = StageState(tmp_path)
    state.put("training", {"code": "abc"})
    state.put("edits/style-copy", {"done": True})
    return tmp_path


def test_stamps_are_there_the_next_time(folder: Path) -> None:
    state = StageState(folder)
    assert state.damage is None
    assert state.stages == ["edits/style-copy", "training"]
    assert state.get("training") == {"code": "abc"}
    assert state.get("finished") is None


def test_a_folder_without_stamps_is_no_damage(tmp_path: Path) -> None:
    state = StageState(tmp_path)
    assert (state.damage, state.stages) == (None, [])


def test_stamps_of_an_older_version_have_no_checksum_and_count(tmp_path: Path) -> None:
    (tmp_path / STAMPS).write_text(json.dumps({"training": {"code": "abc"}}))
    state = StageState(tmp_path)
    assert state.damage is None
    assert state.get("training") == {"code": "abc"}
    state.put("finished", "stamp")
    assert StageState(tmp_path).stages == ["finished", "training"]


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_stamps_count_for_nothing_until_they_are_put_again(
    folder: Path, damage: Callable[[Path], None]
) -> None:
    damage(folder / STAMPS)
    state = StageState(folder)
    assert state.damage is not None
    assert str(folder / STAMPS) in state.damage
    assert state.stages == []
    state.put("training", {"code": "new"})
    assert StageState(folder).damage is None
    assert StageState(folder).get("training") == {"code": "new"}
