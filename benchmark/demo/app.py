"""What answers the page: a process for every method, and one for the judges."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from benchmark.demo.base64_images import (
    bytes_of,
    checked_labels,
    content_of,
    face_message,
    labels_message,
    order_of,
    picture_message,
    picture_of,
)
from benchmark.demo.edit_face import Edited, edit_face, edit_strip
from benchmark.demo.live_scores import live_scores
from benchmark.demo.own_process import OwnProcess
from benchmark.demo.page_facts import STRENGTHS, page_facts
from benchmark.demo.part_presets import with_preset
from benchmark.demo.read_faces import JudgesOfRun, dataset_face, described_faces, photographed_face
from benchmark.demo.save_example import save_example
from benchmark.photographs.load_methods import ChosenMethod

FACES: Final = 200
"""Faces of the test split that the page offers."""

Message = dict[str, Any]


@dataclass
class DemoApp:
    """What answers the page.

    Nothing is kept of whoever uses it: a message has the whole of an edit, so that two users cannot mix.

    Attributes:
        methods: in the order in which they are shown.
        judges: read faces and measure edits.
        size: side in pixels of the faces that are edited.
        out: folder of saved edits.
        device: where methods run.
        plugins: loaded in every process.
    """

    methods: Sequence[ChosenMethod]
    judges: JudgesOfRun
    size: int
    out: Path
    device: str = "auto"
    plugins: Sequence[str] = ()
    _editors: list[OwnProcess] = field(init=False)
    _reader: OwnProcess = field(init=False)

    def __post_init__(self) -> None:
        self._editors = [OwnProcess(method.label, self.plugins) for method in self.methods]
        self._reader = OwnProcess("the judges", self.plugins)

    async def facts(self, message: Message) -> Message:
        """What the page must know first."""
        return page_facts(self.methods, await self._reader.call(described_faces, self.judges, FACES), self.size)

    async def dataset_face(self, message: Message) -> Message:
        """The dataset's face of the id `face`."""
        found = await self._reader.call(dataset_face, self.judges, str(message["face"]))
        return face_message(found, self.size)

    async def photograph(self, message: Message) -> Message:
        """The face of the number `number` in a photograph, whose file is `content` and was called `name`."""
        content, name, number = content_of(message["content"]), str(message["name"]), int(message["number"])
        found = await self._reader.call(photographed_face, self.judges, content, name, number, self.size)
        return face_message(found, self.size)

    async def preset(self, message: Message) -> Message:
        """The `mask` with one part changed as `preset` says."""
        mask = checked_labels(bytes_of(message["mask"], self.size))
        return {"mask": labels_message(with_preset(mask, str(message["preset"])))}

    async def edit(self, number: int, message: Message) -> Message:
        """An edit by the method of a number."""
        return _answer(await self._edited(edit_face, number, message))

    async def strip(self, number: int, message: Message) -> Message:
        """The edits of a method on the way from the face to the whole edit."""
        return {"edits": [_answer(edited) for edited in await self._edited(edit_strip, number, message, STRENGTHS)]}

    async def figures(self, message: Message) -> Message:
        """What the judges say of `image`, which a method made of the edit `order`."""
        order, image = order_of(message["order"]), picture_of(message["image"])
        found: Message = await self._reader.call(live_scores, self.judges, order, image)
        return found

    async def save(self, message: Message) -> Message:
        """Keep `order`, an edit of the face called `name`, as a task, with `results` by method."""
        results = {
            method.label: picture_of(message["results"][method.label])
            for method in self.methods
            if method.label in message["results"]
        }
        order = order_of(message["order"])
        table = await asyncio.to_thread(save_example, self.out, order, str(message["name"]), results, self.size)
        return {"table": str(table)}

    def close(self) -> None:
        """End all processes."""
        for process in (*self._editors, self._reader):
            process.close()

    async def _edited(self, edit: Any, number: int, message: Message, *more: Any) -> Any:
        method, order = self.methods[number], order_of(message)
        return await self._editors[number].call(edit, method, self.size, self.device, order, *more)


def _answer(edited: Edited) -> Message:
    image = None if edited.image is None else picture_message(edited.image)
    return {"image": image, "seconds": edited.seconds, "reason": edited.reason}
