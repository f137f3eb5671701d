"""How far the simulated hand's masks are from the true ones at each strength, and how they look, on rendered faces.

Usage: python -m benchmarks.mask_edit_ladder            the mean share of wrong pixels by strength, 64²
       python -m benchmarks.mask_edit_ladder OUT.webp   a task of each edit at each strength, 256²
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from benchmark.datasets.rendered_faces.dataset import RenderedFaces
from benchmark.images.convert import image_array
from benchmark.images.label_colors import color_mask
from benchmark.protocols.mask_edit_options import EDITS
from benchmark.protocols.mask_edits import MaskEdits
from benchmark.results.task_groups import STRENGTH
from benchmark.results.task_scores import PART
from benchmark.runtime.cache_folder import cache_folder

PAIRS = 200
FACES = 400
SHOWN = 120
"""Side of a picture in the ladder, in pixels."""
LINE = 16


def main() -> None:
    """Print a line per strength, and the share of steps from one strength to the next at which a task's error grows."""
    faces = RenderedFaces(None, 64, cache_folder() / "faces", train=1, val=1, test=FACES)
    protocol = MaskEdits(count=PAIRS)
    table = protocol.tasks(faces, seed=0)
    wrong = (protocol.batch(faces, table).mask != protocol.scored_tasks(faces, table).mask).float().mean((1, 2)).numpy()
    for strength, errors in table.assign(wrong=wrong).groupby(STRENGTH)["wrong"]:
        print(f"strength {strength:<5g} {errors.mean():.4f} of the pixels differ from the true mask")
    for part, errors in table.assign(wrong=wrong)[table[STRENGTH] == 1].groupby(PART)["wrong"]:
        print(f"{part:13} {errors.mean():.4f} at strength 1")
    steps = np.diff(wrong.reshape(PAIRS, -1), axis=1)
    print(f"the error of a task does not fall in {(steps >= 0).mean():.2%} of {steps.size} steps")


def ladder(out: Path) -> None:
    """Draw target, true edit, and the mask at each strength; a row per edit, each of another face."""
    faces = RenderedFaces(None, 256, cache_folder() / "faces", train=1, val=1, test=40)
    strengths = MaskEdits().options.strengths
    titles = ["target", "true edit", *(f"strength {strength:g}" for strength in strengths)]
    sheet = Image.new("RGB", (SHOWN * len(titles), (SHOWN + LINE) * len(EDITS) + LINE), "white")
    pen = ImageDraw.Draw(sheet)
    for column, title in enumerate(titles):
        pen.text((column * SHOWN + 3, 2), title, fill="black")
    for number, edit in enumerate(EDITS):
        protocol = MaskEdits(edit=edit, count=number + 1)
        tasks = protocol.batch(faces, protocol.tasks(faces, seed=0).tail(len(strengths)))
        assert tasks.oracle is not None
        pictures = [image_array(images)[0] for images in (tasks.target.image, tasks.oracle)]
        top = LINE + number * (SHOWN + LINE)
        for column, picture in enumerate([*pictures, *map(color_mask, tasks.mask.numpy())]):
            resample = Image.Resampling.LANCZOS if column < len(pictures) else Image.Resampling.NEAREST
            sheet.paste(Image.fromarray(picture).resize((SHOWN, SHOWN), resample), (column * SHOWN, top))
        pen.text((3, top + SHOWN + 1), edit, fill="black")
    sheet.save(out, quality=80, method=6)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        ladder(Path(sys.argv[1]))
    else:
        main()
