"""Batches edited by turns come in their order, as many at once as there are processes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from benchmark.editing.by_turns import BATCHES, EditedBatch, edited_by_turns, follow_turns
from benchmark.runtime.processes import ALONE, Processes


def edit(number: int) -> EditedBatch:
    """Batch 3 cannot be edited; each other has an image of its number."""
    if number == 3:
        return EditedBatch(None, 0.0, "three is too many")
    return EditedBatch(np.full((1, 2, 2, 3), number, np.uint8), 0.5, "")


class Played(Processes):
    """The first of three processes; what the others would edit is edited when it is collected."""

    told: list[list[int]]

    def tell(self, content: Mapping[str, Any]) -> None:
        self.told.append(content[BATCHES])

    def collect(self, content: Mapping[str, Any]) -> list[dict[str, Any]]:
        others: list[dict[str, Any]] = []
        for rank in range(1, self.size):
            helper = Helper(rank, self.size)
            object.__setattr__(helper, "heard", [self.told[-1], []])
            object.__setattr__(helper, "sent", others)
            follow_turns(edit, helper)
        return [dict(content), *others]


class Helper(Processes):
    """One of the other processes."""

    heard: list[list[int]]
    sent: list[dict[str, Any]]

    def hear(self) -> dict[str, Any]:
        return {BATCHES: self.heard.pop(0)}

    def collect(self, content: Mapping[str, Any]) -> list[dict[str, Any]]:
        self.sent.append(dict(content))
        return []


def numbers_of(processes: Processes, unwanted: set[int]) -> list[int]:
    """The batches in the order in which they come, once each was found to be its own."""
    found = []
    for number, batch in edited_by_turns(range(8), unwanted.__contains__, edit, processes):
        expected = edit(number)
        assert (batch.seconds, batch.reason) == (expected.seconds, expected.reason)
        assert (batch.images is None) == (expected.images is None)
        if batch.images is not None and expected.images is not None:
            assert np.array_equal(batch.images, expected.images)
        found.append(number)
        if batch.images is None:
            unwanted.add(number + 1)  # as batches of an attribute that was refused
    return found


def test_one_process_edits_one_batch_after_another() -> None:
    assert numbers_of(ALONE, {0}) == [1, 2, 3, 5, 6, 7]


def test_three_processes_edit_three_batches_at_once_in_the_same_order() -> None:
    three = Played(0, 3)
    object.__setattr__(three, "told", [])
    assert numbers_of(three, {0}) == [1, 2, 3, 5, 6, 7]
    assert three.told == [[1, 2, 3], [5, 6, 7], []]
