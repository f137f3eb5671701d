"""A whole run that takes seconds, of which nothing is left out: three stages, validation, edits, scores and pages."""

import json
from pathlib import Path
from typing import Any

import torch

from benchmark.results.schema import read_result
from tests.benchmark.training.small_maskgan import SMALL
from tests.commands import TINY, settings

WHOLE = (
    *("run", "--method", "maskgan", "--protocol", "style-copy", "--protocol", "reconstruction", *TINY),
    *settings("validate_every=1", *(f"options.{name}={json.dumps(value)}" for name, value in SMALL.items())),
)
"""The words of its command, but for `--runs`."""


def outcome_of(place: Path) -> dict[str, Any]:
    """What the runs below `place` came to but for their measurements: results, scores, edits, weights."""
    content: dict[str, Any] = {}
    for path in sorted((place / "runs").rglob("*")):
        name = str(path.relative_to(place))
        if path.name == "result.json":
            content[name] = read_result(path).model_dump(exclude={"cost"})
        elif path.suffix == ".pth":
            content[name] = {
                key: each.tolist() for key, each in torch.load(path, weights_only=True)["state_dict"].items()
            }
        elif path.parent.name in ("scores", "faces") or path.parent.parent.name == "edits":
            content |= {} if path.name == "cost.json" else {name: path.read_bytes()}
    return content
