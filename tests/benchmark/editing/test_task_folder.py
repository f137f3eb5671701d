"""The files of edit tasks."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from benchmark.editing.task_folder import FILES, write_tasks
from benchmark.images.read import decode_image
from methods.base import EditBatch
from tests.benchmark.metrics.random_batches import random_batch


def written(tasks: EditBatch, tmp_path: Path) -> list[dict[str, Any]]:
    folders = [tmp_path / str(number) for number in range(len(tasks))]
    return list(write_tasks(tasks, folders, lambda path: path.name))


def test_strength_and_hints_reach_the_files(tmp_path: Path) -> None:
    plain = random_batch(2).tasks
    sketch = torch.zeros_like(plain.region, dtype=torch.float32)
    sketch[:, 5, 5] = 1
    colour = torch.zeros_like(plain.target.image)
    colour[:, 0, 5, 5] = 1
    given = replace(plain, strength=torch.tensor([0.5, 1.0]), sketch=sketch, colour=colour)
    first, second = written(given, tmp_path)
    assert (first["strength"], second["strength"]) == (0.5, 1.0)
    lines = decode_image((tmp_path / "0" / first["sketch"]).read_bytes())
    assert (lines[5, 5].tolist(), lines.sum()) == ([255] * 3, 3 * 255)
    colours = decode_image((tmp_path / "1" / second["colour"]).read_bytes())
    assert (colours[5, 5].tolist(), colours[0, 0].tolist()) == ([255, 128, 128], [128] * 3)
    (silent, _) = written(plain, tmp_path)
    assert (silent["strength"], silent["sketch"], silent["colour"]) == (1.0, "", "")


def test_a_task_that_lacks_a_mask_has_no_file_of_one(tmp_path: Path) -> None:
    tasks = replace(random_batch(2).tasks, lacks={"mask": "no region of the face carries it"})
    for number, facts in enumerate(written(tasks, tmp_path)):
        assert {name for name in FILES if not facts[name]} == {"mask", "mask_color", "sketch", "colour"}
        assert {path.name for path in (tmp_path / str(number)).iterdir()} == {facts[name] for name in FILES} - {""}
