"""How far the simulated hand's masks are from the true ones at each strength, and how they look, on rendered faces.

Usage: python -m benchmarks.mask_edit_ladder            the mean share of wrong pixels by strength, 64²
       python -m benchmarks.mask_edit_ladder OUT.webp   one task of each edit at each strength, 256²
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
from benchmark.results.task_scores import PART, VARIATION
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
    """Draw target, true edit, and the mask at each strength; a row per edit, the first task of each."""
    faces = RenderedFaces(None, 256, cache_folder() / "faces", train=1, val=1, test=40)
    protocol = MaskEdits(count=len(EDITS))
    table = protocol.tasks(faces, seed=0)
    tasks = protocol.batch(faces, table)
    assert tasks.oracle is not None
    target, oracle = image_array(tasks.target.image), image_array(tasks.oracle)
    strengths = protocol.options.strengths
    titles = ["target", "true edit", *(f"strength {strength:g}" for strength in strengths)]
    sheet = Image.new("RGB", (SHOWN * len(titles), (SHOWN + LINE) * len(EDITS) + LINE), "white")
    pen = ImageDraw.Draw(sheet)
    for column, title in enumerate(titles):
        pen.text((column * SHOWN + 3, 2), title, fill="black")
    for number in range(len(EDITS)):
        first, top = number * len(strengths), LINE + number * (SHOWN + LINE)
        masks = [color_mask(tasks.mask[first + place].numpy()) for place in range(len(strengths))]
        for column, picture in enumerate([target[first], oracle[first], *masks]):
            resample = Image.Resampling.LANCZOS if column < 2 else Image.Resampling.NEAREST
            sheet.paste(Image.fromarray(picture).resize((SHOWN, SHOWN), resample), (column * SHOWN, top))
        pen.text((3, top + SHOWN + 1), table[VARIATION][first].partition(",")[0], fill="black")
    sheet.save(out, quality=80, method=6)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        ladder(Path(sys.argv[1]))
    else:
        main()
