"""Runs with hundreds of tiny edits of faces of which something is known, for the tests of galleries."""

from io import BytesIO

import numpy as np
import pandas as pd
from PIL import Image

from benchmark.results.face_facts import write_face_facts
from tests.reports.synthetic import noise, scored_run

TASKS = 600
PROTOCOL = "attribute-transfer"
ATTRIBUTES = ("Smiling", "Eyeglasses")
LEVELS = {"copy-target": 0.5, "oracle": 0.95, "alpha": 0.7, "beta": 0.8}


def scores_of(method, tasks=TASKS):
    """What the edits of a method score, by metric."""
    number = sum(map(ord, method))
    return {
        "seg-accuracy": noise(number, LEVELS.get(method, 0.6), number=tasks),
        "style-color": noise(number + 1, 20.0, 4.0, number=tasks),
    }


def edited_run(runs, method, tasks=TASKS, **changes):
    """A finished run with an edit of every task; every second two tasks edit a face of a man."""
    if method in ("copy-target", "oracle"):
        changes = {"kind": "reference", "weights_origin": "none"} | changes
    run = scored_run(runs, method, scores_of(method, tasks), attributes=ATTRIBUTES, **changes)
    folder = run.path.parent
    faces = [f"face{number}" for number in range((tasks + 1) // 2)]
    facts = {
        "face": faces,
        "Male": [number % 2 == 0 for number in range(len(faces))],
        "yaw": np.arange(len(faces)) % 60.0,
    }
    write_face_facts(folder, PROTOCOL, pd.DataFrame(facts))
    (folder / "edits" / PROTOCOL).mkdir(parents=True)
    content = BytesIO()
    Image.new("RGB", (8, 8), tuple(method.encode()[:3])).save(content, "PNG")
    for task in range(tasks):
        (folder / "edits" / PROTOCOL / f"{task:05d}.png").write_bytes(content.getvalue())
    return run


def gallery_runs(runs, tasks=TASKS):
    """Two learned methods beside two references."""
    return [edited_run(runs, method, tasks) for method in LEVELS]
