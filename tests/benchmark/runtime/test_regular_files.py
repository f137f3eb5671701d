"""Pipes and devices in the place of files: refused at once by every reader of what lies in folders."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmark.human_study.collection.formats.decoding import decode
from benchmark.images.label_sets import find_label_set
from benchmark.images.read import read_image
from benchmark.results.schema import read_result
from benchmark.runtime.regular_files import check_regular
from registry.errors import InputError

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("result.json", read_result),
        ("0.png", read_image),
        ("labels.yaml", lambda path: find_label_set("labels.yaml", path.parent)),
        ("answers.csv", decode),
    ],
)
def test_a_pipe_is_refused_rather_than_waited_for(tmp_path: Path, name: str, read: Callable[[Path], object]) -> None:
    path = tmp_path / name
    os.mkfifo(path)
    with pytest.raises(InputError, match=rf"{name}: .*is a pipe or a device, not a file"):
        read(path)


def test_files_folders_and_what_is_not_there_are_left_to_their_readers(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for name in ("", "file", "absent"):
        check_regular(tmp_path / name)
