"""Edits that were saved on the page are the tasks of the protocol `examples`."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from benchmark.datasets.rendered_faces.dataset import RenderedFaces
from benchmark.demo.base64_images import face_message, labels_message, order_of
from benchmark.demo.save_example import save_example
from benchmark.evaluation.face_facts import face_facts
from benchmark.photographs.aligned_face import PhotographedFace
from benchmark.photographs.photo_task import photo_task
from benchmark.protocols.examples import Examples
from benchmark.results.task_scores import tasks_sha256
from methods.base import EditBatch
from registry.errors import InputError

SIZE = 64


@pytest.fixture(scope="module")
def dataset(cache: Path) -> RenderedFaces:
    return RenderedFaces(root=None, size=SIZE, cache=cache / "faces", train=4, val=2, test=4, seed=0)


def hidden() -> str:
    places = np.zeros((SIZE, SIZE))
    places[20:30, 20:30] = 1
    return labels_message(places)


def save(folder: Path, message: dict[str, Any], name: str = "a face") -> Path:
    return save_example(folder, order_of(message), name, {}, SIZE)


def asked(message: dict[str, Any]) -> EditBatch:
    order = order_of(message)
    return photo_task(order.face, order.request, order.other, SIZE).task


def same(one: EditBatch, other: EditBatch) -> bool:
    pairs = [(one.target, other.target), (one.source, other.source)]
    tensors = [(getattr(a, part), getattr(b, part)) for a, b in pairs for part in ("image", "mask", "attributes")]
    tensors += [(getattr(one, part), getattr(other, part)) for part in ("mask", "attributes", "region")]
    return all(torch.equal(a.float(), b.float()) for a, b in tensors)


@pytest.mark.parametrize("kind", ["mask", "attributes", "style", "completion"])
def test_a_saved_edit_is_the_task_that_was_asked_for(
    tmp_path: Path, dataset: RenderedFaces, face: PhotographedFace, message: dict[str, Any], kind: str
) -> None:
    message |= {
        "mask": {},
        "attributes": {"attributes": {"Smiling": 0}, "strength": 0.5},
        "style": {"style": face_message(face, SIZE)},
        "completion": {"hidden": hidden(), "mask": message["face"]["parts"]},
    }[kind]
    table = save(tmp_path, message)
    assert table == tmp_path / kind / "examples.csv"
    protocol, task = Examples(file=str(table)), asked(message)
    tasks = protocol.tasks(dataset, 0)
    read = protocol.batch(dataset, tasks, hints=True)
    assert same(read, task)
    assert read.lacks == task.lacks
    assert (read.sketch is None) == (task.sketch is None)
    assert read.sketch is None or torch.equal(read.sketch, task.sketch)
    assert protocol.batch(dataset, tasks).sketch is None
    whole = protocol.scored_tasks(dataset, tasks)
    assert torch.equal(whole.target.image, read.target.image) == (kind != "completion")
    assert (whole.oracle is not None) == (kind == "completion")
    assert protocol.requested_attributes == (("Smiling",) if kind == "attributes" else ())
    assert face_facts(dataset, tasks).empty


def test_edits_are_added_one_after_another(tmp_path: Path, dataset: RenderedFaces, message: dict[str, Any]) -> None:
    before = Examples(file=str(save(tmp_path, message))).tasks(dataset, 0)
    table = save(tmp_path, message | {"strength": 0.5}, '=a formula, in quotes"')
    after = Examples(file=str(table)).tasks(dataset, 0)
    assert list(after["target"]) == ["00000 a face", '00001 =a formula, in quotes"']
    assert tasks_sha256(after.iloc[:1]) == tasks_sha256(before)
    assert after["task_variation"].nunique() == 2


def test_a_picture_that_changed_is_another_task(
    tmp_path: Path, dataset: RenderedFaces, message: dict[str, Any]
) -> None:
    table = save(tmp_path, message)
    before = tasks_sha256(Examples(file=str(table)).tasks(dataset, 0))
    target, source = (table.parent / "tasks" / "00000" / f"{name}.png" for name in ("target", "mask_color"))
    target.write_bytes(source.read_bytes())
    assert tasks_sha256(Examples(file=str(table)).tasks(dataset, 0)) != before


def test_nothing_to_save_is_said(tmp_path: Path, message: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="there is no edit to save"):
        save(tmp_path, message | {"mask": message["face"]["parts"]})


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("target", "", "line 2: target is empty"),
        ("target", "tasks/none.png", "none.png: cannot be read as an image: No such file"),
        ("target", "../../../etc/passwd", "outside the table's folder"),
        ("mask", "tasks/00000/target.png", "target.png"),
        ("strength", "much", "strength is 'much'"),
        ("lacks", "[1]", "JSON of reasons"),
        ("attributes_requested", "Smirking", "Smirking"),
    ],
)
def test_what_is_wrong_with_a_table_is_said_with_its_line(
    tmp_path: Path, dataset: RenderedFaces, message: dict[str, Any], column: str, cell: str, said: str
) -> None:
    table = save(tmp_path, message)
    with table.open(newline="") as file:
        (row,) = csv.DictReader(file)
    with table.open("w", newline="") as file:
        writer = csv.DictWriter(file, row)
        writer.writeheader()
        writer.writerow(row | {column: cell})
    with pytest.raises(InputError, match=said):
        Examples(file=str(table)).tasks(dataset, 0)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "has no column 'target'"),
        (b"\xff\xfe", "no UTF-8"),
        (b"target\n", "has no column"),
        (None, "No such file"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, dataset: RenderedFaces, content: bytes | None, said: str) -> None:
    table = tmp_path / "examples.csv"
    if content is not None:
        table.write_bytes(content)
    with pytest.raises(InputError, match=said):
        Examples(file=str(table)).tasks(dataset, 0)
