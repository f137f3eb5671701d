"""The files of edit tasks."""

from dataclasses import replace
from pathlib import Path

from benchmark.editing.task_folder import FILES, write_tasks
from tests.benchmark.metrics.random_batches import random_batch


def test_a_task_that_lacks_a_mask_has_no_file_of_one(tmp_path: Path) -> None:
    tasks = replace(random_batch(2).tasks, lacks={"mask": "no region of the face carries it"})
    folders = [tmp_path / "0", tmp_path / "1"]
    for folder, facts in zip(folders, write_tasks(tasks, folders, lambda path: path.name), strict=True):
        assert {name for name in FILES if not facts[name]} == {"mask", "mask_color"}
        assert {path.name for path in folder.iterdir()} == {facts[name] for name in FILES} - {""}
