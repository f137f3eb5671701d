"""A small made-up dataset in CelebAMask-HQ's layout, of rendered faces."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmark.datasets.celebamask_hq.dataset import CelebAMaskHQ
from benchmark.datasets.rendered_faces.renderer.attributes import attributes
from benchmark.datasets.rendered_faces.renderer.factors import sample_factors
from benchmark.datasets.rendered_faces.renderer.renderer import render
from methods.labels import ATTRIBUTES, LABELS

SIDE = 64
# CelebA's file numbers on both sides of each partition's edge; face 2001 lies in the second part folder.
FACES = {0: 1, 1: 162_770, 2: 162_771, 3: 182_637, 4: 182_638, 5: 202_599, 7: 500, 2001: 600}
SPLITS = {0: "train", 1: "train", 2: "val", 3: "val", 4: "test", 5: "test", 7: "train", 2001: "train"}


@dataclass
class FakeCelebA:
    """The folder and the label maps (SIDE, SIDE) uint8 that its part files were cut from, by face."""

    root: Path
    masks: dict[int, NDArray[np.uint8]]

    def image(self, face: int) -> Path:
        """The image file of a face."""
        return self.root / "CelebA-HQ-img" / f"{face}.jpg"

    def part(self, face: int, name: str) -> Path:
        """The part file of a face."""
        return self.root / "CelebAMask-HQ-mask-anno" / str(face // 2000) / f"{face:05d}_{name}.png"

    def parts(self, face: int) -> list[Path]:
        """Every part file of a face."""
        return sorted(self.part(face, "*").parent.glob(f"{face:05d}_*.png"))

    def replace_line(self, file: str, start: str, new: str | None) -> None:
        """Put `new` in the place of the annotation line that starts with `start`, or remove it."""
        lines = (self.root / file).read_text().splitlines()
        kept = [new if line.split()[:1] == [start] else line for line in lines]
        (self.root / file).write_text("".join(f"{line}\n" for line in kept if line is not None))

    def open(self, cache: Path, size: int = 32, limit: int | None = None) -> CelebAMaskHQ:
        """The dataset."""
        return CelebAMaskHQ(self.root, size, cache, limit)


def make_celeba(root: Path, faces: Mapping[int, int] = FACES) -> FakeCelebA:
    """Write the made-up dataset, of CelebA's file numbers by face; the same bytes every time."""
    fake = FakeCelebA(root, {})
    fake.image(0).parent.mkdir(parents=True)
    rows = []
    for face in faces:
        factors = sample_factors(1, face)
        drawn = render(factors, SIDE)
        fake.masks[face] = drawn.mask
        cv2.imwrite(str(fake.image(face)), drawn.image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 98])
        fake.part(face, "skin").parent.mkdir(parents=True, exist_ok=True)
        for label in np.unique(drawn.mask[drawn.mask > 0]):
            part = (drawn.mask == label).astype(np.uint8) * 255
            cv2.imwrite(str(fake.part(face, LABELS[label])), part)
        rows.append(f"{face}.jpg  " + " ".join("1" if value else "-1" for value in attributes(factors)))
    header = f"{len(rows)}\n{' '.join(ATTRIBUTES)}\n"
    (root / "CelebAMask-HQ-attribute-anno.txt").write_text(header + "\n".join(rows) + "\n")
    mapping = [f"{face:<10} {number - 1:<10} {number:06d}.jpg" for face, number in faces.items()]
    (root / "CelebA-HQ-to-CelebA-mapping.txt").write_text(
        "idx        orig_idx    orig_file\n" + "\n".join(mapping) + "\n"
    )
    return fake
