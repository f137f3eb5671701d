"""How often the attribute judge reads the transferred attribute in the true edits of rendered faces, and how they look.

By attribute: the accuracy of the judge on the test split, the share of the test faces with the attribute in which it
reads it, and the share of the tasks of attribute-transfer in whose true edit it does; all at the demo preset, 64².

Usage: python -m benchmarks.attribute_oracles [OUT.json]
       python -m benchmarks.attribute_oracles sheet OUT.webp
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from benchmark.config.resolve import resolve_evaluation
from benchmark.config.sources import COMMAND, ConfigSource
from benchmark.datasets.rendered_faces.dataset import RenderedFaces
from benchmark.evaluation.context import EvaluationContext
from benchmark.images.convert import image_array
from benchmark.protocols.attribute_transfer import AttributeTransfer
from benchmark.protocols.task_batches import batches_of_tasks
from benchmark.runtime.cache_folder import cache_folder
from benchmark.runtime.progress import Reporter
from methods.labels import ATTRIBUTES

PROTOCOL = "attribute-transfer"
RELIABLE = 0.95
"""Accuracy on the test split from which the judge is taken at its word."""
ENOUGH = 0.9
"""Share of true edits in which it must then read the attribute."""
RESULTS = Path(__file__).parent / "results" / "attribute_oracles.json"
SIDE, COLUMNS, GAP, LINE = 96, 4, 6, 16


def main(out: Path = RESULTS) -> None:
    """Print a line per attribute, and write the same."""
    settings = {"protocols": {PROTOCOL: {"attribute": "all"}}}
    context = EvaluationContext(resolve_evaluation([ConfigSource(settings, COMMAND)]), cache_folder(), Reporter())
    judge, facts = context.judge("attributes")
    (task_set,) = context.task_sets({PROTOCOL: context.evaluation.protocols[PROTOCOL]})
    right: dict[str, list[bool]] = {}
    for rows in batches_of_tasks(task_set.tasks, 64):
        oracle = task_set.protocol.batch(context.dataset, rows).oracle
        if oracle is None:
            raise SystemExit(f"the dataset knows no true edits of {rows['attribute'].iloc[0]}")
        attribute = str(rows["attribute"].iloc[0])
        scores = judge.scores(oracle.to(context.compute.device))[:, ATTRIBUTES.index(attribute)]
        right.setdefault(attribute, []).extend((scores > 0.5).tolist())
    own = faces_read(context)
    found = {
        name: {
            "accuracy": facts.scores[name],
            "faces_read": own[name],
            "oracles_read": float(np.mean(values)),
            "tasks": len(values),
        }
        for name, values in sorted(right.items())
    }
    for name, values in found.items():
        print(
            f"{name:20} accuracy {values['accuracy']:.3f}, read in {values['faces_read']:.3f} of the faces with it, "
            f"in {values['oracles_read']:.3f} of {values['tasks']} true edits"
        )
    reliable = {name: values for name, values in found.items() if values["accuracy"] >= RELIABLE}
    enough = [name for name, values in reliable.items() if values["oracles_read"] >= ENOUGH]
    print(
        f"{len(found)} attributes with a true edit, of which the judge is right of {len(reliable)} on {RELIABLE:.0%} "
    )
    print(f"or more of the test faces; it reads {len(enough)} of these in {ENOUGH:.0%} or more of the true edits")
    content = {"judge_weights_sha256": facts.weights_sha256, "recipe": facts.recipe, "attributes": found}
    out.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def faces_read(context: EvaluationContext) -> dict[str, float]:
    """By known attribute, the share of the test faces with it in which the judge reads it."""
    judge, _ = context.judge("attributes")
    faces = list(judge.batches(context.dataset, context.dataset.rows("test")))
    read = np.concatenate([(judge.scores(part.image) > 0.5).cpu().numpy() for part in faces])
    has = np.concatenate([part.attributes.cpu().numpy() > 0.5 for part in faces])
    columns = {name: ATTRIBUTES.index(name) for name in context.dataset.known_attributes}
    return {name: float(read[has[:, column], column].mean()) for name, column in columns.items()}


def sheet(out: Path) -> None:
    """Write target, source and true edit of one task per attribute."""
    with TemporaryDirectory() as cache:
        faces = RenderedFaces(None, SIDE, Path(cache), train=1, val=1, test=150)
        protocol = AttributeTransfer(attribute="all", count=1)
        tasks = protocol.tasks(faces, seed=0)
        batch = protocol.batch(faces, tasks)
    assert batch.oracle is not None
    images = [image_array(part) for part in (batch.target.image, batch.source.image, batch.oracle)]
    cells = [_cell(str(name), row) for name, *row in zip(tasks["attribute"], *images, strict=True)]
    rows = [np.concatenate(cells[start : start + COLUMNS], axis=1) for start in range(0, len(cells), COLUMNS)]
    Image.fromarray(np.concatenate(rows)).save(out, quality=85)


def _cell(name: str, images: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    picture = Image.new("RGB", (3 * SIDE + GAP, SIDE + LINE + GAP), "white")
    ImageDraw.Draw(picture).text((2, 2), name, fill="black")
    for place, image in enumerate(images):
        picture.paste(Image.fromarray(image), (place * SIDE, LINE))
    return np.asarray(picture)


if __name__ == "__main__":
    if sys.argv[1:2] == ["sheet"]:
        sheet(Path(sys.argv[2]))
    else:
        main(*map(Path, sys.argv[1:]))
