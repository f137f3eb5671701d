"""Endless, exactly resumable batches of training faces."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any, NamedTuple

import numpy as np
import torch
from mmcv.transforms import BaseTransform, Compose
from numpy.typing import NDArray
from torch.utils.data import DataLoader, Dataset, Sampler

from benchmark.datasets.base import FaceDataset, Split
from benchmark.datasets.errors import DataError
from benchmark.datasets.packed import PackedFaces
from benchmark.datasets.transforms import FlipFace
from benchmark.images.convert import image_tensor
from methods.base import FaceBatch
from methods.labels import attribute_columns


class Draw(NamedTuple):
    """One face to train on: its position among the rows of a split, and whether it is mirrored."""

    face: int
    flip: bool


class SplitFaces(Dataset[Any]):
    """The faces of a split, each passed through mmcv transforms.

    An item is `img` (H, W, 3) uint8 RGB, `gt_seg_map` (H, W) uint8, `attributes` (A,) uint8, their
    `attribute_names`, `flip` and `id`.
    """

    def __init__(
        self, packed: PackedFaces, rows: NDArray[np.int64], transforms: Sequence[BaseTransform] = (FlipFace(),)
    ) -> None:
        """The faces of `packed` at `rows`, each passed through `transforms`."""
        self.packed, self.rows = packed, rows
        self.pipeline = Compose(list(transforms))

    def __len__(self) -> int:
        """Number of faces."""
        return len(self.rows)

    def __getitem__(self, draw: Draw) -> dict[str, Any]:
        """The face drawn, flipped where the draw says so."""
        row = self.rows[draw.face]
        face: dict[str, Any] = self.pipeline(
            {
                "img": self.packed.images[row],
                "gt_seg_map": self.packed.masks[row],
                "attributes": self.packed.attributes[row],
                "attribute_names": self.packed.attribute_names,
                "id": str(self.packed.ids[row]),
                "flip": draw.flip,
            }
        )
        return face


def collate_faces(faces: list[dict[str, Any]]) -> FaceBatch:
    """Stack items of `SplitFaces` into a batch: images (N, 3, H, W) float in [-1, 1], masks (N, H, W) uint8."""
    return FaceBatch(
        image=image_tensor(np.stack([face["img"] for face in faces])),
        mask=torch.from_numpy(np.stack([face["gt_seg_map"] for face in faces])),
        attributes=torch.from_numpy(np.stack([face["attributes"] for face in faces]).astype(np.float32)),
        ids=tuple(face["id"] for face in faces),
        attribute_names=faces[0]["attribute_names"],
    )


class SeededDraws(Sampler[list[Draw]]):
    """Batches without end: every face once per epoch, in an order and with flips that follow from (seed, iteration).

    A batch may span two epochs, so that it is full however few faces there are. Of `world_size` processes, the one of
    `rank` gets every `world_size`-th face of each batch.
    """

    def __init__(
        self,
        num_faces: int,
        batch_size: int,
        seed: int,
        start: int = 0,
        rank: int = 0,
        world_size: int = 1,
        stream: tuple[int, ...] = (),
    ) -> None:
        """`batch_size` counts the faces of all processes together; `start` is the first iteration.

        Draws of one seed differ by `stream`.
        """
        self.num_faces, self.batch_size, self.seed, self.start = num_faces, batch_size, seed, start
        self.rank, self.world_size, self.stream = rank, world_size, stream

    def __iter__(self) -> Iterator[list[Draw]]:
        """Batches from iteration `start` on."""
        epoch, draws = -1, []
        for iteration in count(self.start):
            batch = []
            for position in range(iteration * self.batch_size, (iteration + 1) * self.batch_size):
                if position // self.num_faces != epoch:
                    epoch = position // self.num_faces
                    draws = self.epoch(epoch)
                batch.append(draws[position % self.num_faces])
            yield batch[self.rank :: self.world_size]

    def epoch(self, epoch: int) -> list[Draw]:
        """The draws of one epoch: a permutation of the faces, half of them mirrored by chance."""
        random = np.random.default_rng((self.seed, epoch, *self.stream))
        order = random.permutation(self.num_faces)
        flips = random.random(self.num_faces) < 0.5
        return [Draw(int(face), bool(flip)) for face, flip in zip(order, flips, strict=True)]


class BalancedDraws(Sampler[list[Draw]]):
    """Batches without end whose faces come from each of several sides in equal numbers.

    Each side goes through its own faces once per epoch of its own, so that those of a small side are seen more often.
    """

    def __init__(
        self,
        sides: Sequence[NDArray[np.int64]],
        batch_size: int,
        seed: int,
        start: int = 0,
        rank: int = 0,
        world_size: int = 1,
    ) -> None:
        """`sides` are positions of faces; their number times `world_size` divides `batch_size`."""
        self.sides = sides
        self.draws = [
            SeededDraws(len(side), batch_size // len(sides), seed, start, rank, world_size, stream=(number,))
            for number, side in enumerate(sides)
        ]

    def __iter__(self) -> Iterator[list[Draw]]:
        """Batches, the faces of the first side first."""
        for batches in zip(*self.draws, strict=True):
            yield [
                Draw(int(side[draw.face]), draw.flip)
                for side, batch in zip(self.sides, batches, strict=True)
                for draw in batch
            ]


def _sides(dataset: FaceDataset, rows: NDArray[np.int64], attribute: str, split: Split) -> list[NDArray[np.int64]]:
    """Positions among `rows` of the faces with an attribute, and of those without it.

    Raises:
        DataError: if there are none.
    """
    (column,) = attribute_columns((attribute,), dataset.attribute_names)
    present = dataset.packed.attributes[rows, column].astype(bool)
    for found, word in ((present, "has"), (~present, "lacks")):
        if not found.any():
            raise DataError(
                f"{dataset.name}: no face of its {split} split {word} {attribute}, by which batches are to be balanced"
            )
    return [np.flatnonzero(present), np.flatnonzero(~present)]


def training_batches(
    dataset: FaceDataset,
    batch_size: int,
    seed: int,
    start: int = 0,
    num_workers: int = 0,
    split: Split = "train",
    rank: int = 0,
    world_size: int = 1,
    pin_memory: bool = False,
    balanced_by: str | None = None,
) -> DataLoader[FaceBatch]:
    """Batches of `batch_size` faces each, without end, shuffled and mirrored at random.

    Iteration i is the same whether reached from 0 or by `start=i`, with workers or without, and leaves the global
    random generators alone.

    Args:
        dataset: where the faces come from.
        batch_size: faces per iteration, all processes together; may be more than there are faces.
        seed: at least 0; decides order and flips.
        start: the first iteration to give.
        num_workers: processes that prepare batches; 0 prepares them in this one, which takes under 1 ms at 64².
        split: the split to draw from.
        rank: which of `world_size` processes this is; each gets an equal share of every batch.
        world_size: processes that train together; divides `batch_size`.
        pin_memory: give batches in page-locked memory, for a GPU.
        balanced_by: attribute that half of each batch's faces have and the others lack; None takes faces as they come.

    Raises:
        DataError: if the split holds no face or a number is out of range, or if batches cannot be balanced.
    """
    for name, value, least in (("batch_size", batch_size, 1), ("seed", seed, 0), ("start", start, 0)):
        if value < least:
            raise DataError(f"{name} must be at least {least}, not {value}")
    if batch_size % world_size:
        raise DataError(f"batch_size {batch_size} cannot be shared equally by {world_size} processes")
    rows = dataset.rows(split)
    if not len(rows):
        raise DataError(f"{dataset.name} holds no face in its {split} split")
    draws: Sampler[list[Draw]]
    if balanced_by is None:
        draws = SeededDraws(len(rows), batch_size, seed, start, rank, world_size)
    else:
        if batch_size % (2 * world_size):
            shared = f" and {world_size} processes" if world_size > 1 else ""
            raise DataError(
                f"batch_size {batch_size} cannot be shared equally by faces with and without {balanced_by}{shared}"
            )
        draws = BalancedDraws(_sides(dataset, rows, balanced_by, split), batch_size, seed, start, rank, world_size)
    return DataLoader(
        SplitFaces(dataset.packed, rows),
        batch_sampler=draws,
        collate_fn=collate_faces,
        num_workers=num_workers,
        # by a server of forks they would be no processes of this one, which counts their processor time
        multiprocessing_context="fork" if num_workers and sys.platform == "linux" else None,
        # DataLoader draws its workers' base seed from torch's global generator unless it is given one.
        generator=torch.Generator().manual_seed(seed),
        persistent_workers=num_workers > 0,
        pin_memory=pin_memory,
    )
