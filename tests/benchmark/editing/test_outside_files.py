"""A list of edits made elsewhere: which file is of which task, and what in it is wrong, by its line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from benchmark.editing.outside_files import find_edits
from registry.errors import InputError


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    for task in range(3):
        Image.new("RGB", (8, 8)).save(tmp_path / f"{task}.png")
    return tmp_path / "edits.jsonl"


def test_a_list_names_files_from_its_own_folder(listed: Path) -> None:
    rows = [
        {"task": "00002", "image_path": "2.png", "seconds": 0.5},
        {"task": 0, "image_path": str(listed.parent / "0.png")},
    ]
    listed.write_text("\n\n".join(map(json.dumps, rows)))
    found = find_edits(listed, range(3))
    assert {task: (edit.path.name, edit.seconds) for task, edit in found.of_task.items()} == {
        0: ("0.png", None),
        2: ("2.png", 0.5),
    }
    assert str(found) == "1 task (00001) without an edit"


def test_names_of_files_may_have_what_else_ends_lines(listed: Path) -> None:
    odd = listed.with_name("a\u2028b\x85.png")
    listed.with_name("0.png").rename(odd)
    listed.write_text(json.dumps({"task": 0, "image_path": odd.name}, ensure_ascii=False) + "\r\n", encoding="utf-8")
    assert find_edits(listed, range(3)).of_task[0].path == odd


def test_a_folder_names_tasks_by_their_numbers(listed: Path) -> None:
    (listed.parent / "notes.txt").touch()
    found = find_edits(listed.parent, range(2))
    assert list(found.of_task) == [0, 1]
    assert str(found) == "1 edit (00002) of no task"
    assert found.left_out == {"with another ending": 1, "of no task": 1}


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("{task: 1}", "edits.jsonl, line 2: is no JSON"),
        ('{"task": 0, "image_path": "1.png"}', "edits.jsonl: lines 1 and 2 are both of task 0"),
        ('{"task": 1, "image_path": "3.png"}', "edits.jsonl, line 2: image_path '3.png': there is no file"),
        ('{"task": 1}', "edits.jsonl, line 2: image_path: Field required"),
        ('{"task": -1, "image_path": "1.png"}', "edits.jsonl, line 2: task: Input should be greater"),
        ('{"task": 1, "image_path": "1.png", "seconds": NaN}', "edits.jsonl, line 2: seconds: Input should be"),
        ('{"task": 1, "image_path": "1.png", "time": 1}', "edits.jsonl, line 2: time: Extra inputs"),
        ("[1]", "edits.jsonl, line 2: the line: Input should be"),
    ],
)
def test_a_line_that_says_something_else_is_named(listed: Path, line: str, sentence: str) -> None:
    listed.write_text('{"task": 0, "image_path": "0.png"}\n' + line + "\n")
    with pytest.raises(InputError) as refused:
        find_edits(listed, range(3))
    assert sentence in str(refused.value)


def test_a_place_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder of edits, or file of JSON lines"):
        find_edits(tmp_path / "none", range(3))
