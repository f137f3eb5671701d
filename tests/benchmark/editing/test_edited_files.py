"""The files of edits against their record: what is damaged goes, what was put in another's place is refused."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmark.caching.file_record import record_files
from benchmark.editing.edited_files import discard_damaged_edits, edited_files
from benchmark.images.write import write_png
from benchmark.results.run_folder import COST, TASK_TABLE, edits_folder
from registry.errors import InputError
from tests.damaged_files import DAMAGES, cut

TASKS = pd.DataFrame({"task": range(4)})
PROTOCOL = "style-copy"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run folder with four edits under one protocol."""
    *images, table, cost = edited_files(tmp_path, PROTOCOL, TASKS)
    for number, path in enumerate(images):
        write_png(path, np.full((8, 8, 3), number, np.uint8))
    table.write_bytes(b"table")
    cost.write_bytes(b"{}")
    return tmp_path


def record_of(run: Path) -> dict[str, str]:
    return record_files(run, edited_files(run, PROTOCOL, TASKS))


def test_what_is_as_it_was_stays_without_a_word(run: Path) -> None:
    record = record_of(run)
    assert discard_damaged_edits(run, PROTOCOL, TASKS, record, pytest.fail) == record
    assert record_of(run) == record


@pytest.mark.parametrize("damage", [*DAMAGES, Path.unlink])
@pytest.mark.parametrize("name", ["00002.png", TASK_TABLE, COST])
def test_a_damaged_file_goes_and_is_said(run: Path, name: str, damage: Callable[[Path], None]) -> None:
    record, said = record_of(run), list[str]()
    path = edits_folder(run, PROTOCOL) / name
    damage(path)
    kept = discard_damaged_edits(run, PROTOCOL, TASKS, record, said.append)
    assert not path.exists()
    assert record.keys() - kept.keys() == {f"edits/{PROTOCOL}/{name}"}
    assert said == [
        f"{run}: 1 files of edits under {PROTOCOL} are missing or damaged, the first {path}; they are made anew"
    ]


def test_whole_edits_of_other_tasks_are_refused_and_nothing_is_removed(run: Path) -> None:
    record, folder = record_of(run), edits_folder(run, PROTOCOL)
    shutil.copy(folder / "00000.png", folder / "00001.png")
    shutil.copy(folder / "00000.png", folder / "00003.png")
    cut(folder / "00002.png")
    with pytest.raises(InputError, match=r"2 of 4 edits under style-copy are not those that were made, .*/00001\.png;"):
        discard_damaged_edits(run, PROTOCOL, TASKS, record, pytest.fail)
    assert (folder / "00002.png").exists()


def test_an_interrupted_editing_loses_what_a_power_cut_left_of_an_image(run: Path) -> None:
    folder, said = edits_folder(run, PROTOCOL), list[str]()
    (folder / "00001.png").write_bytes(b"")
    for name in ("00003.png", TASK_TABLE, COST):  # not yet made
        (folder / name).unlink()
    assert discard_damaged_edits(run, PROTOCOL, TASKS, {}, said.append) == {}
    assert sorted(path.name for path in folder.iterdir()) == ["00000.png", "00002.png"]
    assert len(said) == 1
