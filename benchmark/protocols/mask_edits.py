"""Mask edits: a part of a face is changed, and what is requested is the mask that a simulated hand draws of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count, islice
from typing import Any, ClassVar, Final, Self

import numpy as np
import pandas as pd
import torch

from benchmark.datasets.base import FaceDataset
from benchmark.protocols.base import Draw, Protocol, Rows, shuffled_test_rows
from benchmark.protocols.mask_edit_options import MaskEditsOptions
from benchmark.protocols.mask_parts import Mask
from benchmark.protocols.mouth_region import widened
from benchmark.protocols.part_warps import WARPS
from benchmark.protocols.requested_edits import visible_region, with_hints
from benchmark.protocols.simulated_hand import drawn_mask
from benchmark.protocols.strength_ladder import listed
from benchmark.protocols.true_part_edits import can_edit, part_edits
from benchmark.results.task_groups import STRENGTH
from benchmark.results.task_scores import PART, VARIATION
from methods.base import EditBatch
from registry.errors import InputError

_STRENGTH: Final = ", strength "
_INSTRUCTIONS: Final = {
    "wider mouth": "Make the mouth wider",
    "larger eyes": "Make the eyes larger",
    "raised brows": "Raise the brows",
    "thicker brows": "Make the brows thicker",
    "longer nose": "Make the nose longer",
    "longer hair": "Make the hair longer",
    "wider face": "Make the face wider",
    "narrower face": "Make the face narrower",
    "glasses": "Put on glasses as they are drawn",
}


@dataclass(frozen=True)
class _Variation:
    """What decides a task beside its face: "wider mouth, strength 0.5", and then how the hand is no default one."""

    edit: str
    strength: float

    def spelt(self, differences: str) -> str:
        """As the table has it."""
        return ", ".join(filter(None, [f"{self.edit}{_STRENGTH}{self.strength:g}", differences]))

    @classmethod
    def read(cls, text: str) -> Self:
        """From what the table has."""
        edit, _, rest = text.partition(_STRENGTH)
        return cls(edit, float(rest.partition(",")[0]))


class MaskEdits(Protocol):
    """Edits of one part, requested by a mask that a hand drew of the true one, at growing strengths of its errors.

    Methods are given the drawn mask. Metrics compare with the true one, and with the true image where the dataset draws
    it anew; of photographs the part's mask is warped, and no true image is known.

    Args:
        options: those of `MaskEditsOptions`.

    Raises:
        ValueError: for edits, strengths or a hand that there cannot be, or a count below 1.
    """

    name: ClassVar[str] = "mask-edits"

    def __init__(self, **options: Any) -> None:
        self.options = MaskEditsOptions(**options)
        super().__init__(count=self.options.count)

    def draw(self, dataset: FaceDataset, seed: int) -> Draw:
        """Pair test faces in random order with edits in turns; every pair comes once at each strength.

        Raises:
            InputError: if no test face can have one of the edits.
        """
        pairs = self._pairs(dataset, shuffled_test_rows(dataset, seed, self.name))
        if not pairs:
            raise InputError(f"no face of the test split can have {' or '.join(self.options.edits)}")
        strengths = self.options.strengths
        variations = [_Variation(edit, strength) for _, edit in pairs for strength in strengths]
        rows = np.repeat(np.array([row for row, _ in pairs], np.int64), len(strengths))
        return Draw(
            targets=rows,
            sources=rows,
            rule=self._rule,
            requested=(),
            variation=[variation.spelt(self.options.differences) for variation in variations],
            details={
                PART: [WARPS[variation.edit].part for variation in variations],
                STRENGTH: [variation.strength for variation in variations],
            },
            together=len(strengths),
        )

    def _pairs(self, dataset: FaceDataset, rows: Rows) -> list[tuple[int, str]]:
        """Rows with edits: a face that cannot have the one whose turn it is has the next, and no pair comes twice."""
        edits, found = self.options.edits, dict[tuple[int, str], None]()
        for number in range(len(rows) * len(edits)):
            again, place = divmod(number, len(rows))
            turns = islice(count(place + again), len(edits))
            pairs = ((int(rows[place]), edits[turn % len(edits)]) for turn in turns)
            new = next((pair for pair in pairs if pair not in found and can_edit(dataset, *pair)), None)
            if new is not None:
                found[new] = None
            if len(found) == self.count:
                break
        return list(found)

    @property
    def _rule(self) -> str:
        hand = f" ({self.options.differences})" if self.options.differences else ""
        return (
            f"up to {self.count} pairs of a test face and an edit in turns ({', '.join(self.options.edits)}), no pair "
            f"twice; the mask of each is drawn by a simulated hand{hand} at strengths "
            f"{listed(self.options.strengths)}, and metrics compare with the true one; figures of single images are "
            "areas under the curve over strength"
        )

    def edits(self, dataset: FaceDataset, targets: Rows, sources: Rows) -> EditBatch:
        """N tasks of the first edit that is wanted, at the least strength."""
        first = _Variation(self.options.edits[0], self.options.strengths[0])
        return self._tasks_of(dataset, targets, [first] * len(targets))

    def edits_of_tasks(self, dataset: FaceDataset, rows: pd.DataFrame, attribute: str) -> EditBatch:
        """N tasks with the edits and strengths that were drawn for them."""
        return self._tasks_of(dataset, rows["target_row"].to_numpy(np.int64), _variations(rows))

    def scored_tasks(self, dataset: FaceDataset, rows: pd.DataFrame) -> EditBatch:
        """The tasks with the true masks, which metrics compare edits with."""
        edits = [variation.edit for variation in _variations(rows)]
        true = part_edits(dataset, rows["target_row"].to_numpy(np.int64), edits)
        return replace(self.batch(dataset, rows), mask=true.mask)

    def hinted(self, tasks: EditBatch) -> EditBatch:
        """N tasks with the outlines and colours of the drawn masks."""
        return with_hints(tasks)

    def _tasks_of(self, dataset: FaceDataset, rows: Rows, variations: Sequence[_Variation]) -> EditBatch:
        face = dataset.batch(rows)
        true = part_edits(dataset, rows, [variation.edit for variation in variations])
        triples = zip(true.mask.numpy(), face.ids, variations, strict=True)
        mask = torch.from_numpy(np.stack([self._by_hand(*triple) for triple in triples]))
        # of the true edit, at every strength: what a hand draws beyond it is no part of the edit
        changed = face.mask != true.mask
        region = widened(changed) if true.truth is None else visible_region(face, true.truth)
        return EditBatch(
            target=face,
            source=face,
            mask=mask,
            attributes=face.attributes if true.truth is None else true.truth.attributes,
            region=region,
            oracle=None if true.truth is None else true.truth.image,
            instructions=tuple(_instruction(variation.edit) for variation in variations),
        )

    def _by_hand(self, mask: Mask, face: str, variation: _Variation) -> Mask:
        part = WARPS[variation.edit].of
        return drawn_mask(mask, part, variation.strength, f"{variation.edit}/{face}", self.options)


def _variations(rows: pd.DataFrame) -> list[_Variation]:
    return [_Variation.read(str(text)) for text in rows[VARIATION]]


def _instruction(edit: str) -> str:
    return f"{_INSTRUCTIONS[edit]}, as the requested mask has it, and leave the rest as it is."
