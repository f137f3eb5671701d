"""Attribute transfer at growing strengths: what a slider does to the attribute, and what it costs the rest."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from benchmark.datasets.base import FaceDataset
from benchmark.protocols.attribute_options import AttributeStrengthsOptions
from benchmark.protocols.attribute_transfer import AttributeTransfer, instruction_at_strength
from benchmark.protocols.base import Draw, Rows
from benchmark.protocols.requested_edits import at_strength, requested_edits
from benchmark.protocols.strength_ladder import listed
from benchmark.protocols.task_batches import joined
from benchmark.results.task_groups import STRENGTH
from methods.base import EditBatch


class AttributeStrengths(AttributeTransfer):
    """The pairs of attribute-transfer, each of which comes once at every strength of a ladder.

    Masks go as far as the strength says. The region is that of the strongest edit at every strength, so that the
    background whose preservation is measured is the same along a curve.

    Args:
        options: those of `AttributeStrengthsOptions`.

    Raises:
        ValueError: for strengths that there cannot be, an unknown attribute, or a count below 1.
    """

    name: ClassVar[str] = "attribute-strengths"

    def __init__(self, **options: Any) -> None:
        self.options = AttributeStrengthsOptions(**options)
        super().__init__(attribute=self.options.attribute, count=self.options.count)

    def draw(self, dataset: FaceDataset, seed: int) -> Draw:
        """Draw the pairs of attribute-transfer; the tasks of a pair follow one another, in the order of strengths.

        Raises:
            InputError: as of attribute-transfer.
        """
        pairs, strengths = super().draw(dataset, seed), self.options.strengths
        ladder = strengths * len(pairs.targets)
        return Draw(
            targets=np.repeat(pairs.targets, len(strengths)),
            sources=np.repeat(pairs.sources, len(strengths)),
            rule=f"{pairs.rule}; every pair comes at strengths {listed(strengths)}, masks go as far, and figures of "
            "single images are areas under the curve over strength",
            requested=pairs.requested,
            attribute=self.options.attribute,
            variation=[f"strength {strength:g}" for strength in ladder],
            details={STRENGTH: ladder},
            together=len(strengths),
        )

    def edits_of_tasks(self, dataset: FaceDataset, rows: pd.DataFrame, attribute: str) -> EditBatch:
        """N tasks at the strengths that were drawn for them, without true results, which only a whole edit has."""
        pairs, places = _without_repeats(rows[["target_row", "source_row"]].to_numpy(np.int64))
        whole = requested_edits(dataset, pairs[:, 0], pairs[:, 1], attribute)
        strongest = at_strength(whole, self.options.strengths[-1])
        # each pair is drawn once, and joined in the order of its tasks
        tasks = joined([replace(whole, oracle=None, region=strongest.region | whole.region)], places)
        strengths = torch.tensor(list(rows[STRENGTH]), dtype=torch.float64)
        instructions = tuple(instruction_at_strength(attribute, strength) for strength in strengths.tolist())
        return replace(at_strength(tasks, strengths), region=tasks.region, instructions=instructions)


def _without_repeats(pairs: Rows) -> tuple[Rows, NDArray[np.int64]]:
    """The pairs of rows (P, 2) among (N, 2), and which of them each is, (N,)."""
    found, places = np.unique(pairs, axis=0, return_inverse=True)
    return found, np.asarray(places, np.int64).reshape(-1)
