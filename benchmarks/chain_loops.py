"""The loops of the chain that a user runs today: one image after another, each metric in a process of its own.

Usage: python -m benchmarks.chain_loops lpips|parser|classifier FOLDER JUDGE

FOLDER holds `edits` and, of the same names, `oracles` and `masks` (PNG), and `attributes.json`: by name, the attributes
asked for as columns and values; JUDGE is the weights file of a trained judge. The mean goes to stdout.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from benchmark.judges.attribute_classifier import AttributeClassifier
from benchmark.judges.base import Judge
from benchmark.judges.unet_parser import FaceParser
from methods.checkpoint import load_strictly, read_state_dict


def lpips_loop(folder: Path, _: Path) -> float:
    """Mean LPIPS of the edits to the oracles, by the lpips package, which finds its trunk in torch's cache."""
    import lpips

    network = lpips.LPIPS(net="alex", verbose=False).eval()
    values = []
    for path in sorted((folder / "edits").iterdir()):
        with torch.no_grad():
            values.append(float(network(_image(path), _image(folder / "oracles" / path.name))))
    return float(np.mean(values))


def parser_loop(folder: Path, weights: Path) -> float:
    """Mean pixel accuracy of the parser's labels against the masks asked for."""
    judge = _judge(FaceParser, folder, weights)
    values = []
    for path in sorted((folder / "edits").iterdir()):
        labels = judge.parse(_image(path))[0][0].numpy()
        values.append((labels == np.asarray(Image.open(folder / "masks" / path.name))).mean())
    return float(np.mean(values))


def classifier_loop(folder: Path, weights: Path) -> float:
    """Share of the attributes asked for that the classifier sees: mean over tasks, then over attributes."""
    judge = _judge(AttributeClassifier, folder, weights)
    asked = json.loads((folder / "attributes.json").read_text())
    agrees = []
    for path in sorted((folder / "edits").iterdir()):
        scores = judge.scores(_image(path))[0].float().numpy()
        columns, values = asked[path.name]
        agrees.append((scores[columns] > 0.5) == (np.array(values) > 0.5))
    return float(np.mean(np.mean(agrees, axis=0)))


LOOPS = {"lpips": lpips_loop, "parser": parser_loop, "classifier": classifier_loop}


def _image(path: Path) -> Tensor:
    pixels = np.asarray(Image.open(path).convert("RGB"), dtype=np.float32)
    return torch.from_numpy(pixels / np.float32(127.5) - 1).permute(2, 0, 1)[None]


def _judge(kind: type[Judge], folder: Path, weights: Path) -> Judge:
    recipe = json.loads((weights.parent / "card.json").read_text())["recipe"]
    size = Image.open(next((folder / "edits").iterdir())).width
    judge = kind(size=size, **recipe)
    load_strictly(judge, read_state_dict(weights))
    return judge.eval()


if __name__ == "__main__":
    name, folder, weights = sys.argv[1:]
    print(repr(LOOPS[name](Path(folder), Path(weights))))
